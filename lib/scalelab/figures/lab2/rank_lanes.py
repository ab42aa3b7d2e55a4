"""The figure of ranks beside each other on one clock: what each does, and whom it waits for."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from scalelab.experiments.step_profile import LaneStep
from scalelab.figures.encoding import SMALL, TITLE, Style
from scalelab.figures.figure import new_figure
from scalelab.figures.lab2.horovod_timeline import STAGES

RANKS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7")  # whoever is waited for
HATCHES = ("\\\\\\\\", "////", "xxxx", "....")
COMPUTES = ("input", "forward", "backward", "update")
EXCHANGES: Style = {"facecolor": "black", "edgecolor": "black"}
LETTER = 0.0085  # of the width


def draw_lanes(runs: Mapping[str, Sequence[Sequence[LaneStep]]]) -> Figure:
    """A panel for each run, in it a lane for each rank: its stages, and its waits in the colour of the awaited rank."""
    lanes = sum(map(len, runs.values()))
    figure, panels = new_figure(
        len(runs), 1, width=9, height=0.9 + 0.5 * lanes + 0.55 * len(runs), sharex=True, squeeze=False
    )
    width = 1e3 * max(step.stages["update"][1] for ranks in runs.values() for rank in ranks for step in rank)
    for axes, (title, ranks) in zip(panels[:, 0], runs.items(), strict=True):
        for row, rank in enumerate(ranks):
            for step in rank:
                _draw_step(axes, row, step, width)
        axes.set_yticks(range(len(ranks)), [f"rank {row}" for row in range(len(ranks))])
        for row, label in enumerate(axes.get_yticklabels()):
            label.set(color=RANKS[row % len(RANKS)], fontweight="bold")
        axes.set(ylim=(len(ranks) - 0.5, -0.5), xlim=(0, 1.01 * width))
        axes.set_title(title, loc="left", **TITLE)
    panels[-1, 0].set_xlabel("milliseconds since the first of these steps began")
    figure.legend(
        handles=_patches(max(map(len, runs.values()))), loc="outside lower center", ncols=4, frameon=False,
        fontsize=SMALL,
    )  # fmt: skip
    return figure


def _draw_step(axes: Axes, row: int, step: LaneStep, width: float) -> None:
    for stage in COMPUTES:
        _bar(axes, row, step.stages[stage], STAGES[stage])
        if stage != "update":
            _write(axes, row, step.stages[stage], stage, width)
    begin, end = step.stages["exchange"]
    if step.wait:
        _bar(axes, row, step.wait, _waits_for(step.awaited))
        _write(axes, row, step.wait, f"waits for rank {step.awaited}", width)
        begin = step.wait[1]
    _bar(axes, row, (begin, end), EXCHANGES)


def _write(axes: Axes, row: int, interval: tuple[float, float], words: str, width: float) -> None:
    """The words in the middle of a bar that is long enough for them."""
    begin, end = interval
    if 1e3 * (end - begin) > LETTER * len(words) * width:
        paper = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
        axes.annotate(words, (500 * (begin + end), row), ha="center", va="center", size=SMALL, bbox=paper)


def _bar(axes: Axes, row: int, interval: tuple[float, float], style: Style) -> None:
    begin, end = interval
    axes.barh(row, 1e3 * (end - begin), 0.62, left=1e3 * begin, linewidth=0.6, **style)


def _waits_for(rank: int) -> Style:
    colour = RANKS[rank % len(RANKS)]
    return {"facecolor": "white", "edgecolor": colour, "hatch": HATCHES[rank % len(HATCHES)]}


def _patches(ranks: int) -> list[Patch]:
    computes = [Patch(label=stage, linewidth=0.6, **STAGES[stage]) for stage in COMPUTES]
    waits = [Patch(label=f"waits for rank {rank}", linewidth=0.6, **_waits_for(rank)) for rank in range(ranks)]
    return [*computes, Patch(label="exchange: all are there", **EXCHANGES), *waits]
