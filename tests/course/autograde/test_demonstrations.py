"""What a grader leaves out: the course's own demonstrations, as released, where nothing that runs needs them."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from scalelab.course.autograde.demonstrations import TAG, demonstrations, left_out, made_names
from scalelab.places import COURSE

NOTEBOOKS = sorted(COURSE.glob("source/*/*.ipynb"))
SHOWN = "race = run_for_minutes()"


def cells(*sources: str):
    return [new_code_cell(source) for source in sources]


def test_a_demonstration_is_left_out_and_all_else_runs():
    assert left_out(cells("x = 1", SHOWN, "y = x"), {SHOWN}) == {1}


def test_one_that_the_learner_has_changed_runs():
    assert left_out(cells("x = 1", SHOWN + "  # mine"), {SHOWN}) == set()


def test_one_whose_result_is_read_elsewhere_runs_and_so_does_what_it_reads():
    first, second = "data = load_for_minutes()", "race = run(data)"
    released = {first, second}
    assert left_out(cells(first, second), released) == {0, 1}
    assert left_out(cells(first, second, "print(race)"), released) == set()
    assert left_out(cells(first, second, "def mine():\n    return data"), released) == {1}


def test_a_name_that_a_cell_makes_itself_is_not_read_from_elsewhere():
    assert left_out(cells(SHOWN, "race = 1\nassert race == 1"), {SHOWN}) == {0}


def test_an_exercise_is_never_left_out():
    made = cells(SHOWN, "x = 1")
    made[0].metadata["nbgrader"] = {"grade_id": "mine", "solution": True}
    assert left_out(made, {SHOWN}) == set()


def test_beside_what_is_no_python_everything_runs():
    assert left_out(cells(SHOWN, "def unfinished(:"), {SHOWN}) == set()


def test_the_signs_of_ipython_are_understood():
    lines = "%matplotlib inline\n!ls"
    assert left_out(cells(SHOWN, lines), {SHOWN}) == {0}
    assert left_out(cells("files = !ls", SHOWN), {"files = !ls"}) == {0}


@pytest.mark.parametrize(
    ("source", "names"),
    [("import a.b as c, d.e", {"c", "d"}), ("def f():\n    g = 1", {"f", "g"}), ("for x, y in z: pass", {"x", "y"}),
     ("class C: pass", {"C"}), ("from m import n as o", {"o"}), ("x.y = 1", set())],
)  # fmt: skip
def test_names_that_a_cell_makes(source, names):
    assert made_names(source) == names


def test_the_tag_says_which_they_are(tmp_path):
    tagged = new_code_cell(SHOWN + "\n", metadata={"tags": [TAG]})
    nbformat.write(new_notebook(cells=[new_markdown_cell("text"), new_code_cell("x"), tagged]), tmp_path / "n.ipynb")
    assert demonstrations(tmp_path / "n.ipynb") == {SHOWN}


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_in_the_course_no_other_cell_needs_one(notebook):
    own = nbformat.read(notebook, 4).cells
    tagged = {place for place, cell in enumerate(own) if TAG in cell.metadata.get("tags", ())}
    assert left_out(own, demonstrations(notebook)) == tagged
