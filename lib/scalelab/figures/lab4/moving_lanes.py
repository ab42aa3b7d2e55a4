"""Workers on one clock: who computes, who waits, and how old the weights are by which each gradient was taken."""

from dataclasses import replace

import numpy as np
from matplotlib import colormaps
from matplotlib.collections import PolyCollection
from matplotlib.patches import Patch

from scalelab.figures.encoding import SMALL, TITLE
from scalelab.figures.figure import new_figure
from scalelab.figures.moving import MovingFigure
from scalelab.parallel.asynchronous.durations import constant, exponential, lognormal, with_slow_worker
from scalelab.parallel.asynchronous.schedule import Update, stale_synchronous

RULES: dict[str, int | None] = {"all wait": 0, "at most 3 steps apart": 3, "nobody waits": None}
TIMES = {"constant": constant, "lognormal": lognormal, "exponential": exponential}
MOST_WORKERS = 16
SHOWN = 12.0  # seconds
COUNTED = 400  # seconds, for the figures of the sentence
OLDEST = 16  # updates, from which on all are of one colour
HALF = 0.38  # of a lane
_COLOURS = colormaps["viridis_r"]


class MovingLanes:
    """Call it with a rule of RULES, times of TIMES, workers, and how many times as slow worker 0 is. Gives a PNG and a
    sentence.
    """

    def __init__(self) -> None:
        figure, axes = new_figure(width=9.5, height=4.2)
        self.bars = PolyCollection([], edgecolors="white", linewidths=0.6, animated=True)
        axes.add_collection(self.bars)
        self.names = [axes.text(-0.1, 0, "", ha="right", va="center", size=SMALL, animated=True)
                      for _ in range(MOST_WORKERS)]  # fmt: skip
        axes.set(xlim=(0, SHOWN), ylim=(1, 0), yticks=[], xlabel="seconds; a gradient takes one on average")
        axes.set_ylabel("worker", labelpad=20)
        axes.set_title("a bar is a gradient that is computed, white is waiting", **TITLE)
        patches = [Patch(color=_colour(age), label=f"{age}" if age < OLDEST else f"{age} or more")
                   for age in (0, 2, 4, 8, OLDEST)]  # fmt: skip
        figure.legend(handles=patches, title="updates that came since the weights were read", title_fontsize=SMALL,
                      loc="outside lower center", ncols=5, frameon=False, fontsize=SMALL)  # fmt: skip
        self.moving = MovingFigure(figure)

    def __call__(self, rule: str, times: str, workers: int, slow: float) -> tuple[bytes, str]:
        law = with_slow_worker(TIMES[times], 0, slow) if slow > 1 else TIMES[times]
        updates = stale_synchronous(workers, COUNTED * workers, law, RULES[rule])
        if RULES[rule] == 0:  # the mean of all gradients is one update, so none came in between
            updates = [replace(one, staleness=0) for one in updates]
        shown = [one for one in updates if one.began < SHOWN]
        self.bars.set_verts([_bar(one, workers) for one in shown])
        self.bars.set_facecolor([_colour(one.staleness) for one in shown])
        for number, name in enumerate(self.names[:workers]):
            name.set_position((-0.1, (number + 0.5) / workers))
            name.set_text(str(number))
        return self.moving.png([self.bars, *self.names[:workers]]), _sentence(rule, updates, workers, slow)


def _colour(age: int) -> tuple[float, float, float, float]:
    return _COLOURS(0.08 + 0.9 * min(age, OLDEST) / OLDEST)


def _bar(update: Update, workers: int) -> np.ndarray:
    middle = update.worker + 0.5
    low, high = (middle - HALF) / workers, (middle + HALF) / workers
    left, right = update.began, min(update.time, SHOWN)
    return np.array([(left, low), (right, low), (right, high), (left, high)])


def _sentence(rule: str, updates: list[Update], workers: int, slow: float) -> str:
    end = updates[-1].time
    at_work = sum(one.time - one.began for one in updates) / (workers * end)
    staleness = np.mean([one.staleness for one in updates])
    said = (
        f"{workers} workers, {rule}: {len(updates) / end:.2f} gradients a second, the workers compute "
        f"{100 * at_work:.0f} % of the time. A gradient is {staleness:.1f} updates old on average."
    )
    if slow > 1 and workers > 1:
        share = sum(one.worker == 0 for one in updates) / len(updates)
        said += f" The slow worker gives {100 * share:.0f} % of them."
    return said
