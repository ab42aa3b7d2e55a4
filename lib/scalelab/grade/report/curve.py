"""Draws the learner's run: accuracy against time, with the targets and the budget."""

import io

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scalelab.grade.result import Result
from scalelab.train import Row

TRAIN, TEST = "tab:blue", "tab:orange"
MARGINS = {"left": 0.09, "right": 0.985, "bottom": 0.125, "top": 0.92}  # finding them takes as long as drawing


def draw_curve(result: Result, rows: list[Row]) -> Figure:
    """What the script reported as lines, what the grader measured as points, targets and budget as thin lines.

    Training is blue with circles, test orange with squares, so that it can be read without colour.
    """
    figure = Figure(figsize=(7.5, 4.2))
    axes = figure.subplots(gridspec_kw=MARGINS)
    _reported(axes, result, rows)
    _measured(axes, result)
    _target(axes, "training", result.train_target, TRAIN, "bottom")
    _target(axes, "test", result.test_target, TEST, "top")
    if result.budget_seconds:
        axes.axvline(result.budget_seconds, color="black", linewidth=0.8)
        axes.annotate("budget ", (result.budget_seconds, 0.98), ha="right", va="top")
        axes.set_xlim(0, 1.03 * result.budget_seconds)
    axes.set(ylim=(0, 1), xlabel="seconds of the budget", ylabel="accuracy")
    axes.set_title(f"{result.workers} workers on {result.dataset}: {'passed' if result.passed else 'not passed'}")
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="best", frameon=False)
    return figure


def _target(axes: Axes, name: str, value: float, colour: str, side: str) -> None:
    axes.axhline(value, color=colour, linewidth=0.8)
    axes.annotate(f" target {name} {value:.3f} ", (0, value), xycoords=("axes fraction", "data"), va=side)


def _reported(axes: Axes, result: Result, rows: list[Row]) -> None:
    """The script's clock started some seconds after the ranks: its last report is put at the last checkpoint."""
    late = max(0.0, result.seconds - rows[-1].seconds) if rows and result.seconds else 0.0
    for name, colour, style in (("train_accuracy", TRAIN, "-"), ("validation_accuracy", TEST, "--")):
        points = [(row.seconds + late, value) for row in rows if (value := getattr(row, name)) is not None]
        if points:
            label = f"{'training' if colour == TRAIN else 'validation'}, as the script reported"
            axes.plot(*zip(*points, strict=True), style, color=colour, alpha=0.5, label=label)


def _measured(axes: Axes, result: Result) -> None:
    if result.seconds is None or not result.test_accuracy:
        return
    times = result.checkpoint_seconds or [result.seconds] * len(result.test_accuracy)
    axes.plot(times, result.train_accuracy, "o", linestyle="none", color=TRAIN, label="training, measured")
    axes.plot(times, result.test_accuracy, "s", linestyle="none", color=TEST, label="test, measured")


def as_svg(figure: Figure) -> str:
    """The figure as an `<svg>` element, to be put into a page."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None})
    text = buffer.getvalue()
    return text[text.index("<svg") :]


def describe(result: Result) -> str:
    """The picture in words, for who cannot see it."""
    if not result.test_accuracy:
        return "No checkpoint could be measured; what the script reported is drawn, with the targets and the budget."
    train, test = min(result.train_accuracy), min(result.test_accuracy)
    return (
        f"Measured up to {result.seconds:.0f} s of {result.budget_seconds:.0f} s, the worse of two checkpoints: "
        f"training accuracy {train:.3f} against a target of {result.train_target:.3f}, test accuracy {test:.3f} "
        f"against {result.test_target:.3f}."
    )
