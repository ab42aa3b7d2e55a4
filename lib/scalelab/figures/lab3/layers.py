"""Why one learning rate does not fit all layers, and what LARS does to weights that have no rate of their own."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from scalelab.analysis.descent.layer_sizes import LayerSize
from scalelab.figures.encoding import SMALL, TITLE
from scalelab.figures.figure import new_figure

THROWN = "#d55e00"
DECAY, TRUST = 5e-4, 0.001


def draw_layers(sizes: Mapping[int, Sequence[LayerSize]], *, nominal: float, sgd: float) -> Figure:
    """|w| / |g| of each layer on the way, {step: sizes}; and at the last step the rate at which LARS moves each tensor.

    `nominal` is LARS's learning rate, which biases and norms have unless they are given one of their own; `sgd` is the
    rate that suits SGD.
    """
    figure, (left, right) = new_figure(1, 2, width=10, height=3.6, sharey=True)
    layers = [one.name.removesuffix(".weight") for one in next(iter(sizes.values())) if not one.excluded]
    for (step, found), marker in zip(sizes.items(), "o^s", strict=False):
        ratios = [one.ratio for one in found if not one.excluded]
        left.plot(ratios, range(len(layers)), marker, color="0.35", fillstyle="none", label=f"step {step}")
    last = list(sizes.values())[-1]
    right.plot([lars_rate(one, nominal) for one in last if not one.excluded], range(len(layers)), "s", color="0.35")
    others = [one for one in last if one.excluded]
    place = len(layers) + 0.4
    spots = place + np.linspace(-0.3, 0.3, len(others))
    right.plot(np.full(len(others), nominal), spots, "x", color=THROWN, markersize=5)
    count, total = (sum(one.count for one in some) for some in (others, last))
    words = f"{count:,} of {total:,} weights  "
    right.annotate(words, (nominal, place), ha="right", va="center", size=SMALL, color=THROWN)
    right.axvline(sgd, color="black", linewidth=0.8)
    right.annotate(f" SGD's {sgd:g}", (sgd, -0.5), ha="left", va="top", size=SMALL)
    left.set_yticks([*range(len(layers)), place], [*layers, "biases and norms"], fontsize=SMALL)
    left.set_ylim(place + 0.7, -0.9)
    for axes, words in ((left, "|w| / |g|"), (right, "learning rate that the gradient meets")):
        axes.set_xscale("log")
        axes.set_xlabel(words)
        axes.grid(axis="y", color="0.94")
    left.set_title("Large weights, small gradient: each layer its own", **TITLE)
    right.set_title(f"LARS at {nominal:g}: what has no rate of its own is thrown", **TITLE)
    left.legend(frameon=False, fontsize=SMALL, loc="lower left")
    return figure


def lars_rate(size: LayerSize, nominal: float) -> float:
    """By what LARS multiplies a layer's gradient: `nominal` times eq. 6 of You et al. 2017."""
    return nominal * TRUST * size.weight / (size.gradient + DECAY * size.weight)
