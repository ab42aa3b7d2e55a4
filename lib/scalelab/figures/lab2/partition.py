"""Figures of who gets which images: the two ways to divide them, what is never seen, and what it does to learning."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from scalelab.analysis.sampling.orders import SCHEMES
from scalelab.experiments.input_order import DIVISION, InputOrderRuns
from scalelab.figures.encoding import SMALL, TITLE, Style, draw_spread
from scalelab.figures.figure import new_figure
from scalelab.figures.prediction import draw_prediction

RANK_GREYS = ("0.85", "0.6", "0.35", "0.15")
NOBODY: Style = {"facecolor": "white", "edgecolor": "0.4", "hatch": "////", "linewidth": 0.5}
WAY_STYLES = dict(zip(SCHEMES, ({"marker": "o", "color": "black"},
                             {"marker": "s", "color": "0.45", "linestyle": "-."},
                             {"marker": "^", "color": "#0072b2", "linestyle": ":"}), strict=True))  # fmt: skip

Epochs = Sequence[Sequence[Sequence[int]]]  # for each epoch and rank the numbers of its images


def draw_division(schemes: Mapping[str, Epochs], count: int) -> Figure:
    """A panel for each way: a row for each epoch, a field for each image, in it the ranks that get it."""
    epochs = max(map(len, schemes.values()))
    figure, panels = new_figure(len(schemes), 1, width=9, height=len(schemes) * (0.75 + 0.36 * epochs), squeeze=False)
    for axes, (title, parts) in zip(panels[:, 0], schemes.items(), strict=True):
        for row, ranks in enumerate(parts):
            _row(axes, row, ranks, count)
        axes.set_yticks(range(len(parts)), [f"epoch {row + 1}" for row in range(len(parts))])
        axes.set(xlim=(-0.6, count - 0.4), ylim=(len(parts) - 0.4, -0.6))
        axes.set_xticks(range(count), range(count), fontsize=SMALL)
        axes.tick_params(left=False, bottom=False)
        axes.spines[["left", "bottom"]].set_visible(False)
        axes.set_title(title, **TITLE)
    panels[-1, 0].set_xlabel("number of the image; in each field the rank that gets it, hatched: nobody")
    return figure


def _row(axes: Axes, row: int, ranks: Sequence[Sequence[int]], count: int) -> None:
    for image in range(count):
        owners = [rank for rank, part in enumerate(ranks) for one in part if int(one) == image]
        style = {"facecolor": RANK_GREYS[owners[0] % len(RANK_GREYS)], "edgecolor": "white"} if owners else NOBODY
        axes.bar(image, 0.9, 0.92, bottom=row - 0.45, **style)
        dark = owners and owners[0] % len(RANK_GREYS) > 1
        text = "".join(map(str, owners)) if len(owners) < 4 else f"{len(owners)}x"
        axes.annotate(text, (image, row), ha="center", va="center", size=9, color="white" if dark else "black")


def draw_never_seen(epochs: Sequence[float], shares: np.ndarray, expected: Sequence[float], prediction: str) -> Figure:
    """Share of the images never seen by any rank after drawing for so many `epochs`; `shares` is (seeds, epochs)."""
    figure, axes = new_figure(width=7, height=3.6)
    axes.plot(epochs, expected, color="black", linewidth=1, label="drawn with replacement: your `never_drawn`")
    draw_spread(axes, epochs, shares, color="#0072b2", linestyle="none", label=f"measured, {len(shares)} seeds")
    axes.plot([0, 1, max(epochs)], [1, 0, 0], color="0.3", linestyle="-.", label="parts of a shuffle")
    one = expected[list(epochs).index(1)]
    axes.annotate(f"{one:.3f} after one epoch", (1, one), (12, 8), textcoords="offset points", size=SMALL)
    draw_prediction(axes, prediction, along="y")
    axes.set(xlabel="images drawn by all ranks together, in epochs (1: as many as there are)",
             ylabel="share never seen", xlim=(0, None), ylim=(-0.02, 1.02))  # fmt: skip
    axes.legend(frameon=False, fontsize=SMALL)
    return figure


def error_of_mean(samples: np.ndarray) -> np.ndarray:
    """The standard error of the mean over the first axis."""
    return np.std(samples, axis=0, ddof=1) / np.sqrt(len(samples))


def draw_ways(measured: InputOrderRuns) -> Figure:
    """Left the validation accuracy after each epoch by way, right the difference of the last epoch to the first way.

    Bars are two standard errors of the mean.
    """
    figure, (left, right) = new_figure(1, 2, width=9.5, height=3.8, width_ratios=(3, 2))
    final = {}
    for place, scheme in enumerate(SCHEMES):
        accuracies = measured.accuracies(DIVISION, scheme)
        final[scheme] = accuracies[:, -1]
        epochs = np.arange(1, accuracies.shape[1] + 1) + 0.12 * (place - 1)  # beside each other: bars would overlap
        means, errors = accuracies.mean(axis=0), 2 * error_of_mean(accuracies)
        left.errorbar(epochs, means, yerr=errors, capsize=2, markersize=4, label=scheme, **WAY_STYLES[scheme])
    left.set(xlabel="epochs", ylabel="validation accuracy")
    left.legend(frameon=False, fontsize=SMALL, loc="lower right")
    left.set_title("All three learn", **TITLE)
    for place, scheme in enumerate(SCHEMES[1:]):
        style = WAY_STYLES[scheme] | {"linestyle": "none"}
        difference = 100 * (final[scheme] - final[SCHEMES[0]])
        right.plot(difference, np.full(len(difference), place), alpha=0.6, **style)
        right.errorbar(np.mean(difference), place + 0.22, xerr=2 * error_of_mean(difference), capsize=3, **style)
    right.axvline(0, color="black", linewidth=0.8)
    names = [scheme.replace(" with", "\nwith").replace(", ", ",\n") for scheme in SCHEMES[1:]]
    right.set_yticks(range(len(names)), names)
    right.set_ylim(-0.5, len(SCHEMES) - 1.4)
    right.set_xlabel("points of validation accuracy beside\na new shuffle in each epoch")
    right.xaxis.set_major_locator(MaxNLocator(4))
    right.set_title("Last epoch, seed by seed", **TITLE)
    return figure
