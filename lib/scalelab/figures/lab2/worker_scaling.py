"""Figures of one worker against several: images per second, the way to a target accuracy, its time."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scalelab.experiments.workers import WorkerRuns
from scalelab.figures.encoding import SMALL, TITLE, Style, batch_colour
from scalelab.figures.figure import new_figure

HATCHES = {1: "", 2: "//", 4: "xx"}  # of a bar there is no line style: the workers are its hatching


def draw_comparison(measured: WorkerRuns) -> Figure:
    """Images per second, images and updates to the target, seconds to the target: a bar for each way to train."""
    figure, panels = new_figure(1, 4, width=11, height=3.6)
    quantities = {
        "images per second": measured.throughput(),
        "images to the target": measured.to_target("images"),
        "updates to the target": measured.updates(),
        "seconds to the target": measured.to_target("training_seconds"),
    }
    for axes, (name, samples) in zip(panels, quantities.items(), strict=True):
        _bars(axes, measured, samples)
        axes.set_title(name, **TITLE)
    _linear(panels[0], measured)
    return figure


def _bars(axes: Axes, measured: WorkerRuns, samples: np.ndarray) -> None:
    """Mean, two standard deviations, and how many times the first way's mean it is."""
    sizes = [config.effective_batch_size for config in measured.configs]
    means = np.array([_mean(column) for column in samples.T])
    highest = np.nanmax(means)
    for place, (config, column) in enumerate(zip(measured.configs, samples.T, strict=True)):
        known = column[~np.isnan(column)]
        if not len(known):
            axes.text(place, 0, "never", ha="center", va="bottom", size=SMALL)
            continue
        spread = 2 * known.std(ddof=1) if len(known) > 1 else None
        colour = batch_colour(config.effective_batch_size, [min(sizes) // 4, max(sizes)])
        style: Style = {"color": colour, "hatch": HATCHES.get(config.workers, ".."), "edgecolor": "white", "width": 0.7}
        axes.bar(place, means[place], yerr=spread, capsize=3, **style)
        top = means[place] + (spread or 0)
        highest = max(highest, top)
        axes.text(place, top, f"{means[place] / means[0]:.2f} x", ha="center", va="bottom", size=SMALL)
    axes.set_ylim(0, 1.15 * highest)  # room for the numbers above
    axes.set_xticks(range(len(sizes)))
    axes.set_xticklabels([f"{config.workers} x {config.batch_size}" for config in measured.configs], fontsize=SMALL)
    axes.set_xlabel("workers x images each", fontsize=SMALL)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")


def _linear(axes: Axes, measured: WorkerRuns) -> None:
    """What K times the workers would bring if nothing were lost, as a thin line above their bars."""
    one = _mean(measured.throughput()[:, 0])
    for place, config in enumerate(measured.configs):
        if config.workers > 1:
            axes.plot([place - 0.4, place + 0.4], [config.workers * one] * 2, color="black", linewidth=1)
    most = max(config.workers for config in measured.configs)
    axes.set_ylim(0, max(axes.get_ylim()[1], 1.25 * most * one))
    last = len(measured.configs) - 1
    above: Style = {"xytext": (0, 3), "textcoords": "offset points", "ha": "right", "va": "bottom", "size": SMALL}
    axes.annotate(f"{most} x one worker", (last + 0.4, most * one), **above)


def _mean(column: np.ndarray) -> float:
    known = column[~np.isnan(column)]
    return float(known.mean()) if len(known) else np.nan
