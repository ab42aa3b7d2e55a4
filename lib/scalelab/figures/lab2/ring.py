"""The figure of a ring all-reduce: what each worker holds after each round."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch

from scalelab.figures.encoding import SMALL, TITLE, Style
from scalelab.figures.figure import new_figure
from scalelab.parallel.collectives.ring import Ring

ARRIVED = "#d55e00"
ARROW: Style = {"arrowstyle": "-|>", "color": ARRIVED, "linewidth": 1.6, "mutation_scale": 10, "clip_on": False}
DARK = 0.8  # of the workers: above it a cell is dark enough for white digits


def draw_ring(ring: Ring) -> Figure:
    """What each worker holds after each round of messages: how many workers' numbers are added up in every piece."""
    rounds, workers = len(ring.holds), ring.holds.shape[1]
    figure, panels = new_figure(1, rounds, width=1.42 * rounds, height=2.9, sharey=True)
    for number, (axes, holds) in enumerate(zip(panels, ring.holds, strict=True)):
        axes.imshow(holds, cmap="Blues", vmin=0, vmax=1.1 * workers, aspect="auto")
        for worker in range(workers):
            for piece in range(workers):
                colour = "white" if holds[worker, piece] > DARK * workers else "black"
                axes.text(piece, worker + 0.12, holds[worker, piece], ha="center", va="center", size=9, color=colour)
        if number:
            to, piece = (np.arange(workers) + 1) % workers, ring.sent[number - 1]
            for worker, column in zip(to, piece, strict=True):  # from the row above; into the first from outside
                axes.add_patch(FancyArrowPatch((column, worker - 0.7), (column, worker - 0.16), **ARROW))
        axes.set(xticks=range(workers), yticks=range(workers))
        axes.tick_params(length=0, labelsize=SMALL)
        axes.set_title("at first" if not number else f"round {number}", pad=14, **TITLE)
    panels[0].set_ylabel("worker")
    figure.supxlabel(
        "piece of the gradient (arrow: has just come from the worker above; into the first row, from the last worker)",
        fontsize=9,
    )
    return figure
