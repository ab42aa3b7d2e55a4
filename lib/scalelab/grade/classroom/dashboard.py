"""The class at a glance: who passed, what all reached by when, and what their conversions lacked most."""

from collections import Counter
from collections.abc import Sequence

from markupsafe import Markup
from matplotlib.figure import Figure

from scalelab.check import Finding
from scalelab.files.atomic import write_file
from scalelab.grade.classroom.paths import ClassPaths
from scalelab.grade.classroom.settings import ClassSettings
from scalelab.grade.classroom.table import Row
from scalelab.grade.report.curve import HELD_OUT, MARGINS, as_svg
from scalelab.grade.report.feedback_page import TEMPLATES

MARKS = {"passed": ("o", HELD_OUT), "not passed": ("x", "0.4")}  # to be told apart without colour
MOST_FINDINGS = 8


def write_page(paths: ClassPaths, rows: Sequence[Row], settings: ClassSettings) -> None:
    """Replace class.html in one step: one file that needs nothing else but the pages of feedback beside it."""
    measured = [row for row in rows if row.result and row.result.seconds is not None and row.result.test_accuracy]
    page = TEMPLATES.get_template("class.html.j2").render(
        rows=rows,
        passed=sum(row.word == "passed" for row in rows),
        settings=f"{settings.workers} ranks, {settings.budget_seconds:.0f} s and seed {settings.seed} for everybody, "
        f"on {settings.dataset}.",
        picture=Markup(as_svg(draw_class(measured, settings))) if measured else "",  # noqa: S704 (made from numbers)
        picture_in_words=in_words(measured),
        findings=commonest(rows),
    )
    write_file(paths.page, page.encode("utf-8"))


def commonest(rows: Sequence[Row]) -> list[tuple[Finding, int]]:
    """Findings and how many submissions have them, the most frequent first; advice is left out."""
    found: dict[str, Finding] = {}
    counts: Counter[str] = Counter()
    for row in rows:
        if row.result and row.result.conversion:
            here = {one.id: one for one in row.result.conversion.findings if one.severity != "advice"}
            found |= here
            counts.update(here.keys())
    return [(found[name], count) for name, count in counts.most_common(MOST_FINDINGS)]


def draw_class(rows: Sequence[Row], settings: ClassSettings) -> Figure:
    """Held-out accuracy of each against the seconds at which it was there, with the target and the budget."""
    figure = Figure(figsize=(7.5, 4.2))
    axes = figure.subplots(gridspec_kw=MARGINS)
    for word, (mark, colour) in MARKS.items():
        points = [(row.result.seconds, row.accuracies[1]) for row in rows if row.word == word]
        if points:
            axes.plot(*zip(*points, strict=True), mark, color=colour, label=f"{word} ({len(points)})")
    target = rows[0].result.test_target
    axes.axhline(target, color="black", linewidth=0.8)
    axes.annotate(f" target {target:.2f}", (0, target), xycoords=("axes fraction", "data"), va="bottom")
    axes.axvline(settings.budget_seconds, color="black", linewidth=0.8)
    axes.annotate("budget ", (settings.budget_seconds, 0.02), ha="right")
    axes.set(xlim=(0, 1.03 * settings.budget_seconds), ylim=(0, 1))
    axes.set(xlabel="seconds until the last checkpoint", ylabel="held-out accuracy, measured")
    axes.legend(loc="upper left", frameon=False)
    return figure


def in_words(rows: Sequence[Row]) -> str:
    """The picture for who cannot see it."""
    if not rows:
        return ""
    accuracies = sorted(row.accuracies[1] for row in rows)
    passed = sum(row.word == "passed" for row in rows)
    return (
        f"Held-out accuracy and time of the {len(rows)} submissions that left checkpoints: from {accuracies[0]:.3f} to "
        f"{accuracies[-1]:.3f}, half of them above {accuracies[len(accuracies) // 2]:.3f}; {passed} passed."
    )
