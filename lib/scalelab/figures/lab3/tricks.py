"""Figures of recipes for large batches: a table that fills, accuracy on the way, what tuning does to the ranking."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scalelab.experiments.large_batch import SweepRun, SweepRuns
from scalelab.figures.encoding import SMALL, TITLE, Style, batch_colour
from scalelab.figures.figure import new_figure
from scalelab.optim import grow_batch
from scalelab.train.record import Row

OWN: Style = {"marker": "*", "markersize": 13, "linestyle": "none", "color": "#d55e00", "zorder": 5}
ENDS = (16, 1024)
TITLES = {"small-batch": "SGD, batch 16", "sgd": "SGD", "lars": "LARS", "larc": "LARC", "lamb": "LAMB",
          "novograd": "NovoGrad", "adam": "Adam", "adagrad": "AdaGrad"}  # fmt: skip
SHOWN_BELOW_BEST = 0.1


def draw_recipes(measured: SweepRuns, own: Mapping[str, Sequence[Row]], names: Sequence[str] | None = None) -> Figure:
    """Validation accuracy of each recipe, mean and two standard deviations; own runs, {name: rows}, as stars.

    Without `names` all recipes of the stored runs. A line stands at the mean of the first.
    """
    names = list(names or measured.names)
    figure, axes = new_figure(width=7.5, height=0.9 + 0.27 * len(names))
    for place, name in enumerate(names):
        samples = measured.last(name)
        spread = 2 * samples.std(ddof=1) if len(samples) > 1 else None
        colour = batch_colour(batch_size(measured, name), ENDS)
        axes.errorbar(samples.mean(), place, xerr=spread, marker="o", capsize=3, color=colour)
        if own.get(name):
            axes.plot([own[name][-1].validation_accuracy], [place], **OWN)
    axes.axvline(measured.last(names[0]).mean(), color="black", linewidth=0.8)
    axes.set_yticks(range(len(names)), names, fontsize=SMALL)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set(xlabel="validation accuracy" + (" (star: your run)" if own else ""))
    axes.grid(axis="x", color="0.92")
    return figure


def draw_on_the_way(measured: SweepRuns, names: Sequence[str]) -> Figure:
    """Validation accuracy against epochs, a line for each recipe, every seed thin and their mean thick."""
    figure, axes = new_figure(width=7, height=3.4)
    _draw_lines(axes, measured, names, _epochs)
    axes.set(xlabel="epoch", ylabel="validation accuracy")
    axes.legend(frameon=False, fontsize=SMALL)
    return figure


def draw_two_clocks(measured: SweepRuns, names: Sequence[str]) -> Figure:
    """The same runs against epochs and against updates: which lie on one another, and which have arrived earlier?"""
    figure, (left, right) = new_figure(1, 2, width=9.5, height=3.4, sharey=True)
    _draw_lines(left, measured, names, _epochs)
    _draw_lines(right, measured, names, _updates)
    left.set(xlabel="epoch", ylabel="validation accuracy")
    right.set(xlabel="updates")
    right.legend(frameon=False, fontsize=SMALL, loc="lower right")
    return figure


def _draw_lines(
    axes: Axes, measured: SweepRuns, names: Sequence[str], clock: Callable[[SweepRun], Sequence[float]]
) -> None:
    for name, style in zip(names, ("-", "--", "-.", ":"), strict=False):
        runs = measured.of(name)
        values = np.array([[row.validation_accuracy for row in run.rows] for run in runs], dtype=float)
        colour = batch_colour(batch_size(measured, name), ENDS)
        axes.plot(clock(runs[0]), values.T, linestyle=style, color=colour, linewidth=0.4, alpha=0.4)
        axes.plot(clock(runs[0]), values.mean(axis=0), linestyle=style, color=colour, linewidth=1.8, label=name)
    axes.set_xlim(left=0)


def _epochs(run: SweepRun) -> list[float]:
    return [row.epoch or 0 for row in run.rows]


def _updates(run: SweepRun) -> list[int]:
    """How many there had been at each report."""
    done = np.cumsum(updates_of_epochs(run))
    return [int(done[int(row.epoch or 1) - 1]) for row in run.rows]


def draw_tuning(tuning: SweepRuns) -> Figure:
    """For each optimizer the accuracy at each learning rate that was tried, named "OPTIMIZER RATE" in the sweep.

    Seeds as small ticks, their mean as a circle. What lies far below the best is drawn at the lower edge, as a triangle
    with its value: else all others look alike.
    """
    tried = by_optimizer(tuning)
    figure, panels = new_figure(1, len(tried), width=11, height=2.9, sharey=True)
    best = max(max(found.values()) for found in tried.values())
    for axes, (name, found) in zip(panels, tried.items(), strict=True):
        axes.axhline(best, color="0.7", linewidth=0.8)
        _draw_tried(axes, found, best - SHOWN_BELOW_BEST, batch_colour(_tuned_batch(tuning, name), ENDS))
        for place, lr in enumerate(sorted(found)):
            seeds = np.maximum(_at_rate(tuning, name, lr), best - SHOWN_BELOW_BEST)
            axes.plot(np.full(len(seeds), place), seeds, "_", color="0.4", markersize=7)
        axes.set_title(TITLES.get(name, name), **TITLE)
    panels[0].set_ylabel("accuracy, tuning images")
    figure.supxlabel("learning rate", fontsize=SMALL + 1)
    return figure


def _draw_tried(axes: Axes, found: Mapping[float, float], lowest: float, colour: tuple[float, ...]) -> None:
    """{learning rate: accuracy} as circles, the best filled; below `lowest` as triangles with their value."""
    lrs = sorted(found)
    values = np.array([found[lr] for lr in lrs])
    shown = np.maximum(values, lowest)
    axes.plot(range(len(lrs)), shown, "o-", color="0.6", fillstyle="none", linewidth=0.8)
    for number in np.flatnonzero(shown > values):
        axes.plot(number, lowest, "v", color="black")
        axes.annotate(f"{values[number]:.2f} ", (number, lowest), ha="right", va="bottom", size=SMALL)
    top = int(np.argmax(values))
    axes.plot(top, values[top], "o", color=colour, markersize=8)
    axes.set_xticks(range(len(lrs)), [f"{lr:g}" for lr in lrs], rotation=60, fontsize=SMALL)


def _at_rate(tuning: SweepRuns, optimizer: str, lr: float) -> np.ndarray:
    """The accuracies of the seeds at this rate of the whole batch: (seeds,)."""
    names = [name for name in tuning.names if name.split()[0] == optimizer and _rate(tuning, name) == lr]
    return np.concatenate([tuning.last(name) for name in names])


def _rate(tuning: SweepRuns, name: str) -> float:
    """Of the whole batch."""
    run = tuning.of(name)[0]
    return float(name.split()[1]) * run.number("--batch-size") / run.number("--base-batch")


def _tuned_batch(tuning: SweepRuns, optimizer: str) -> int:
    return batch_size(tuning, next(name for name in tuning.names if name.split()[0] == optimizer))


def by_optimizer(tuning: SweepRuns) -> dict[str, dict[float, float]]:
    """{optimizer: {learning rate of the whole batch: accuracy on the tuning images, mean over seeds}}."""
    tried: dict[str, dict[float, float]] = {}
    for name in tuning.names:
        tried.setdefault(name.split()[0], {})[_rate(tuning, name)] = float(tuning.last(name).mean())
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
        updates = sum(updates_of_epochs(measured.of(name)[0]))
        size = f"{sizes[0]}" if sizes[0] == sizes[-1] else f"{sizes[0]} to {sizes[-1]:,}"
        known = f"{measured.last(name, 'train_accuracy').mean():.3f}"
        lines.append(f"| {name} | {size} | {updates:,} | {known} | {samples.mean():.3f}{spread} | {mine} |")
    return "\n".join(lines)


def _batch_sizes(run: SweepRun) -> list[int]:
    """Of each epoch."""
    size_of = grow_batch(run.number("--batch-size"), [int(epoch) for epoch in run.options("--grow-at")])
    return [size_of(epoch)[0] for epoch in range(run.number("--epochs"))]


def updates_of_epochs(run: SweepRun) -> list[int]:
    """How many updates each epoch has."""
    sizes = _batch_sizes(run)
    images = (run.rows[-1].images or 0) / len(sizes)
    return [round(images / size) for size in sizes]


def batch_size(measured: SweepRuns, name: str) -> int:
    """Of the first step."""
    return measured.of(name)[0].number("--batch-size")
