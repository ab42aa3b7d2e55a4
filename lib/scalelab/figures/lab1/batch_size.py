"""Figures of batch size for a real network: speed, memory, time to accuracy, equal lengths, learning per second."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator

from scalelab.analysis.throughput.step_time import StepCost
from scalelab.data.images import Dataset
from scalelab.experiments.batch_size import LENGTHS, BatchSizeRun, BatchSizeRuns
from scalelab.figures.encoding import SMALL, TITLE, Style, batch_axis, batch_colour, draw_spread, plain_log
from scalelab.figures.figure import new_figure
from scalelab.figures.prediction import draw_prediction
from scalelab.train.memory import MemoryProbe

OWN: Style = {"marker": "*", "markersize": 13, "linestyle": "none", "color": "#d55e00", "zorder": 5}
MODEL: Style = {"color": "0.2", "linewidth": 1.0}


@dataclass(frozen=True)
class OwnRun:
    """A run of the learner's that reached the target: what it needed."""

    batch_size: int
    images: float
    seconds: float

    @property
    def updates(self) -> float:
        """Updates that the run has made."""
        return self.images / self.batch_size


def draw_classes(dataset: Dataset) -> Figure:
    """The first image of each class to learn from, with its name."""
    figure, panels = new_figure(1, len(dataset.classes), width=9, height=1.3)
    for label, (axes, name) in enumerate(zip(panels, dataset.classes, strict=True)):
        first = int((dataset.train.labels == label).nonzero()[0])
        axes.imshow(dataset.train.images[first].permute(1, 2, 0).numpy(), cmap="gray")
        axes.set_axis_off()
        axes.set_title(name, fontsize=SMALL)
    return figure


def draw_throughput(batch_sizes: Sequence[int], speeds: np.ndarray, cost: StepCost, prediction: str) -> Figure:
    """What a step takes, and the images per second that follow; `speeds` is (rounds, batch sizes)."""
    figure, (left, right) = new_figure(1, 2, width=9, height=3.5)
    sizes = np.asarray(batch_sizes)
    between = np.geomspace(sizes[0], sizes[-1], 100)
    _points(left, sizes, 1000 * sizes / speeds, joined=False)
    left.plot(between, 1000 * between / cost.images_per_second(between), label="both together", **MODEL)
    left.axhline(1000 * cost.per_step, color="0.5", linewidth=0.8, linestyle=":", label="for every step")
    for_images = 1000 * between * cost.per_image
    left.plot(between, for_images, color="0.5", linewidth=0.8, linestyle="-.", label="for its images")
    slowest = 1000 * sizes[-1] / speeds.mean(axis=0)[-1]
    plain_log(left)
    left.set(ylabel="milliseconds a step", ylim=(min(300 * cost.per_step, slowest / 10) or 1, 3 * slowest))
    left.set_title("A step has a price of its own", **TITLE)
    left.legend(frameon=False, fontsize=SMALL)
    _points(right, sizes, speeds, joined=False)
    right.plot(between, cost.images_per_second(between), **MODEL)
    _ceiling(right, cost)
    draw_prediction(right, prediction)
    plain_log(right)
    right.set(ylabel="images per second")
    right.set_title("The speed saturates", **TITLE)
    for axes in (left, right):
        batch_axis(axes, batch_sizes)
    return figure


def draw_memory(probe: MemoryProbe) -> Figure:
    """Peak memory by batch size, the cap, and the first size that did not fit."""
    figure, axes = new_figure(width=6, height=3.3)
    sizes = [*probe.batch_sizes, probe.failed_at]
    megabytes = np.array(probe.peaks) / 1e6
    for size, used in zip(probe.batch_sizes, megabytes, strict=True):
        axes.plot(size, used, "o", color=batch_colour(size, sizes))
    each = megabytes[-1] / probe.batch_sizes[-1]
    axes.plot(sizes, each * np.array(sizes), label=f"{each:.2f} MB for each image", **MODEL)
    axes.plot(probe.failed_at, each * probe.failed_at, "x", color="#d55e00", markersize=10, markeredgewidth=2.5)
    axes.annotate("did not fit", (probe.failed_at, 1.3 * each * probe.failed_at), ha="center", va="bottom", size=SMALL)
    axes.axhline(probe.limit / 1e6, color="black", linewidth=0.8)
    axes.annotate(f"lent: {probe.limit / 1e6:,.0f} MB", (sizes[0], probe.limit / 1e6), va="bottom", size=SMALL)
    plain_log(axes)
    axes.set(ylabel="peak memory of a step (MB)", ylim=(0.6 * megabytes[0], 3 * each * probe.failed_at))
    axes.legend(frameon=False, fontsize=SMALL, loc="lower right")
    batch_axis(axes, sizes)
    return figure


def draw_rates(measured: BatchSizeRuns) -> Figure:
    """The learning rates that each batch size tried; filled the one that needed the fewest images."""
    figure, axes = new_figure(width=6, height=3)
    best = [measured.lr(size) for size in measured.batch_sizes]
    axes.plot(measured.batch_sizes, best, **MODEL)
    for size, chosen in zip(measured.batch_sizes, best, strict=True):
        axes.plot([size] * len(measured.lrs), measured.lrs, "o", color="0.6", fillstyle="none")
        axes.plot(size, chosen, "o", markersize=9, color=batch_colour(size, measured.batch_sizes))
    axes.set(yscale="log", ylabel="learning rate")
    _ticks(axes, measured.lrs)
    axes.set_title("Tried (open) and best (filled)", **TITLE)
    batch_axis(axes, measured.batch_sizes)
    return figure


def draw_to_target(measured: BatchSizeRuns, own: Sequence[OwnRun] = ()) -> Figure:
    """Updates, images and seconds to the target accuracy, by batch size; the learner's runs as stars."""
    figure, panels = new_figure(1, 3, width=10, height=3.4)
    images = measured.to_target("images")
    sizes = np.asarray(measured.batch_sizes)
    quantities = {
        "updates": (images / sizes, [run.updates for run in own]),
        "images": (images, [run.images for run in own]),
        "seconds of training": (measured.to_target("training_seconds"), [run.seconds for run in own]),
    }
    for axes, (name, (samples, mine)) in zip(panels, quantities.items(), strict=True):
        best = ", ".join(f"{size:,}" for size in measured.best(samples))
        _points(axes, sizes, samples)
        axes.plot([run.batch_size for run in own], mine, label="your run", **OWN)
        plain_log(axes)
        axes.set_ylabel(name)
        axes.set_title(f"fewest {name}:\n{best}", **TITLE)
        batch_axis(axes, sizes)
    if own:
        panels[-1].legend(frameon=False, fontsize=SMALL)
    figure.suptitle(f"What it takes to a validation accuracy of {measured.target:g}", **TITLE)
    return figure


def draw_lengths(measured: BatchSizeRuns) -> Figure:
    """Accuracy of the small and the large batch against epochs, and of the same runs against updates."""
    figure, panels = new_figure(1, 2, width=9, height=3.8, sharey=True)
    small, large = measured.small, measured.large
    ends = {"epochs": measured.epochs, "updates": measured.epochs * measured.images // small}
    for batch_size in (small, large):
        runs = measured.select(LENGTHS, batch_size)
        for axes, (unit, end) in zip(panels, ends.items(), strict=True):
            _curves(axes, runs, batch_size, unit, (small, large), end)
    panels[0].set(xlabel="epochs", ylabel="accuracy", xlim=(0, measured.epochs * 1.06))
    panels[0].set_title(f"The same {measured.epochs} epochs", **TITLE)
    panels[1].set(xlabel="updates", xlim=(0, ends["updates"] * 1.06))
    panels[1].set_title(f"The same {ends['updates']} updates", **TITLE)
    panels[1].legend(frameon=False, fontsize=SMALL, loc="lower right")
    return figure


def draw_factors(
    batch_sizes: Sequence[int], per_image: np.ndarray, per_second: np.ndarray, product: np.ndarray, seconds: np.ndarray
) -> Figure:
    """The two factors, and their product beside 1 / `seconds`; all but the product are (runs, batch sizes)."""
    figure, panels = new_figure(1, 3, width=10, height=3.5)
    titles = ("learning per image", "images per second", "learning per second")
    labels = ("1 / (million images to the target)", "images per second", "1 / (seconds to the target)")
    samples_of = (1e6 * per_image, per_second, 1 / seconds)
    for axes, samples, title, label in zip(panels, samples_of, titles, labels, strict=True):
        _points(axes, batch_sizes, samples)
        plain_log(axes)
        axes.set_ylabel(label)
        axes.set_title(title, **TITLE)
        batch_axis(axes, batch_sizes)
    panels[2].plot(batch_sizes, product, "D", color="black", fillstyle="none", markersize=9, label="product of the two")
    panels[2].plot([], [], "o", color="0.3", label="measured from the times")
    panels[2].legend(frameon=False, fontsize=SMALL)
    return figure


def _points(axes: Axes, batch_sizes: Sequence[int] | np.ndarray, samples: np.ndarray, joined: bool = True) -> None:
    """Mean and two standard deviations in the colour of each batch size, `joined` by a thin line.

    On a logarithmic axis a bar would have no lower end where the spread exceeds the mean: it ends at a tenth of it.
    """
    means, counts = _mean(samples), np.sum(~np.isnan(samples), axis=0)
    spread = 2 * np.sqrt(np.nansum((samples - means) ** 2, axis=0) / np.maximum(1, counts - 1))
    if joined:
        axes.plot(batch_sizes, means, color="0.7", linewidth=0.8, zorder=1)
    for size, mean, bar in zip(batch_sizes, means, spread, strict=True):
        ends = [[min(bar, 0.9 * mean)], [bar]]
        axes.errorbar(size, mean, yerr=ends, marker="o", capsize=3, color=batch_colour(size, batch_sizes))


def _mean(samples: np.ndarray) -> np.ndarray:
    """The mean over the runs that are there; NaN where there is none."""
    counts = np.sum(~np.isnan(samples), axis=0)
    return np.where(counts > 0, np.nansum(samples, axis=0) / np.maximum(1, counts), np.nan)


def _curves(
    axes: Axes, runs: Sequence[BatchSizeRun], batch_size: int, unit: str, batch_sizes: Sequence[int], end: float
) -> None:  # fmt: skip
    """Validation accuracy with points and bars, training accuracy as a thin line, up to `end` of the unit."""
    epochs = np.array([row.epoch for row in runs[0].rows])
    x = epochs if unit == "epochs" else np.array([row.images for row in runs[0].rows]) / batch_size
    count = int(np.sum(x <= end))
    x = x[:count]
    validation, train = (
        np.array([[getattr(row, field) for row in run.rows[:count]] for run in runs])
        for field in ("validation_accuracy", "train_accuracy")
    )
    step = max(1, len(x) // 10) if unit == "updates" else 1  # ten points are enough to be read
    every = slice((len(x) - 1) % step, None, step)
    colour = batch_colour(batch_size, batch_sizes)
    axes.plot(x, train.mean(axis=0), color=colour, linewidth=1.2, label=f"{batch_size}, training")
    label = f"{batch_size}, validation"
    draw_spread(axes, x[every], validation[:, every], color=colour, linestyle="none", label=label)


def _ceiling(axes: Axes, cost: StepCost) -> None:
    axes.axhline(cost.ceiling, color="black", linewidth=0.8)
    place = (0.02, cost.ceiling)
    axes.annotate(f"ceiling {cost.ceiling:,.0f}", place, xycoords=("axes fraction", "data"), va="bottom", size=SMALL)


def _ticks(axes: Axes, values: Sequence[float]) -> None:
    axes.yaxis.set_major_locator(FixedLocator(values))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
