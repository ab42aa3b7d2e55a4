"""Figures of what a large batch does: steps to a target, the noise scale, what is lost, how sharp the end is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scalelab.analysis.scaling_laws.critical_batch_size import DIMINISHING, NONE, PERFECT, StepsCurve
from scalelab.experiments.large_batch import SweepRuns
from scalelab.experiments.noise_scale import NoiseRuns
from scalelab.experiments.sharpness import Minimum
from scalelab.figures.encoding import SMALL, TITLE, Style, batch_axis, batch_colour, draw_spread, plain_log
from scalelab.figures.figure import new_figure
from scalelab.figures.prediction import draw_prediction

MODEL: Style = {"color": "0.2", "linewidth": 1.0}
OWN: Style = {
    "marker": "*", "markersize": 13, "linestyle": "none", "color": "#d55e00", "zorder": 5, "label": "your run"
}  # fmt: skip
SHADES = {PERFECT: "0.93", DIMINISHING: "0.86", NONE: "0.78"}
LINES, MARKERS = ("-", "--", "-.", ":", (0, (1, 3)), (0, (6, 1, 1, 1))), "osD^vP"
# Goyal et al. 2017, figure 1: top-1 error of ResNet-50 on ImageNet after 90 epochs, in percent.
GOYAL = {256: 23.60, 8192: 23.74, 16384: 24.79, 32768: 27.55, 65536: 33.96}


def draw_speed(batch_sizes: Sequence[int], speeds: np.ndarray) -> Figure:
    """Images per second by batch size; `speeds` is (rounds, batch sizes)."""
    figure, axes = new_figure(width=5.5, height=3)
    for size, samples in zip(batch_sizes, speeds.T, strict=True):
        draw_spread(axes, [size], samples[:, None], color=batch_colour(size, batch_sizes))
    axes.set(ylabel="images per second")
    axes.set_ylim(bottom=0)
    batch_axis(axes, batch_sizes)
    return figure


def draw_steps(
    steps: Mapping[int, Sequence[float]], curve: StepsCurve, knee: str | None = None,
    own: tuple[int, float] | None = None,
) -> Figure:  # fmt: skip
    """Steps and images to the target by batch size, (seeds,) each, with the curve; `own`: the learner's size, steps."""
    figure, (left, right) = new_figure(1, 2, width=9.5, height=3.8)
    sizes = sorted(steps)
    fine = np.geomspace(sizes[0], sizes[-1], 100)
    for axes, per, line in ((left, 1, curve.steps(fine)), (right, None, curve.examples(fine))):
        for size in sizes:
            samples = np.asarray(steps[size], dtype=float) * (per or size)
            draw_spread(axes, [size], samples[:, None], color=batch_colour(size, sizes))
        axes.plot(fine, line, **MODEL)
        if own:
            axes.plot([own[0]], [own[1] * (per or own[0])], **OWN)
        plain_log(axes)
        batch_axis(axes, sizes)
    _regimes(left, curve, sizes)
    left.plot(fine, curve.steps(sizes[0]) * sizes[0] / fine, color="0.5", linewidth=0.8, linestyle=":")
    left.set(ylabel="steps to the target", ylim=(curve.least_steps / 2, None))
    left.set_title("Half the steps for twice the batch (dotted): not for ever", **TITLE)
    right.set(ylabel="images to the target")
    for axes in (left, right):
        _knee(axes, curve, knee)
    right.set_title("Beyond the knee each image brings less", **TITLE)
    if own:
        right.legend(frameon=False, fontsize=SMALL, loc="upper left")
    return figure


def _knee(axes: Axes, curve: StepsCurve, prediction: str | None) -> None:
    axes.axvline(curve.critical, color="black", linewidth=0.8)
    place, words = (curve.critical, 0.98), f"knee: {curve.critical:.0f}"
    look: Style = {"size": SMALL, "va": "top", "ha": "right", "rotation": 90}
    axes.annotate(words, place, xycoords=("data", "axes fraction"), **look)
    if prediction:
        draw_prediction(axes, prediction, along="x")


def _regimes(axes: Axes, curve: StepsCurve, sizes: Sequence[int]) -> None:
    """Shade where doubling the batch saves nearly half of the steps, some, and hardly any."""
    edges = np.geomspace(sizes[0], sizes[-1], 400)
    names = np.array([curve.regime(edge) for edge in edges])
    for name, shade in SHADES.items():
        there = edges[names == name]
        if len(there):
            axes.axvspan(there[0], there[-1], color=shade, zorder=0, linewidth=0)
            middle = np.sqrt(there[0] * there[-1])
            words = name.replace(" ", "\n")
            axes.text(middle, 0.02, words, transform=axes.get_xaxis_transform(), ha="center", va="bottom", size=SMALL)


def draw_epochs(measured: SweepRuns, sizes: Sequence[int]) -> Figure:
    """Accuracy after equal epochs and the generalisation gap by batch size; beside it a published curve."""
    figure, (left, middle, right) = new_figure(1, 3, width=10.5, height=3.5)
    for size in sizes:
        colour = batch_colour(size, sizes)
        draw_spread(left, [size], measured.last(str(size))[:, None], color=colour)
        draw_spread(left, [size], measured.last(str(size), "train_accuracy")[:, None], color=colour, fillstyle="none")
        draw_spread(middle, [size], measured.gap(str(size))[:, None], color=colour)
    left.plot([], [], "o", color="0.3", label="validation")
    left.plot([], [], "o", color="0.3", fillstyle="none", label="training")
    left.legend(frameon=False, fontsize=SMALL)
    left.set(ylabel="accuracy")
    left.set_title("Both accuracies fall", **TITLE)
    middle.axhline(0, color="0.5", linewidth=0.8)
    middle.set(ylabel="training minus validation accuracy")
    middle.set_title("Training minus validation", **TITLE)
    for axes in (left, middle):
        batch_axis(axes, sizes)
    published = list(GOYAL)
    right.plot(published, [1 - error / 100 for error in GOYAL.values()], "s", color="0.3")
    right.set(ylabel="validation accuracy (top-1)")
    right.set_title("ImageNet, ResNet-50 (Goyal et al. 2017)", **TITLE)
    batch_axis(right, published)
    right.tick_params(axis="x", labelsize=SMALL, rotation=30)
    return figure


def draw_noise(noise: NoiseRuns, curve: StepsCurve, prediction: str | None = None) -> Figure:
    """The noise scale in each part of the way to the target, and the knee that the steps have shown."""
    figure, axes = new_figure(width=6.5, height=3.6)
    for run in noise.runs:
        parts = run.parts(noise.target, noise.patience)
        epochs = run.epochs_per_part * (np.arange(len(parts)) + 0.5)
        values, errors = (np.array([getattr(part, name) for part in parts]) for name in ("value", "error"))
        look = {"fmt": "o", "capsize": 2, "markersize": 4, "linewidth": 0.8, "alpha": 0.8}
        bars = [np.minimum(2 * errors, 0.9 * values), 2 * errors]
        axes.errorbar(epochs, values, yerr=bars, label=f"seed {run.seed}", **look)
    axes.axhline(curve.critical, color="black", linewidth=0.8)
    place = (0.99, curve.critical)
    words = f"knee of the steps {curve.critical:.0f}"
    axes.annotate(words, place, xycoords=("axes fraction", "data"), ha="right", va="bottom", size=SMALL)
    axes.axhspan(curve.critical / 2, curve.critical * 2, color="0.93", zorder=0, linewidth=0)
    if prediction:
        draw_prediction(axes, prediction, along="y")
    plain_log(axes)
    axes.set_title("The noise scale grows on the way to the target", **TITLE)
    axes.set(xlabel="epoch", ylabel="noise scale (images)")
    axes.legend(frameon=False, fontsize=SMALL, loc="upper left")
    return figure


def draw_why(measured: SweepRuns, names: Mapping[str, str]) -> Figure:
    """Training and validation accuracy of each way to train; `names`: {name in the sweep: words}."""
    figure, (left, right) = new_figure(1, 2, width=9.5, height=3.4, sharey=True)
    small = measured.last(next(iter(names)))
    for axes, field in ((left, "validation_accuracy"), (right, "train_accuracy")):
        for place, name in enumerate(names):
            size = measured.of(name)[0].number("--batch-size")
            samples = measured.last(name, field)
            axes.plot(samples, np.full(len(samples), place) + 0.18, "|", color="0.5")
            axes.errorbar(
                samples.mean(), place, xerr=2 * samples.std(ddof=1), marker="o", capsize=3, markersize=8,
                color=batch_colour(size, (16, 256)),
            )  # fmt: skip
        axes.set_yticks(range(len(names)), list(names.values()))
        axes.set_ylim(len(names) - 0.5, -0.5)
        axes.xaxis.grid(color="0.9")
    left.axvline(small.mean(), color="0.5", linewidth=0.8)
    left.set(xlabel="validation accuracy")
    right.set(xlabel="accuracy on training images")
    return figure


def draw_learned(measured: SweepRuns, words: Mapping[str, str]) -> Figure:
    """Validation against training accuracy on the way, {recipe: words}: thin each seed, thick the mean of the seeds."""
    figure, axes = new_figure(width=6.5, height=4)
    for (name, label), style in zip(words.items(), LINES, strict=False):
        runs = measured.of(name)
        colour = batch_colour(runs[0].number("--batch-size"), (16, 256))
        known, validation = (
            np.array([[getattr(row, field) for row in run.rows] for run in runs], dtype=float)
            for field in ("train_accuracy", "validation_accuracy")
        )
        axes.plot(known.T, validation.T, linestyle=style, color=colour, linewidth=0.4, alpha=0.5)
        axes.plot(known.mean(axis=0), validation.mean(axis=0), linestyle=style, color=colour, linewidth=2, label=label)
        axes.plot(known.mean(axis=0)[-1], validation.mean(axis=0)[-1], "o", color=colour)
    axes.set(xlabel="training accuracy", ylabel="validation accuracy")
    axes.legend(frameon=False, fontsize=SMALL, loc="lower right")
    return figure


@dataclass(frozen=True)
class End:
    """Where the trainings of a recipe end, and how: its peak rate over its batch size, validation accuracy (seeds,)."""

    minima: Sequence[Minimum]
    lr_by_batch: float
    accuracies: np.ndarray


def draw_sharpness(ends: Mapping[str, End]) -> Figure:
    """How sharp each end is by how much has been learned there, and the loss around it; {words: end}."""
    figure, (left, right) = new_figure(1, 2, width=10, height=4.2)
    for place, (words, end) in enumerate(ends.items()):
        found = end.minima
        colour, style, marker = batch_colour(found[0].batch_size, (16, 256)), LINES[place], MARKERS[place]
        largest = np.array([one.eigenvalues[0] for one in found])
        loss = np.array([one.loss for one in found])
        reached = loss[:, len(found[0].steps) // 2]
        left.plot(reached, largest, marker, color=colour, markersize=3, alpha=0.5)
        x, y = np.median(reached), np.median(largest)
        left.plot(x, y, marker, color=colour, markersize=9, label=f"{words} ({1e3 * end.lr_by_batch:.2g})")
        note = {"xytext": (0, -8 if place == 0 else 8), "textcoords": "offset points", "ha": "center", "size": SMALL}
        left.annotate(f"{end.accuracies.mean():.3f}", (x, y), va="top" if place == 0 else "bottom", **note)
        right.plot(found[0].steps, (loss - reached[:, None]).mean(axis=0), linestyle=style, color=colour)
    plain_log(left)
    left.set(xlabel="training loss", ylabel="largest eigenvalue", xlim=(0, None))
    left.margins(y=0.15)
    left.set_title("Numbers: validation accuracy", **TITLE)
    right.set(xlabel="step along a filter-normalised direction", ylabel="rise of the training loss", ylim=(-0.1, 3))
    title = "in brackets: 1,000 x learning rate / batch size"
    lines = left.get_legend_handles_labels()
    figure.legend(*lines, title=title, frameon=False, fontsize=SMALL, loc="outside lower center", ncols=3)
    return figure
