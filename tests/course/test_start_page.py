"""The first page knows what is done, what comes next, and what the machine can run."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from scalelab.course.start_page import lay_start_page
from scalelab.machine import Row


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


def test_when_all_is_done_it_says_so(work):
    assert "**All done.**" in page(work("lab1/01_done", cell(True)))


def test_a_broken_notebook_does_not_stop_it(work, tmp_path):
    folder = work("lab1/01_new")
    (folder / "lab1" / "02_broken.ipynb").write_text("{")
    assert "02_broken.ipynb cannot be read" in page(folder)
