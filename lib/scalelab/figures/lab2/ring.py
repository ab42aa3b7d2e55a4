"""The figure of a ring all-reduce: what each worker holds after each round."""

import numpy as np
from matplotlib.figure import Figure

from scalelab.figures.encoding import SMALL, TITLE
from scalelab.figures.figure import new_figure
from scalelab.parallel.collectives.ring import Ring


def draw_ring(ring: Ring) -> Figure:
    """What each worker holds after each round of messages: how many workers' numbers are added up in every piece."""
    rounds, workers = len(ring.holds), ring.holds.shape[1]
    figure, panels = new_figure(1, rounds, width=1.42 * rounds, height=2.3, sharey=True)
    for number, (axes, holds) in enumerate(zip(panels, ring.holds, strict=True)):
        axes.imshow(holds, cmap="cividis_r", vmin=0, vmax=1.6 * workers)
        for worker in range(workers):
            for piece in range(workers):
                axes.text(piece, worker, holds[worker, piece], ha="center", va="center", size=9)
        if number:
            to, piece = (np.arange(workers) + 1) % workers, ring.sent[number - 1]
            axes.scatter(piece, to, s=230, marker="s", facecolor="none", edgecolor="#d55e00", linewidth=1.8)
        axes.set(xticks=range(workers), yticks=range(workers))
        axes.tick_params(length=0, labelsize=SMALL)
        axes.set_title("at first" if not number else f"round {number}", **TITLE)
    panels[0].set_ylabel("worker")
    figure.supxlabel("piece of the gradient (framed: has just arrived)", fontsize=9)
    return figure
