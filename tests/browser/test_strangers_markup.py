"""A notebook full of what would run is autograded, opened in Formgrader and as feedback: nothing of it runs."""

import shutil

import nbformat
import pytest
from course.test_clean_markup import CELLS, HIT, MARKUP
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook

from scalelab.course.nbgrader_command import nbgrader_again
from scalelab.places import COURSE

pytestmark = [pytest.mark.ranks, pytest.mark.slow]
ANSWER = {"nbgrader": {"grade_id": "answer", "solution": True, "grade": True, "points": 1, "locked": False,
                       "schema_version": 3, "task": False, "cell_type": "markdown"}}  # fmt: skip
SHOWING = "from IPython.display import HTML, Markdown, Javascript, SVG, Latex, display\n"


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory):
    """A course of one notebook, and ada's copy of it, autograded; (folder, id of the submitted notebook)."""
    folder = tmp_path_factory.mktemp("hostile")
    shutil.copy(COURSE / "nbgrader_config.py", folder)
    source = folder / "source" / "tiny" / "tiny.ipynb"
    source.parent.mkdir(parents=True)
    nbformat.write(new_notebook(cells=[new_markdown_cell("Your answer", metadata=ANSWER)]), source)
    run(folder, "generate_assignment", "tiny")
    copy = folder / "submitted" / "ada" / "tiny" / "tiny.ipynb"
    shutil.copytree(folder / "release" / "tiny", copy.parent)
    notebook = nbformat.read(copy, as_version=4)
    notebook.cells[0].source = "\n\n".join(["My answer.", *MARKUP.values()])
    notebook.cells += [new_code_cell(f"{SHOWING}display(HTML({markup!r}))") for markup in MARKUP.values()]
    notebook.cells.append(
        new_code_cell(f"{SHOWING}display(Javascript({HIT!r})); display(Markdown({MARKUP['script']!r}))")
    )
    notebook.cells.append(new_code_cell(f"raise ValueError({MARKUP['image that fails']!r})"))
    notebook.cells += [cell for cell in CELLS.values() if cell.cell_type != "code"]
    for number, cell in enumerate(notebook.cells[1:]):
        cell.id = f"cell-of-ada-{number}"
    nbformat.write(notebook, copy)
    run(folder, "autograde", "tiny")
    run(folder, "generate_feedback", "tiny")
    with Gradebook(f"sqlite:///{folder}/gradebook.db") as gradebook:
        return folder, gradebook.find_submission_notebook("tiny", "tiny", "ada").id


def run(folder, *command):
    done = nbgrader_again(folder, *command, seconds=300)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def course(handed_in, serve):
    yield from serve(handed_in[0])


def quiet_page(browser):
    """A page whose console may complain: a stranger's formula is no formula."""
    page = browser.new_page()
    page.set_default_timeout(60_000)
    return page


def test_formgrader_shows_the_answer_and_runs_nothing_of_it(browser, course, handed_in, picture):
    page = quiet_page(browser)
    page.goto(f"{course.address}/formgrader/submissions/{handed_in[1]}/?token=of-the-tests")
    page.get_by_text("My answer.").wait_for()
    page.wait_for_timeout(1000)
    assert page.evaluate("window.hit") is None
    assert page.locator("#notebook-container form, #notebook-container iframe, #notebook-container svg").count() == 0
    picture(page, "strangers-markup")
    page.close()


def test_the_feedback_runs_nothing_of_it(browser, handed_in):
    page = quiet_page(browser)
    (feedback,) = (handed_in[0] / "feedback" / "ada" / "tiny").glob("*.html")
    page.goto(feedback.as_uri())
    page.get_by_text("My answer.").wait_for()
    page.wait_for_timeout(1000)
    assert page.evaluate("window.hit") is None
    page.close()
