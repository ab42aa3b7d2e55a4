"""Figures of ranks beside each other: when each computes and when it waits, and where the time of its steps goes."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scalelab.analysis.throughput.rank_breakdown import STAGES
from scalelab.analysis.throughput.rank_timeline import RankSteps
from scalelab.figures.encoding import SMALL, TITLE, Style
from scalelab.figures.figure import new_figure

COMPUTES: Style = {"facecolor": "0.3", "edgecolor": "white"}
WAITS: Style = {"facecolor": "#fbe3d2", "edgecolor": "#d55e00", "hatch": "////"}
SHORT = 0.08  # of the axis: a shorter wait has no room for a word
STAGE_STYLES = dict(zip(STAGES, ({"facecolor": "#56b4e9", "hatch": "...", "edgecolor": "white"}, COMPUTES, WAITS,
                                 {"facecolor": "black", "edgecolor": "white"}), strict=True))  # fmt: skip


def draw_rank_steps(runs: Mapping[str, Sequence[RankSteps]]) -> Figure:
    """A panel for each run, in it a row for each rank: numbered steps while it computes, hatched while it waits."""
    rows = sum(map(len, runs.values()))
    figure, panels = new_figure(
        len(runs), 1, width=9, height=0.7 + 0.55 * rows + 0.55 * len(runs), sharex=True, squeeze=False
    )
    latest = max(rank.ends for ranks in runs.values() for rank in ranks)
    for axes, (title, ranks) in zip(panels[:, 0], runs.items(), strict=True):
        for row, rank in enumerate(ranks):
            _draw_rank(axes, row, rank, latest)
        axes.set_yticks(range(len(ranks)), [f"rank {row}" for row in range(len(ranks))])
        axes.set(ylim=(len(ranks) - 0.5, -0.5), xlim=(0, 1.12 * latest))
        axes.set_title(title, loc="left", **TITLE)
    panels[-1, 0].set_xlabel("seconds since all ranks began together")
    return figure


def _draw_rank(axes: Axes, row: int, rank: RankSteps, latest: float) -> None:
    for step, (begin, end) in enumerate(rank.computing, start=1):
        axes.barh(row, end - begin, 0.6, left=begin, **COMPUTES)
        axes.annotate(str(step), ((begin + end) / 2, row), ha="center", va="center", color="white", size=9)
    for begin, end in rank.waiting:
        axes.barh(row, end - begin, 0.6, left=begin, **WAITS)
        if end - begin > SHORT * latest:
            paper = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
            word = "has run out, waits" if begin == rank.no_batch_left else "waits"
            axes.annotate(word, ((begin + end) / 2, row), ha="center", va="center", size=9, bbox=paper)
    axes.annotate(f" {rank.ends:.1f} s", (rank.ends, row), va="center", size=SMALL)


def draw_rank_stages(runs: Mapping[str, np.ndarray]) -> Figure:
    """A panel for each run, a bar for each rank made of the stages of its step; `runs` hold (ranks, 4) seconds."""
    rows = sum(map(len, runs.values()))
    figure, panels = new_figure(
        len(runs), 1, width=9, height=1.1 + 0.45 * rows + 0.5 * len(runs), sharex=True, squeeze=False
    )
    longest = max(seconds.sum(axis=1).max() for seconds in runs.values())
    for axes, (title, seconds) in zip(panels[:, 0], runs.items(), strict=True):
        _draw_stages(axes, 1000 * np.asarray(seconds), 1000 * longest)
        axes.set_title(title, loc="left", **TITLE)
    panels[-1, 0].set_xlabel("milliseconds a step")
    figure.legend(*panels[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=len(STAGES),
                  frameon=False, fontsize=9)  # fmt: skip
    return figure


def _draw_stages(axes: Axes, milliseconds: np.ndarray, longest: float) -> None:
    rows = np.arange(len(milliseconds))
    ends = milliseconds.cumsum(axis=1)
    for column, stage in enumerate(STAGES):
        length = milliseconds[:, column]
        axes.barh(rows, length, 0.7, left=ends[:, column] - length, label=stage, **STAGE_STYLES[stage])
        for row in rows[length > 0.06 * longest]:
            paper = {"facecolor": "white", "edgecolor": "none", "pad": 1}
            place = (ends[row, column] - length[row] / 2, row)
            axes.annotate(f"{length[row]:.0f}", place, ha="center", va="center", size=SMALL, bbox=paper)
    axes.set_yticks(rows, [f"rank {row}" for row in rows])
    axes.set(ylim=(len(rows) - 0.5, -0.5), xlim=(0, 1.05 * longest))
