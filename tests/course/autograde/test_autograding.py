"""Whatever a learner's cell does, it costs its own points, says so in a sentence, and the rest is graded.

Every submission below is one of a class that is graded in one run of nbgrader, so each also shows that the others
are graded.
"""

import html
import os
import re
from pathlib import Path

import nbformat
import pytest
from harness.patience import seconds
from nbformat import v4

# One run of nbgrader over some thirty notebooks: a minute.
pytestmark = [pytest.mark.slow, pytest.mark.together("tests/course/autograde/test_autograding.py")]

FULL = {"double-test": 2, "area-test": 2, "speed-test": 1, "why": None}
STUBBORN = "while True:\n    try:\n        while True: pass\n    except BaseException:\n        pass"
TROUBLES = {
    "endless": ("x = 1\nwhile True:\n    pass", "was stopped after {seconds} s"),
    "stubborn": (STUBBORN, "was stopped after {seconds} s"),
    "sleeps": ("import time\ntime.sleep(1000)", "was stopped after {seconds} s"),
    "prints": ("while True:\n    print('x' * 1000)", "was stopped after"),
    "exits": ("import os\nos._exit(3)", "ended the kernel (exit code 3)"),
    "crashes": ("import ctypes\nctypes.string_at(0)", "ended the kernel (SIGSEGV)"),
    "kills": ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "ended the kernel (SIGKILL)"),
    "quits": ("exit()", "ended the kernel (by `exit` or `quit`)"),
    "hungry": ("a = []\nwhile True:\n    a.append(b'1' * 20_000_000)", "was stopped when it used more than 0.6 GB"),
}
TESTED = {
    "endless-answer": ("while True: pass", "was stopped after {seconds} s."),
    "deadly-answer": ("import os; os._exit(1)", "ended the kernel (exit code 1)."),
}
NO_NOTEBOOKS = {"text": b"I did it on paper.", "deep": b"[" * 100_000}


def cell_seconds():
    return round(seconds(3))


def quick():
    return f"--RunCells.cell_seconds={cell_seconds()}", "--RunCells.grace_seconds=1", "--RunCells.memory_gb=0.6"


def find(notebook, grade_id):
    return next(cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


def answered(notebook, grade_id, source):
    find(notebook, grade_id).source = source
    return notebook


def before(notebook, grade_id, *sources):
    place = notebook.cells.index(find(notebook, grade_id))
    notebook.cells[place:place] = [v4.new_code_cell(source) for source in sources]
    return notebook


def without(notebook, *grade_ids):
    for grade_id in grade_ids:
        notebook.cells.remove(find(notebook, grade_id))
    return notebook


def said(notebook):
    """All that the learner reads below the cells and in cells that were added."""
    texts = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            texts += [output.get("text", ""), output.get("evalue", "")]
    return "\n".join(texts)


def troubled(notebook, source):
    """The imports' cell is changed, so that one sees whether it is run again in a kernel that was started anew."""
    notebook.cells[1].source = "factor = 20"
    return answered(notebook, "double", source)


def changed_tests(notebook):
    """One test cell emptied and worth 100, one deleted, with a helper of the learner's where it stood."""
    find(notebook, "area-test").metadata.nbgrader.points = 100
    before(notebook, "double-test", "def helper(x):\n    return 2 * abs(x)")
    answered(notebook, "double", "def double(x):\n    return helper(x)")
    return without(answered(notebook, "area-test", "pass"), "double-test")


def bare(notebook):
    for cell in notebook.cells:
        cell.metadata.clear()
    return notebook


def copies(notebook, release):
    """Two more answers, the last one only the stub, and two more of the test, one of them before the right answer."""
    right, test = find(notebook, "double").copy(), find(notebook, "double-test")
    answered(notebook, "double", "def double(x):\n    return 5 * x")
    place = notebook.cells.index(test)
    notebook.cells[place:place] = [test.copy(), right, find(release, "double"), test.copy()]
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
    return notebook


def nonsense(notebook):
    find(notebook, "double").metadata.nbgrader = {"grade_id": "double", "schema_version": 99}
    find(notebook, "area").metadata.nbgrader = {"grade_id": ["area"], "grade": "yes"}
    notebook.cells[0].metadata.nbgrader = {"grade_id": "nobody", "grade": True, "points": 50}
    return notebook


DIVIDES = "def area(a, b):\n    return a * b * a / a"
BUILDS_ON = "def area(a, b):\n    return double(a) * b / 2"
WARNS = """import sys, warnings
def double(x):
    warnings.warn("careful")
    print("!", file=sys.stderr)
    return 2 * x"""


def submissions(new, release):
    """{student: notebook}; `new()` is a fresh copy of the source."""
    return {
        "source": new(),
        **{name: troubled(new(), source) for name, (source, _) in TROUBLES.items()},
        **{name: answered(new(), "double", f"def double(x):\n    {body}") for name, (body, _) in TESTED.items()},
        "fed": answered(answered(new(), "double", "import os\nos._exit(3)"), "area", DIVIDES),
        "several": before(
            before(answered(new(), "double", "import os\nos._exit(1)"), "double", "while True:\n    pass"),
            "area",
            "import ctypes\nctypes.string_at(0)",
        ),
        "redefines": before(new(), "double", "expect = print = 3\nsum = lambda numbers: -1"),
        "own-sum": before(
            answered(new(), "double", "def double(x):\n    return sum(x)"), "double", "def sum(x):\n    return 2 * x"
        ),
        "builds-on": answered(answered(new(), "double", "def double(x):\n    return 3 * x"), "area", BUILDS_ON),
        "overwrites": before(new(), "double-test", "double = 4.0"),
        "warns": answered(new(), "double", WARNS),
        "changed-tests": changed_tests(new()),
        "deleted": without(new(), "double", "why"),
        "bare": bare(new()),
        "copies": copies(new(), release),
        "nonsense": nonsense(new()),
        **NO_NOTEBOOKS,
    }


@pytest.fixture(scope="module")
def graded(course):
    """Grades the class; then graded(student) is (points, notebook)."""
    release = nbformat.read(course.folder / "release" / "lab0" / "01_tiny.ipynb", 4)
    for student, notebook in submissions(lambda: course.source, release).items():
        course.submit(student, notebook)
    course.submit("text", course.source, name="00_unknown")
    course.submit("release", release, script=(course.folder / "release" / "lab0" / "script.py").read_text())
    course.autograde("*", *quick())
    return lambda student: (course.scores(student), course.graded(student))


def test_the_source_earns_full_marks_and_the_written_answer_waits_for_a_person(graded):
    scores, notebook = graded("source")
    assert scores == FULL
    assert not any(output.output_type == "error" for cell in notebook.cells for output in cell.get("outputs", ()))


def test_the_release_earns_nothing_and_each_test_names_its_exercise(graded):
    scores, notebook = graded("release")
    assert scores == dict.fromkeys(FULL, 0)
    for name in ("double", "area", "speed"):
        assert f"Exercise `{name}`: put your answer in place of this line." in said(notebook)


@pytest.mark.parametrize("name", TROUBLES)
def test_a_cell_that_makes_trouble_costs_its_own_points_only(graded, course, name):
    scores, notebook = graded(name)
    assert scores == FULL | {"double-test": 0}
    assert f"This cell {TROUBLES[name][1].format(seconds=cell_seconds())}" in said(notebook)
    assert "Exercise `double` was not graded because its cell " in said(notebook)
    experiment = next(cell for cell in notebook.cells if cell.source == "print(factor + 1)")
    assert experiment.outputs[0].text == "21\n"
    assert (course.folder / "autograded" / name / "lab0" / "01_tiny.ipynb").stat().st_size < 1_000_000


@pytest.mark.parametrize("name", TESTED)
def test_an_answer_that_makes_trouble_when_it_is_tested_gets_zero_not_none(graded, name):
    scores, notebook = graded(name)
    assert scores == FULL | {"double-test": 0}
    trouble = TESTED[name][1].format(seconds=cell_seconds())
    sentence = f"Exercise `double` gets no points: running your answer, its test {trouble}"
    assert sentence in said(notebook)


def test_several_troublemakers_in_one_notebook_each_cost_their_own(graded):
    assert graded("several")[0] == FULL | {"double-test": 0}


def test_names_that_tests_use_may_mean_something_else_in_the_notebook(graded):
    scores, notebook = graded("redefines")
    assert scores == FULL
    assert "This notebook gives `print`, `sum` another meaning; the tests used Python's own." in said(notebook)
    assert "Right: the sum is 6" in said(notebook)


def test_an_answer_may_use_its_own_meaning_of_a_builtin_name(graded):
    assert graded("own-sum")[0] == FULL


def test_an_answer_that_was_overwritten_gets_zero_and_the_reason(graded):
    scores, notebook = graded("overwrites")
    assert scores == FULL | {"double-test": 0}
    assert "`double` is no function here but float: another cell gave that name a new meaning." in said(notebook)


def test_an_answer_that_builds_on_a_wrong_one_is_told_so(graded):
    scores, notebook = graded("builds-on")
    assert scores == FULL | {"double-test": 0, "area-test": 0}
    assert "Exercise `area` uses `double`, whose own test has failed: mend that one first." in said(notebook)


def test_a_warning_in_a_test_costs_nothing(graded):
    assert graded("warns")[0] == FULL


def test_a_test_cell_that_was_deleted_or_changed_is_put_back_whole(graded):
    scores, notebook = graded("changed-tests")
    assert scores == FULL | {"double-test": 0}
    assert "Cell `double-test` was missing; it has been put back." in said(notebook)
    assert "double(-1)" in said(notebook)  # a hidden test


def test_an_answer_cell_that_was_deleted_gets_zero_and_a_sentence(graded):
    scores, notebook = graded("deleted")
    assert scores == FULL | {"double-test": 0, "why": 0}
    assert "Cell `double` was missing; it gets no points." in said(notebook)
    assert "Exercise `double` was not graded because its cell is not in the notebook." in said(notebook)


def test_answers_whose_cells_lost_their_metadata_still_count(graded):
    assert graded("bare")[0] == FULL | {"why": 0}


def test_cells_copied_and_pasted_are_one_again_and_the_last_answer_counts(graded):
    scores, notebook = graded("copies")
    assert scores == FULL
    assert "Cell `double` was there 3 times; the last one with an answer counts." in said(notebook)
    assert "Cell `double-test` was there 3 times; the last one counts." in said(notebook)


def test_metadata_that_makes_no_sense_is_replaced(graded):
    assert graded("nonsense")[0] == FULL


@pytest.mark.parametrize("name", NO_NOTEBOOKS)
def test_what_is_no_notebook_gets_zero_and_a_sentence(graded, name):
    """The script that came with it is good, and earns its point."""
    scores, notebook = graded(name)
    assert scores == FULL | dict.fromkeys(("double-test", "area-test", "why"), 0)
    first = notebook.cells[0].source
    assert "01_tiny.ipynb could not be read as a notebook (" in first
    assert first.endswith("so its exercises were not graded; open it in JupyterLab, save it and hand it in again.")


def test_the_feedback_page_shows_the_sentences_and_no_hidden_test(graded, course):
    assert graded("fed")[0] == FULL | {"double-test": 0, "area-test": 0}
    course.feedback("fed")
    page = html.unescape((course.folder / "feedback" / "fed" / "lab0" / "01_tiny.html").read_text())
    assert "was not graded because its cell ended the kernel (exit code 3)" in page
    assert "ZeroDivisionError" in page
    plain = re.sub("<[^>]*>", "", page)
    assert "area(2, 3)" in plain
    assert "area(0, 3)" not in plain


def test_a_notebook_that_uses_up_its_time_gets_no_points_for_what_is_left(course):
    course.submit("slow", before(course.source, "area", "while True:\n    pass"))
    course.autograde("slow", f"--RunCells.notebook_seconds={seconds(5)}", "--RunCells.grace_seconds=1")
    assert course.scores("slow") == {"double-test": 2, "area-test": 0, "speed-test": 0, "why": None}
    sentence = "This cell was not run: the notebook was ended before it, because its time was used up."
    assert sentence in said(course.graded("slow"))


def test_nothing_is_written_outside_the_course_and_no_process_is_left(course, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", "/proc/nowhere")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    mine = f"{os.getpid()}77777.5"  # of this process of the tests, and of no other
    orphan = f"import subprocess\nsubprocess.Popen(['sleep', '{mine}'])\nwhile True:\n    pass"
    course.submit("homeless", answered(course.source, "double", orphan))
    course.autograde("homeless", *quick())
    assert course.scores("homeless") == FULL | {"double-test": 0}
    assert list(tmp_path.iterdir()) == []
    lines = [file.read_bytes() for file in Path("/proc").glob("[0-9]*/cmdline") if os.access(file, os.R_OK)]
    assert not any(mine.encode() in line for line in lines)
