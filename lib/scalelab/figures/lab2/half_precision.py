"""What half precision does to the numbers of a gradient."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from scalelab.figures.encoding import SMALL, TITLE
from scalelab.figures.figure import new_figure
from scalelab.parallel.collectives.half_precision import EPS, LARGEST, SMALLEST, SMALLEST_NORMAL, HalfError


def draw_half(gradient: Tensor, factors: Sequence[float], errors: Sequence[HalfError], noise: float) -> Figure:
    """Left, the sizes of a gradient's numbers beside what half precision holds; right, its error by a factor.

    `noise` is by how much the gradients of two batches differ, relative to their length: a thin line.
    """
    figure, (left, right) = new_figure(1, 2, width=10, height=3.7)
    _draw_sizes(left, gradient)
    finite = np.array([[f, e.relative_error, e.vanished] for f, e in zip(factors, errors, strict=True)])
    there = np.isfinite(finite[:, 1])
    right.loglog(finite[there, 0], finite[there, 1], "o-", color="black", markersize=4, label="error of the gradient")
    vanished = there & (finite[:, 2] > 0)
    right.loglog(
        finite[vanished, 0], finite[vanished, 2], "s--", color="0.45", markersize=4, fillstyle="none",
        label="share of its numbers that vanish",
    )  # fmt: skip
    overflow = np.array(factors)[~there]
    if len(overflow):
        right.axvspan(overflow.min(), max(factors), color="0.9", linewidth=0)
        place = {"xycoords": ("data", "axes fraction"), "va": "center", "size": SMALL}
        right.annotate(" infinite", (overflow.min(), 0.5), **place)
    for value, name in ((noise, "difference of two batches' gradients"), (EPS, "half of the last of 11 bits")):
        right.axhline(value, color="black", linewidth=0.8, zorder=1)
        place = {"xycoords": ("axes fraction", "data"), "textcoords": "offset points", "va": "bottom", "size": SMALL}
        right.annotate(name, (0.99, value), (0, 2), ha="right", **place)
    right.axvline(1, color="black", linewidth=0.8, linestyle=":")
    right.set(xlabel="factor before it is sent", ylabel="share", xlim=(min(factors), max(factors)))
    right.set_ylim(1e-5, max(5 * noise, 5))
    right.set_title("What arrives", **TITLE)
    right.legend(frameon=False, fontsize=SMALL, loc="center left", bbox_to_anchor=(0.42, 0.7))
    return figure


def _draw_sizes(axes: Axes, gradient: Tensor) -> None:
    sizes = gradient.abs()[gradient != 0].cpu().numpy()
    low = min(sizes.min(), SMALLEST / 100) / 3
    axes.hist(sizes, bins=np.geomspace(low, 3 * LARGEST, 70).tolist(), color="0.4", zorder=2)
    axes.set(xscale="log", yscale="log", xlabel="size of a number of the gradient", ylabel="how many")
    axes.axvspan(low, SMALLEST / 2, color="0.8", linewidth=0)
    axes.axvspan(SMALLEST / 2, SMALLEST_NORMAL, color="0.92", linewidth=0)
    axes.axvspan(LARGEST, 3 * LARGEST, color="0.8", linewidth=0)
    top = ("data", "axes fraction")
    for place, words in ((SMALLEST / 2, "becomes 0 "), (SMALLEST_NORMAL, "fewer bits "), (LARGEST, "infinite ")):
        axes.annotate(words, (place, 0.97), xycoords=top, ha="right", va="top", size=SMALL)
    axes.set_xlim(low, 3 * LARGEST)
    axes.set_title(f"What is sent: {gradient.numel():,} numbers", **TITLE)
