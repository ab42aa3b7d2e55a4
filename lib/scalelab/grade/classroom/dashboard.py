"""The page of the class: who passed, what each reached by when, and what their conversions lacked most."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup
from matplotlib.figure import Figure

from scalelab.check import Finding
from scalelab.files.atomic import write_file
from scalelab.grade.classroom.paths import ClassPaths
from scalelab.grade.classroom.settings import ClassSettings
from scalelab.grade.classroom.table import GradedRow, Row
from scalelab.grade.report.curve import MARGINS, TEST, as_svg
from scalelab.grade.report.feedback_page import TEMPLATES

MARKS = {"passed": ("o", TEST), "not passed": ("x", "0.4")}  # to be told apart without colour
MOST_FINDINGS = 8


def write_page(paths: ClassPaths, rows: Sequence[Row], settings: ClassSettings) -> None:
    """Replace class.html in one step: one file that needs nothing else but the pages of feedback beside it."""
    measured = [point for row in rows if isinstance(row, GradedRow) and (point := _point(row))]
    page = TEMPLATES.get_template("class.html.j2").render(
        rows=rows,
        passed=sum(row.word == "passed" for row in rows),
        settings=f"{settings.workers} ranks, {settings.budget_seconds:.0f} s and seed {settings.seed} for everybody, "
        f"on {settings.dataset}.",
        picture=Markup(as_svg(draw_class(measured, settings))) if measured else "",  # noqa: S704 (made from numbers)
        picture_in_words=describe_class(measured),
        findings=commonest(rows),
    )
    write_file(paths.page, page.encode("utf-8"))


def commonest(rows: Sequence[Row]) -> list[tuple[Finding, int]]:
    """Findings and how many submissions have them, the most frequent first; advice is left out."""
    found: dict[str, Finding] = {}
    counts: Counter[str] = Counter()
    for row in rows:
        if isinstance(row, GradedRow) and row.result.conversion:
            here = {one.id: one for one in row.result.conversion.findings if one.severity != "advice"}
            found |= here
            counts.update(here.keys())
    return [(found[name], count) for name, count in counts.most_common(MOST_FINDINGS)]


@dataclass(frozen=True)
class Point:
    """A submission in the picture: its verdict, when its last judged checkpoint was complete, and how good it was."""

    word: str
    seconds: float
    test_accuracy: float
    test_target: float


def _point(row: GradedRow) -> Point | None:
    if row.accuracies is None or row.result.seconds is None:
        return None
    return Point(row.word, row.result.seconds, row.accuracies[1], row.result.test_target)


def draw_class(points: Sequence[Point], settings: ClassSettings) -> Figure:
    """Test accuracy of each against the seconds at which it was there, with the target and the budget."""
    figure = Figure(figsize=(7.5, 4.2))
    axes = figure.subplots(gridspec_kw=MARGINS)
    for word, (mark, colour) in MARKS.items():
        xy = [(point.seconds, point.test_accuracy) for point in points if point.word == word]
        if xy:
            axes.plot(*zip(*xy, strict=True), mark, color=colour, label=f"{word} ({len(xy)})")
    target = points[0].test_target
    axes.axhline(target, color="black", linewidth=0.8)
    axes.annotate(f" target {target:.3f}", (0, target), xycoords=("axes fraction", "data"), va="bottom")
    axes.axvline(settings.budget_seconds, color="black", linewidth=0.8)
    axes.annotate("budget ", (settings.budget_seconds, 0.02), ha="right")
    axes.set(xlim=(0, 1.03 * settings.budget_seconds), ylim=(0, 1))
    axes.set(xlabel="seconds until the last checkpoint", ylabel="test accuracy, measured")
    axes.legend(loc="upper left", frameon=False)
    return figure


def describe_class(points: Sequence[Point]) -> str:
    """The picture for who cannot see it."""
    if not points:
        return ""
    accuracies = sorted(point.test_accuracy for point in points)
    passed = sum(point.word == "passed" for point in points)
    return (
        f"Test accuracy and time of the {len(points)} submissions that left checkpoints: from {accuracies[0]:.3f} "
        f"to {accuracies[-1]:.3f}, half of them above {accuracies[len(accuracies) // 2]:.3f}; {passed} passed."
    )
