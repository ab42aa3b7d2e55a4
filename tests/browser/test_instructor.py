"""What an instructor opens: Formgrader with the course in it, and the pages that grading leaves."""

import shutil

import pytest

from scalelab.check import Finding, Report
from scalelab.course.nbgrader_command import nbgrader_again
from scalelab.grade.classroom.dashboard import write_page
from scalelab.grade.classroom.paths import ClassPaths
from scalelab.grade.classroom.settings import ClassSettings
from scalelab.grade.classroom.table import GradedRow
from scalelab.grade.report.feedback_page import write_feedback
from scalelab.grade.result import Result
from scalelab.places import COURSE
from scalelab.train import Row as Reported

from .notebook import contrast

pytestmark = [pytest.mark.ranks, pytest.mark.slow, pytest.mark.together("tests/browser/test_instructor.py")]
TERMS = ClassSettings(workers=2, device="cpu", seed=0, dataset="stand-in images", rubric="", budget_seconds=90.0)
FOUND = Finding(id="stalled", severity="error", message="Rank 1 never came.", hint="Call it on every rank.")


@pytest.fixture(scope="module")
def course(tmp_path_factory, serve):
    """An nbgrader course with one lab, shown by JupyterLab."""
    folder = tmp_path_factory.mktemp("course")
    shutil.copytree(COURSE / "source" / "lab1_sgd", folder / "source" / "lab1_sgd")
    shutil.copy(COURSE / "nbgrader_config.py", folder)
    done = nbgrader_again(folder, "generate_assignment", "lab1_sgd", seconds=300)
    assert done.returncode == 0, done.stderr
    yield from serve(folder)


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """The pages of a class of twelve, with results that were made up here."""
    out = tmp_path_factory.mktemp("class")
    rows = []
    for number in range(12):
        accuracy = 0.4 + 0.035 * number
        passed = accuracy > 0.67
        result = Result(
            passed=passed, score=100.0 if passed else 40.0, reason="Both targets are met." if passed else "Too low.",
            workers=2, device="cpu", dataset="stand-in images", model="small-resnet", train_target=0.72,
            test_target=0.67, seed=0, sandbox="bubblewrap", seconds=85.0 - 2 * number, budget_seconds=90.0,
            run="All 2 ranks finished.",
            train_accuracy=[accuracy, accuracy + 0.05], test_accuracy=[accuracy, accuracy + 0.01],
            checkpoints=["epoch-005.safetensors", "epoch-006.safetensors"],
            conversion=Report(converted=True, workers=2, steps=60, findings=[FOUND] if number % 3 == 0 else []),
        )  # fmt: skip
        folder = out / f"student-{number}"
        folder.mkdir()
        reported = [
            Reported(seconds=14.0 * epoch, epoch=epoch, images=10_000 * epoch, images_per_second=700.0, loss=1.0,
                     train_accuracy=accuracy * epoch / 6, validation_accuracy=accuracy * epoch / 6.2)
            for epoch in range(1, 7)
        ]  # fmt: skip
        write_feedback(result, reported, folder / "feedback.html")
        rows.append(GradedRow(folder.name, result))
    write_page(ClassPaths(out), rows, TERMS)
    return out


def test_formgrader_shows_the_course(page, course, picture):
    page.goto(f"{course.address}/formgrader?token=of-the-tests")
    page.get_by_role("link", name="lab1_sgd").first.wait_for()
    picture(page, "formgrader")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_of_a_class_leads_to_everybodys_feedback(page, graded, picture, theme):
    page.emulate_media(color_scheme=theme)
    page.goto((graded / "class.html").as_uri())
    page.get_by_role("heading", name="4 of 12 passed").wait_for()
    assert "half of them above" in page.locator("figure").get_attribute("aria-label")
    assert page.get_by_role("row", name="stalled 4 Call it on every rank.").count() == 1
    picture(page, f"class-{theme}")
    page.get_by_role("link", name="student-11").click()
    page.get_by_role("heading", name="Passed").wait_for()
    picture(page, f"feedback-{theme}")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_stands_out_from_its_ground(page, graded, theme):
    """At least 4.5 to 1 (WCAG 2.1, 1.4.3), in either theme."""
    page.emulate_media(color_scheme=theme)
    page.goto((graded / "student-0" / "feedback.html").as_uri())
    for place in ("h1", "td", "figcaption", ".finding p"):
        assert contrast(page.locator(place).first) >= 4.5, place
