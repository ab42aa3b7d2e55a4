"""Figures of recipes for large batches: a table that fills, accuracy on the way, what tuning does to the ranking."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from scalelab.experiments.large_batch import SweepRun, SweepRuns
from scalelab.figures.encoding import SMALL, TITLE, Style, batch_colour
from scalelab.figures.figure import new_figure
from scalelab.optim import grow_batch
from scalelab.train.record import Row

OWN: Style = {"marker": "*", "markersize": 13, "linestyle": "none", "color": "#d55e00", "zorder": 5}
ENDS = (16, 256)
SHOWN_BELOW_BEST = 0.1


def draw_recipes(measured: SweepRuns, own: Mapping[str, Sequence[Row]], names: Sequence[str] | None = None) -> Figure:
    """Validation accuracy and seconds of training of each recipe; own runs, {name: rows}, as stars.

    Without `names` all recipes of the stored runs.
    """
    names = list(names or measured.names)
    figure, (left, right) = new_figure(1, 2, width=9.5, height=0.8 + 0.28 * len(names), sharey=True)
    for place, name in enumerate(names):
        colour = batch_colour(_batch_size(measured, name), ENDS)
        for axes, field in ((left, "validation_accuracy"), (right, "training_seconds")):
            samples = measured.last(name, field)
            spread = 2 * samples.std(ddof=1) if len(samples) > 1 else None
            axes.errorbar(samples.mean(), place, xerr=spread, marker="o", capsize=3, color=colour)
            if own.get(name):
                axes.plot([getattr(own[name][-1], field)], [place], **OWN)
    left.axvline(measured.last(names[0]).mean(), color="black", linewidth=0.8)
    left.set_yticks(range(len(names)), names, fontsize=SMALL)
    left.set_ylim(len(names) - 0.5, -0.5)
    left.set(xlabel="validation accuracy")
    right.set(xlabel="seconds of training")
    right.set_xlim(left=0)
    for axes in (left, right):
        axes.grid(axis="x", color="0.92")
    if own:
        right.plot([], [], label="your run", **OWN)
        right.legend(frameon=False, fontsize=SMALL, loc="lower right")
    return figure


def draw_on_the_way(measured: SweepRuns, names: Sequence[str], field: str = "validation_accuracy") -> Figure:
    """Validation accuracy against epochs, a line for each recipe, every seed thin and their mean thick."""
    figure, axes = new_figure(width=7, height=3.4)
    for name, style in zip(names, ("-", "--", "-.", ":", (0, (1, 3)), (0, (6, 1, 1, 1))), strict=False):
        runs = measured.of(name)
        epochs = [row.epoch for row in runs[0].rows]
        values = np.array([[getattr(row, field) for row in run.rows] for run in runs], dtype=float)
        colour = batch_colour(_batch_size(measured, name), ENDS)
        axes.plot(epochs, values.T, linestyle=style, color=colour, linewidth=0.5, alpha=0.5)
        axes.plot(epochs, values.mean(axis=0), linestyle=style, color=colour, linewidth=1.8, label=name)
    axes.set(xlabel="epoch", ylabel="validation accuracy" if field == "validation_accuracy" else field)
    axes.set_xlim(left=0)
    axes.legend(frameon=False, fontsize=SMALL)
    return figure


def draw_tuning(tuning: SweepRuns) -> Figure:
    """For each optimizer the accuracy at each learning rate that was tried, named "OPTIMIZER RATE" in the sweep.

    What lies far below the best is drawn at the lower edge, as a triangle with its value: else all others look alike.
    """
    tried = by_optimizer(tuning)
    figure, panels = new_figure(1, len(tried), width=11, height=2.8, sharey=True)
    best = max(max(found.values()) for found in tried.values())
    lowest = best - SHOWN_BELOW_BEST
    for axes, (name, found) in zip(panels, tried.items(), strict=True):
        lrs = sorted(found)
        values = [found[lr] for lr in lrs]
        axes.axhline(best, color="0.7", linewidth=0.8)
        shown = np.maximum(values, lowest)
        axes.plot(range(len(lrs)), shown, "o-", color="0.6", fillstyle="none", linewidth=0.8)
        for place in np.flatnonzero(shown > values):
            axes.plot(place, lowest, "v", color="black")
            axes.annotate(f"{values[place]:.2f} ", (place, lowest), ha="right", va="bottom", size=SMALL)
        top = int(np.argmax(values))
        axes.plot(top, values[top], "o", color=batch_colour(ENDS[1], ENDS), markersize=8)
        axes.set_xticks(range(len(lrs)), [f"{lr:g}" for lr in lrs], rotation=60, fontsize=SMALL)
        axes.set_title(name, **TITLE)
    panels[0].set_ylabel("accuracy, tuning images")
    return figure


def by_optimizer(tuning: SweepRuns) -> dict[str, dict[float, float]]:
    """{optimizer: {learning rate of the whole batch: accuracy on the tuning images, mean over seeds}}."""
    tried: dict[str, dict[float, float]] = {}
    for name in tuning.names:
        optimizer, base = name.split()
        run = tuning.of(name)[0]
        factor = run.number("--batch-size") / run.number("--base-batch")
        tried.setdefault(optimizer, {})[float(base) * factor] = float(tuning.last(name).mean())
    return tried


def table(measured: SweepRuns, own: Mapping[str, Sequence[Row]], names: Sequence[str] | None = None) -> str:
    """The recipes as a Markdown table: updates, accuracies, validation accuracy with its spread, and beside the own."""
    columns = ("recipe", "batch", "updates", "training accuracy", "validation accuracy", "yours")
    lines = [f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
    for name in names or measured.names:
        samples = measured.last(name)
        mine = f"{own[name][-1].validation_accuracy:.3f}" if own.get(name) else ""
        spread = f" ± {2 * samples.std(ddof=1):.3f}" if len(samples) > 1 else ""
        sizes = _batch_sizes(measured.of(name)[0])
        updates = round(measured.last(name, "images")[0] / len(sizes) * sum(1 / size for size in sizes))
        size = f"{sizes[0]}" if sizes[0] == sizes[-1] else f"{sizes[0]} to {sizes[-1]:,}"
        known = f"{measured.last(name, 'train_accuracy').mean():.3f}"
        lines.append(f"| {name} | {size} | {updates:,} | {known} | {samples.mean():.3f}{spread} | {mine} |")
    return "\n".join(lines)


def _batch_sizes(run: SweepRun) -> list[int]:
    """Of each epoch."""
    size_of = grow_batch(run.number("--batch-size"), [int(epoch) for epoch in run.options("--grow-at")])
    return [size_of(epoch)[0] for epoch in range(run.number("--epochs"))]


def _batch_size(measured: SweepRuns, name: str) -> int:
    return measured.of(name)[0].number("--batch-size")
