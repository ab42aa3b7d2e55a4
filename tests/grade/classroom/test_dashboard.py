"""The page of a class says who passed, shows what everybody reached by when, and what was lacking most."""

import pytest

from scalelab.check import Finding, Report
from scalelab.grade.classroom.dashboard import commonest, write_page
from scalelab.grade.classroom.paths import ClassPaths
from scalelab.grade.classroom.settings import ClassSettings
from scalelab.grade.classroom.table import GradedRow, UngradedRow
from scalelab.grade.report.feedback_page import POLICY
from scalelab.grade.result import Result

TERMS = ClassSettings(workers=2, device="cpu", seed=0, dataset="CIFAR-10", rubric="", budget_seconds=90.0)


def finding(name: str, severity: str = "error") -> Finding:
    return Finding(id=name, severity=severity, message="", hint=f"mend {name}")


def row(student: str, accuracy: float | None = None, passed: bool = False, found: tuple = ()) -> GradedRow:
    result = Result(
        passed=passed, score=100.0 * passed, reason="as it is", workers=2, device="cpu", dataset="CIFAR-10", model="x",
        train_target=0.72, test_target=0.67, seed=0, sandbox="", seconds=60.0 if accuracy else None,
        train_accuracy=[accuracy] if accuracy else [], test_accuracy=[accuracy] if accuracy else [],
        conversion=Report(converted=not found, workers=2, steps=8, findings=list(found)),
    )  # fmt: skip
    return GradedRow(student, result)


@pytest.fixture
def page(tmp_path):
    def write(*rows: GradedRow | UngradedRow) -> str:
        write_page(ClassPaths(tmp_path), rows, TERMS)
        return (tmp_path / "class.html").read_text()

    return write


def test_everybody_is_on_it_with_a_link_to_the_feedback(page):
    text = page(row("ada", 0.8, passed=True), row("bob o'<b>", 0.3), UngradedRow("eve", "not graded yet"))
    assert "1 of 3 passed" in text
    assert '<a href="ada/feedback.html">ada</a>' in text
    assert "bob o&#39;&lt;b&gt;" in text
    assert "<b>" not in text
    assert "? not graded" in text
    assert "half of them above 0.800; 1 passed" in text


def test_a_browser_runs_nothing_of_it(page):
    assert f'content="{POLICY}"' in page(row("ada", 0.8))


def test_a_class_without_a_checkpoint_has_no_picture(page):
    assert "<svg" not in page(row("ada"), row("bob"))
    assert "0 of 0 passed" in page()


def test_what_was_lacking_most_comes_first_and_advice_is_left_out():
    rows = [
        row("ada", found=(finding("stalled"), finding("no-warmup", "advice"))),
        row("bob", found=(finding("not-initialized"), finding("stalled"), finding("stalled"))),
        UngradedRow("eve", ""),
    ]
    assert [(one.id, count) for one, count in commonest(rows)] == [("stalled", 2), ("not-initialized", 1)]
