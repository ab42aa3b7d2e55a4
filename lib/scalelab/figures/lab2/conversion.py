"""Figures of a script's conversion: weights that drift, images trained on twice, metrics of one rank."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from scalelab.figures.encoding import SMALL, TITLE
from scalelab.figures.figure import new_figure

RANKS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7")  # told apart with and without colour vision (Okabe and Ito)
MARKERS = ("o", "s", "^", "D")
WRONG, RIGHT = {"color": "#d55e00", "linewidth": 2.2}, {"color": "#0072b2", "linewidth": 2.2, "linestyle": "--"}


def draw_drift(distances: Mapping[str, Sequence[float]], wrong: str, right: str, title: str) -> Figure:
    """The distance between two ranks' weights over the steps: without a part of Horovod, and with it."""
    figure, axes = new_figure(width=6.4, height=3.1)
    for name, style in ((wrong, WRONG), (right, RIGHT)):
        steps = np.arange(len(distances[name]))
        axes.plot(steps, 100 * np.array(distances[name]), label=name, **style)
        end = (steps[-1], 100 * distances[name][-1])
        words = {"textcoords": "offset points", "ha": "right", "va": "bottom", "size": 9, "color": style["color"]}
        axes.annotate(name, end, xytext=(0, 5), **words)
    top = 100 * max(max(distances[name]) for name in (wrong, right)) or 1.0
    axes.set(xlabel="steps", ylabel="distance between the ranks'\nweights (% of their length)")
    axes.set_ylim(-0.04 * top, 1.2 * top)
    axes.set_title(title, **TITLE)
    return figure


def draw_division(divisions: Mapping[str, Mapping[str, Any]]) -> Figure:
    """Who trains on which image in one epoch, step by step: a row for each rank, a place for each image.

    `divisions` maps a name to {"images": a list of image numbers for each rank, "batch_size": of one rank}.
    """
    figure, panels = new_figure(len(divisions), 1, width=9, height=1.5 * len(divisions) + 0.5, sharex=True)
    for axes, (name, division) in zip(panels, divisions.items(), strict=True):
        for rank, images in enumerate(division["images"]):
            steps = np.arange(len(images)) // division["batch_size"]
            options = {"s": 34, "marker": MARKERS[rank], "vmin": -1, "vmax": 4, "cmap": "cividis_r"}
            axes.scatter(images, np.full(len(images), rank), c=steps, edgecolor="0.4", linewidth=0.4, **options)
        together = sum(len(images) for images in division["images"])
        count = len(set().union(*division["images"]))
        axes.set(yticks=range(len(division["images"])), ylim=(len(division["images"]) - 0.4, -0.6))
        axes.set_yticklabels([f"rank {rank}" for rank in range(len(division["images"]))])
        steps = -(-len(division["images"][0]) // division["batch_size"])
        axes.set_title(f"{name}: {count} images, trained on {together} times in all, {steps} steps", **TITLE)
    panels[-1].set_xlabel("image (colour: light in the first step, dark in the last)")
    return figure


def draw_own_metrics(accuracies: Sequence[Sequence[float]], images: Sequence[int]) -> Figure:
    """Validation accuracy by epoch: each rank's on its own part, and over all images; (epochs, ranks) and (ranks,)."""
    figure, axes = new_figure(width=6.4, height=3.3)
    own, counts = np.asarray(accuracies), np.asarray(images)
    epochs = np.arange(1, len(own) + 1)
    for rank, count in enumerate(counts):
        style = {"marker": MARKERS[rank], "color": RANKS[rank], "linestyle": "none", "markersize": 7}
        axes.plot(epochs, own[:, rank], label=f"rank {rank}, on its {count} images", **style)
    axes.plot(epochs, own.mean(axis=1), color="0.5", linestyle=":", label="mean of the ranks' accuracies")
    whole = own @ counts / counts.sum()
    axes.plot(epochs, whole, color="black", linewidth=1.8, label=f"over all {counts.sum()} images")
    axes.set(xlabel="epochs", ylabel="validation accuracy", xticks=epochs)
    axes.legend(frameon=False, fontsize=SMALL)
    return figure
