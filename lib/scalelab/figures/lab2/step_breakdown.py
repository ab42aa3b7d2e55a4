"""Where the time of a step goes, and what Horovod's settings do to it."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, NullLocator

from scalelab.experiments.horovod_settings import DEFAULT, Experiment
from scalelab.figures.encoding import PREDICTION, SMALL, TITLE, batch_axis, batch_colour, draw_spread
from scalelab.figures.figure import new_figure
from scalelab.figures.lab2.horovod_timeline import STAGES
from scalelab.figures.prediction import draw_prediction

WRITTEN_IN = 0.08  # of the width: a shorter piece has its name nowhere


def draw_stages(runs: Mapping[str, Mapping[str, float]], prediction: str = "") -> Figure:
    """For each run a bar of its stages, {name: {stage: seconds}}, one after the other as they fill a step."""
    figure, axes = new_figure(width=9, height=1.3 + 0.6 * len(runs))
    longest = 1e3 * max(sum(stages.values()) for stages in runs.values())
    for row, stages in enumerate(runs.values()):
        left = 0.0
        for name, seconds in stages.items():
            length = 1e3 * seconds
            axes.barh(row, length, 0.62, left=left, linewidth=0.8, **STAGES[name])
            if length > WRITTEN_IN * longest:
                axes.annotate(f"{name}\n{length:.1f}", (left + length / 2, row), ha="center", va="center", size=SMALL)
            left += length
        axes.annotate(f" {left:.1f} ms", (left, row), va="center", size=SMALL)
    axes.set_yticks(range(len(runs)), list(runs))
    axes.invert_yaxis()
    axes.set(xlabel="milliseconds of a step", xlim=(0, 1.12 * longest))
    if prediction:
        draw_prediction(axes, prediction)
        _legend_if_any(axes)
    figure.legend(handles=_stage_patches(), loc="outside lower center", ncols=5, frameon=False, fontsize=SMALL)
    return figure


def draw_ratios(experiments: Mapping[str, Experiment], titles: Mapping[str, str]) -> Figure:
    """Time of an image with each setting beside that with none switched; a dot for each round, a bar for the median.

    One panel for each experiment; the same settings stand in the same rows.
    """
    rows = list(dict.fromkeys(name for one in experiments.values() for name in one.settings if name != DEFAULT))
    figure, panels = new_figure(
        1, len(experiments), width=10, height=1.2 + 0.3 * len(rows), sharey=True, sharex=True, squeeze=False
    )
    for axes, (key, experiment) in zip(panels[0], experiments.items(), strict=True):
        for row, name in enumerate(rows):
            if name in experiment.settings:
                ratios = experiment.ratios(name, per_image=True)
                axes.barh(row, np.median(ratios) - 1, 0.6, left=1, color="0.8")
                axes.plot(ratios, [row] * len(ratios), "o", color="black", markersize=3)
        axes.axvline(1, color="black", linewidth=0.8)
        axes.set(xscale="log", xlabel=f"time of an image, beside {DEFAULT} (left: faster)")
        _plain_ticks(axes, (0.25, 0.5, 1, 2, 4, 8))
        axes.set_title(titles[key], **TITLE)
    panels[0, 0].set_yticks(range(len(rows)), rows)
    panels[0, 0].invert_yaxis()
    return figure


def draw_cycles(milliseconds: Sequence[float], seconds: np.ndarray, default: float, prediction: str) -> Figure:
    """Time of a step against the cycle time; `seconds` is (rounds, cycle times).

    `default` is Horovod's own cycle time, marked by a thin line.
    """
    figure, axes = new_figure(width=6.5, height=3.5)
    draw_spread(axes, milliseconds, 1e3 * seconds, color="black", linewidth=1, label="stored runs")
    axes.plot(milliseconds, milliseconds, color="0.5", linewidth=0.8, linestyle=":", label="one cycle")
    axes.axvline(default, color="black", linewidth=0.8)
    place = (default, 0.98)
    axes.annotate(" unless told otherwise", place, xycoords=("data", "axes fraction"), va="top", size=SMALL)
    axes.set(xscale="log", xlabel="cycle time (ms)", ylabel="milliseconds of a step", ylim=(0, None))
    axes.xaxis.set_major_locator(FixedLocator(milliseconds))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    draw_prediction(axes, prediction)
    axes.legend(frameon=False, fontsize=SMALL, loc="upper left", bbox_to_anchor=(0, 0.92))
    return figure


def draw_accumulation(
    accumulation_steps: Sequence[int], speeds: np.ndarray, batch_sizes: Sequence[int],
    images: Mapping[int, Sequence[float]],
) -> Figure:  # fmt: skip
    """Images per second, images to the target and the seconds that follow, by backward passes per step.

    speeds: images per second, (rounds, passes); batch_sizes: effective ones; images: {batch size: images to the
    target, of each seed}. A batch size without stored runs is left out of the middle and the right panel.
    """
    figure, panels = new_figure(1, 3, width=10, height=3.5)
    known = [size for size in batch_sizes if images.get(size)]
    needed = {size: np.asarray(images[size]) for size in known}
    speed = dict(zip(batch_sizes, speeds.mean(axis=0), strict=True))
    _points(panels[0], batch_sizes, [speeds[:, k] for k in range(len(batch_sizes))], batch_sizes)
    _points(panels[1], known, [needed[size] for size in known], batch_sizes)
    _points(panels[2], known, [needed[size] / speed[size] for size in known], batch_sizes)
    titles = ("the system: images per second", "the learning: images to the target", "both: seconds to the target")
    for axes, title in zip(panels, titles, strict=True):
        batch_axis(axes, batch_sizes, "effective batch size\n(passes per step)")
        names = [f"{size}\n({count})" for size, count in zip(batch_sizes, accumulation_steps, strict=True)]
        axes.set_xticks(batch_sizes, names)
        axes.set_ylim(0, None)
        axes.set_title(title, **TITLE)
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:,g}")
    return figure


def _points(axes: Axes, sizes: Sequence[int], samples: Sequence[np.ndarray], all_sizes: Sequence[int]) -> None:
    """Mean and two standard deviations at each batch size, in its colour, joined by a thin line."""
    axes.plot(sizes, [one.mean() for one in samples], color="0.7", linewidth=0.8, zorder=1)
    for size, one in zip(sizes, samples, strict=True):
        bar = 2 * one.std(ddof=1) if len(one) > 1 else 0.0
        axes.errorbar(size, one.mean(), yerr=bar, marker="o", capsize=3, color=batch_colour(size, all_sizes))


def _stage_patches() -> list[Patch]:
    return [Patch(label=name, linewidth=0.8, **style) for name, style in STAGES.items()]


def _plain_ticks(axes: Axes, values: Sequence[float]) -> None:
    axes.xaxis.set_major_locator(FixedLocator(values))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")


def _legend_if_any(axes: Axes) -> None:
    if any(line.get_linestyle() == PREDICTION["linestyle"] for line in axes.lines):
        axes.legend(frameon=False, fontsize=SMALL)
