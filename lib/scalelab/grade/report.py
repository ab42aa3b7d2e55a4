"""The page that a learner reads after a grading."""

from pathlib import Path

import jinja2
from markupsafe import Markup

from scalelab.grade.curve import as_svg, describe, draw_curve
from scalelab.grade.result import Result
from scalelab.parallel.check.report import in_words
from scalelab.train import Row


def write_feedback(result: Result, rows: list[Row], path: Path) -> None:
    """Write feedback.html, one file that needs nothing else; `rows` is the submission's own run record."""
    templates = jinja2.Environment(loader=jinja2.PackageLoader("scalelab", "grade"), autoescape=True)
    page = templates.get_template("feedback.html.j2").render(
        result=result,
        curve=Markup(as_svg(draw_curve(result, rows))),  # noqa: S704 - drawn here, from numbers
        curve_in_words=describe(result),
        table=_table(result),
        conversion_in_words=in_words(result.conversion) if result.conversion else "",
    )
    unfinished = path.with_suffix(".part")
    unfinished.write_text(page, encoding="utf-8")
    unfinished.replace(path)


def _table(result: Result) -> list[tuple[str, str]]:
    rows = [("Score", f"{result.score:g} of 100")]
    measured = zip(result.checkpoints, result.train_accuracy, result.test_accuracy, strict=False)
    for name, train, test in measured:
        rows.append((name, f"training {train:.3f}, held-out {test:.3f}"))
    rows.append(("Targets", f"training {result.train_target:.3f}, held-out {result.test_target:.3f}"))
    if result.seconds is not None:
        rows.append(("Last checkpoint", f"complete after {result.seconds:.1f} s"))
    if result.budget_seconds is not None:
        rows.append(("Budget", f"{result.budget_seconds:.1f} s"))
    if result.worker_images_per_second:
        rows.append(("One worker of this machine", f"{result.worker_images_per_second:.0f} images per second"))
    rows += [("Workers", str(result.workers)), ("Model", result.model), ("Data", result.dataset), ("Run", result.run)]
    return [row for row in rows if row[1]]
