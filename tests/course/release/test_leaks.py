"""A release in which an answer or a hidden test is left is no release."""

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalelab.course.nbgrader_command import nbgrader_again
from scalelab.course.nbgrader_config import scripts_to_edit
from scalelab.course.release.cut_solutions import strip_script
from scalelab.course.release.leaks import MARKER
from scalelab.course.release.release import release
from scalelab.errors import ScaleLabError


@pytest.mark.parametrize(
    "line",
    ["### BEGIN SOLUTION", "### begin solution", "# BEGIN  SOLUTIONS", "# END HIDDEN TEST", "=== BEGIN MARK SCHEME"],
)
def test_markers_are_found_also_in_spellings_that_nbgrader_does_not_know(line):
    assert MARKER.search(f"x = 1\n    {line}\n")


def test_an_answer_that_nbgrader_overlooks_ends_the_release(course_folder):
    path = course_folder / "source" / "lab0" / "01_tiny.ipynb"
    notebook = nbformat.read(path, 4)
    notebook.cells[1].source = "### begin solution\nfactor = 2\n### end solution"
    nbformat.write(notebook, path)
    with pytest.raises(ScaleLabError, match="01_tiny would show learners what follows `begin solution`"):
        release(course_folder, course_folder / "work")
    assert not (course_folder / "work").exists()


@pytest.mark.parametrize(
    ("name", "content"), [("script.py", "### BEGIN SOLUTION\nx = 1\n"), ("notes.md", "# END HIDDEN TESTS\n")]
)
def test_a_marker_in_another_file_ends_nbgraders_own_command_and_leaves_no_release(course_folder, name, content):
    (course_folder / "source" / "lab0" / name).write_text(content)
    done = nbgrader_again(course_folder, "generate_assignment", "lab0")
    assert done.returncode != 0
    assert name.removesuffix(".py") in done.stderr
    assert not (course_folder / "release" / "lab0").exists()


@pytest.mark.parametrize("extra", ["", '"""Another docstring."""\n', "# another comment\n\n"])
def test_a_script_that_was_solved_where_it_is_handed_out_ends_the_release(course_folder, extra):
    solved = '"""A script."""\nx = 1\nprint(x + 1)\n'
    (course_folder / "solutions" / "lab0").mkdir(parents=True)
    (course_folder / "solutions" / "lab0" / "whole.py").write_text(solved)
    handed_out = extra + solved.removeprefix('"""A script."""\n') if extra else solved
    (course_folder / "source" / "lab0" / "whole.py").write_text(handed_out)
    with pytest.raises(ScaleLabError, match=r"whole\.py is solved: it does what lab0/whole\.py does"):
        release(course_folder, course_folder / "work")
    (course_folder / "source" / "lab0" / "whole.py").write_text("x = 1\n")
    copies = release(course_folder, course_folder / "work").written
    assert "lab0/whole.py" in copies
    assert not [path for path in copies if "solutions" in path]


@pytest.fixture
def steps(course_folder):
    """`whole.py` prints 1, 2 or 3; solved it prints 3, and each step makes one more of it."""
    folder = course_folder / "solutions" / "lab0"
    folder.mkdir(parents=True)
    (folder / "whole.py").write_text("print(3)\n")
    (folder / "step_1.edit").write_text("<<<<\nprint(1)\n====\nprint(2)\n>>>>\n")
    (folder / "step_2.edit").write_text("<<<<\nprint(2)\n====\nprint(3)\n>>>>\n")
    return folder


@pytest.mark.parametrize(("number", "words"), [(3, r"whole\.py"), (2, r"whole\.py after step_1\.edit")])
def test_so_does_one_that_was_solved_up_to_a_step(course_folder, steps, number, words):
    (course_folder / "source" / "lab0" / "whole.py").write_text(f"print({number})  # by hand\n")
    with pytest.raises(ScaleLabError, match=rf"whole\.py is solved: it does what lab0/{words} does"):
        release(course_folder, course_folder / "work")


def test_the_script_that_the_steps_begin_with_is_handed_out_without_them(course_folder, steps):
    (course_folder / "source" / "lab0" / "whole.py").write_text("print(1)\n")
    copies = release(course_folder, course_folder / "work").written
    assert "lab0/whole.py" in copies
    assert not [path for path in copies if path.endswith(".edit")]


def test_an_edit_beside_the_notebook_ends_the_release(course_folder, steps):
    (steps / "step_1.edit").rename(course_folder / "source" / "lab0" / "step_1.edit")
    with pytest.raises(ScaleLabError, match=r"step_1\.edit is an answer"):
        release(course_folder, course_folder / "work")


def test_edits_that_do_not_lead_to_the_solved_script_end_the_release(course_folder, steps):
    (steps / "whole.py").write_text("print(4)\n")
    with pytest.raises(ScaleLabError, match=r"step_2\.edit does not fit"):
        release(course_folder, course_folder / "work")


def test_a_script_that_is_solved_as_a_whole_counts_as_the_learners(course_folder):
    (course_folder / "source" / "lab0" / "whole.py").write_text("x = 1\n")
    (course_folder / "source" / "lab0" / "data.py").write_text("y = 1\n")
    (course_folder / "solutions" / "lab0").mkdir(parents=True)
    (course_folder / "solutions" / "lab0" / "whole.py").write_text("x = 2\n")
    assert scripts_to_edit(course_folder / "source") == {"lab0": ["script.py", "whole.py"]}


LINES = st.lists(st.sampled_from(["x = 1", "# why", "", "print(x)"]), max_size=6)


@given(st.lists(st.tuples(LINES, LINES), max_size=4), LINES)
def test_nothing_of_a_region_stays_and_everything_else_does(parts, end):
    lines, kept = [], []
    for outside, inside in parts:
        lines += [*outside, "### BEGIN SOLUTION", *(f"secret; {line}" for line in inside), "### END SOLUTION"]
        kept += [*outside, "stub"]
    text = "".join(f"{line}\n" for line in lines + end).replace("secret; ", "secret = 1; ").replace("1; \n", "1\n")
    stripped = strip_script(text, "script").splitlines()
    assert ["stub" if "Exercise `script`" in line else line for line in stripped] == kept + end


@pytest.mark.parametrize("lines", [("B", "B", "E", "E"), ("E",), ("B",), ("B", "E", "E")])
def test_regions_that_do_not_pair_are_refused(lines):
    text = "\n".join("### BEGIN SOLUTION" if line == "B" else "### END SOLUTION" for line in lines)
    with pytest.raises(ScaleLabError, match="script"):
        strip_script(text, "script")
