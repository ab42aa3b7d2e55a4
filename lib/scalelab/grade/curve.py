"""The learner's run as a picture: accuracy against time, with the targets and the budget."""

import io

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scalelab.grade.result import Result
from scalelab.train import Row

TRAIN, HELD_OUT = "tab:blue", "tab:orange"


def draw_curve(result: Result, rows: list[Row]) -> Figure:
    """What the script reported as lines, what the grader measured as points, targets and budget as thin lines.

    Training is blue with circles, held-out orange with squares, so that it can be read without colour.
    """
    figure = Figure(figsize=(7.5, 4.2), layout="constrained")
    axes = figure.subplots()
    _reported(axes, rows)
    _measured(axes, result)
    for target, name, colour in ((result.train_target, "training", TRAIN), (result.test_target, "held-out", HELD_OUT)):
        axes.axhline(target, color=colour, linewidth=0.8)
        axes.annotate(f"target {name} {target:.2f}", (0.01, target), xycoords=("axes fraction", "data"), va="bottom")
    if result.budget_seconds:
        axes.axvline(result.budget_seconds, color="black", linewidth=0.8)
        axes.annotate("budget", (result.budget_seconds, 0.02), ha="right", rotation=90)
        axes.set_xlim(0, 1.03 * result.budget_seconds)
    axes.set(ylim=(0, 1), xlabel="seconds since the start of the ranks", ylabel="accuracy")
    axes.set_title(f"{result.workers} workers on {result.dataset}: {'passed' if result.passed else 'not passed'}")
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="lower right", frameon=False)
    return figure


def _reported(axes: Axes, rows: list[Row]) -> None:
    """The record's own clock starts when the script makes it, some seconds after the ranks."""
    for name, colour, style in (("train_accuracy", TRAIN, "-"), ("validation_accuracy", HELD_OUT, "--")):
        points = [(row.seconds, value) for row in rows if (value := getattr(row, name)) is not None]
        if points:
            label = f"{name.partition('_')[0]}, as the script reported"
            axes.plot(*zip(*points, strict=True), style, color=colour, alpha=0.5, label=label)


def _measured(axes: Axes, result: Result) -> None:
    if result.seconds is None or not result.test_accuracy:
        return
    axes.plot(result.seconds, result.train_accuracy[-1], "o", color=TRAIN, label="training, measured")
    axes.plot(result.seconds, result.test_accuracy[-1], "s", color=HELD_OUT, label="held-out, measured")


def as_svg(figure: Figure) -> str:
    """The figure as an `<svg>` element, to be put into a page."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None})
    text = buffer.getvalue()
    return text[text.index("<svg") :]


def describe(result: Result) -> str:
    """The picture in words, for who cannot see it."""
    if not result.test_accuracy:
        return "No checkpoint could be measured, so only the targets and the budget are drawn."
    return (
        f"Measured at {result.seconds:.0f} s of {result.budget_seconds:.0f} s: training accuracy "
        f"{result.train_accuracy[-1]:.3f} against a target of {result.train_target:.2f}, held-out accuracy "
        f"{result.test_accuracy[-1]:.3f} against {result.test_target:.2f}."
    )
