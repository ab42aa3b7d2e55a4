"""The first page knows what is done, what comes next, and what the machine can run."""

import itertools
import os

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from scalelab.course.release.start_page import lay_start_page
from scalelab.grade.result import Result
from scalelab.install.machine import Row
from scalelab.places import ASSESSED


def cell(ran: bool, error: bool = False):
    outputs = [new_output("error", ename="AssertionError", evalue="no", traceback=[])] if error else []
    made = new_code_cell("assert True", execution_count=1 if ran else None, outputs=outputs)
    made.metadata["nbgrader"] = {"grade": True, "solution": False, "grade_id": "x-test"}
    return made


@pytest.fixture
def work(tmp_path):
    """work(name, cells): a notebook in a working folder."""

    def lay(name: str, *cells):
        path = tmp_path / f"{name}.ipynb"
        path.parent.mkdir(exist_ok=True)
        first = new_markdown_cell(f"# Title of {path.stem}\n\n**What of {path.stem}?**\n\nText.")
        nbformat.write(new_notebook(cells=[first, *cells]), path)
        return tmp_path

    return lay


def page(work) -> str:
    return lay_start_page(work, [Row("Cores", "ok", "2"), Row("GPUs", "note", "none", "nothing")]).read_text()


def test_what_is_not_done_comes_next_and_the_assessment_last(work):
    work("assessment/assessment")
    work("lab1/01_done", cell(True), cell(True))
    text = page(work("lab1/02_begun", cell(True), cell(True, error=True)))
    assert "**Next: [Title of 02_begun](lab1/02_begun.ipynb)**" in text
    assert "| ✓ | [Title of 01_done](lab1/01_done.ipynb)<br>What of 01_done? | ✓ 2 of 2 |" in text
    assert "| ➜ | [Title of 02_begun](lab1/02_begun.ipynb)<br>What of 02_begun? | 1 of 2 |" in text
    assert text.index("02_begun") < text.index("(assessment/assessment.ipynb)")
    assert "| GPUs | note: none | nothing |" in text


def test_a_notebook_that_was_never_run_is_not_begun(work):
    assert "| not begun |" in page(work("lab1/01_new", cell(False)))


def test_a_copy_that_jupyter_keeps_is_no_stop(work):
    work("lab1_sgd/01_one", cell(True))
    laid = work(".ipynb_checkpoints/02_two-checkpoint", cell(False))
    assert "Title of 01_one" in page(laid)
    assert "checkpoint" not in page(laid)


def test_when_all_is_done_it_says_so(work):
    assert "**All done.**" in page(work("lab1/01_done", cell(True)))


def test_a_notebook_without_tests_is_read_when_all_of_it_was_run(work):
    code = [new_code_cell("1", execution_count=1), new_code_cell("2"), new_code_cell("")]
    assert "| begun |" in page(work("lab1/00_begun", *code))
    code[1].execution_count = 2
    assert "| ✓ read |" in page(work("lab1/00_begun", *code))


@pytest.fixture
def verdict(tmp_path):
    """verdict(name, passed): one that the grader has left below the Assess button, a second after the one before."""
    count = itertools.count(1)

    def leave(name: str, passed: bool):
        file = tmp_path / "assessment" / ASSESSED / name / "result.json"
        file.parent.mkdir(parents=True)
        words = {"device": "cpu", "dataset": "few", "model": "small-resnet", "sandbox": "none", "reason": "It is so."}
        targets = {"train_target": 0.7, "test_target": 0.6}
        Result(passed=passed, score=100.0 * passed, workers=2, seed=0, **words, **targets).save(file)
        os.utime(file, (next(count),) * 2)
        return file

    return leave


def test_the_assessment_is_done_when_the_latest_verdict_says_so_and_not_when_it_was_run(work, verdict):
    folder = work("assessment/assessment", new_code_cell("assess('assessment.py')", execution_count=1))
    says = "| [Title of assessment](assessment/assessment.ipynb)<br>What of assessment? |"
    next_is_the_assessment = "**Next: [Title of assessment](assessment/assessment.ipynb)**"
    text = page(folder)
    assert f"| ➜ {says} not yet assessed |" in text
    verdict("zzz-20260101-100000", passed=False)
    text = page(folder)
    assert f"| ➜ {says} assessed: not passed yet |" in text
    assert next_is_the_assessment in text
    verdict("mine-20260101-110000", passed=True)
    text = page(folder)
    assert f"| ✓ {says} ✓ passed |" in text
    assert "**All done.**" in text
    verdict("again-20260101-120000", passed=False)
    assert next_is_the_assessment in page(folder)


def test_a_grading_that_came_to_no_verdict_takes_none_back(work, verdict, tmp_path):
    folder = work("assessment/assessment")
    verdict("mine-1", passed=True)
    verdict("mine-2", passed=False).write_text("{")
    (tmp_path / "assessment" / ASSESSED / "mine-3").mkdir()
    assert "| ✓ passed |" in page(folder)


def test_a_broken_notebook_does_not_stop_it(work, tmp_path):
    folder = work("lab1/01_new")
    (folder / "lab1" / "02_broken.ipynb").write_text("{")
    assert "02_broken.ipynb cannot be read" in page(folder)
