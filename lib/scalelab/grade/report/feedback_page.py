"""Writes the page that a learner reads after a grading."""

from pathlib import Path
from statistics import median

import jinja2
from markupsafe import Markup

from scalelab.check.report import describe_report
from scalelab.files.atomic import write_file
from scalelab.grade.report.advice import advise
from scalelab.grade.report.curve import as_svg, describe, draw_curve
from scalelab.grade.result import Result
from scalelab.train import Row

# Should a stranger's text ever get through as markup, the browser runs and fetches nothing of it.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
TEMPLATES = jinja2.Environment(loader=jinja2.PackageLoader("scalelab.grade", "report"), autoescape=True)
TEMPLATES.globals["policy"] = POLICY


def write_feedback(result: Result, rows: list[Row], path: Path) -> None:
    """Write feedback.html, one file that needs nothing else; `rows` is the submission's own run record."""
    page = TEMPLATES.get_template("feedback.html.j2").render(
        result=result,
        # Drawn here, from numbers; where there are none, nothing is.
        curve=Markup(as_svg(draw_curve(result, rows))) if rows or result.test_accuracy else "",  # noqa: S704
        curve_in_words=describe(result),
        advice=advise(result, rows),
        table=_table(result, rows),
        runs=result.runs if len(result.runs) > 1 else [],
        conversion_in_words=describe_report(result.conversion) if result.conversion else "",
    )
    write_file(path, page.encode("utf-8"))


def _table(result: Result, reported: list[Row]) -> list[tuple[str, str]]:
    rows = [("Score", f"{result.score:g} of 100")]
    measured = zip(result.checkpoints, result.train_accuracy, result.test_accuracy, strict=False)
    for name, train, test in measured:
        rows.append((name, f"training {train:.3f}, test {test:.3f}"))
    rows.append(("Targets", f"training {result.train_target:.3f}, test {result.test_target:.3f}"))
    if result.effective_batch_asked:
        rows.append(("Effective batch", _describe_batch(result, result.effective_batch_asked)))
    if result.seconds is not None:
        rows.append(("Last checkpoint", f"complete after {result.seconds:.1f} s"))
    if result.budget_seconds is not None:
        rows.append(("Budget", f"{result.budget_seconds:.1f} s"))
    if result.worker_images_per_second:
        rows.append(("One worker of this machine", f"{result.worker_images_per_second:.0f} images per second"))
    if reported:
        speed = median(row.images_per_second for row in reported) / result.workers
        rows.append(("Each rank, as reported", f"{speed:,.0f} images per second"))
    rows += [("Workers", str(result.workers)), ("Model", result.model), ("Data", result.dataset), ("Run", result.run)]
    rows += [("Seed", str(result.seed)), ("Sandbox", result.sandbox)]
    return [row for row in rows if row[1]]


def _describe_batch(result: Result, asked: int) -> str:
    seen = result.conversion and result.conversion.effective_batch_size
    words = f"{seen:,} images a step, as the conversion check saw it" if seen else "not seen by the conversion check"
    return f"{words}; at least {asked:,} asked for"
