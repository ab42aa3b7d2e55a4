"""`scalelab grade-labs`: a class in one command, within walls; whatever one hands in, the others are graded."""

import html
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from harness.patience import waited
from nbformat import v4

from scalelab.course.class_grading.grade_labs import LabRequest, grade_labs
from scalelab.course.nbgrader_gradebook import auto_scores
from scalelab.errors import ScaleLabError

FULL = {"double-test": 2, "area-test": 2, "speed-test": 1, "why": None}
LIMITS = """
c.RunCells.cell_seconds, c.RunCells.grace_seconds, c.RunCells.memory_gb = 4, 1, 2

from nbgrader.preprocessors import NbGraderPreprocessor

class Fragile(NbGraderPreprocessor):
    def preprocess(self, nb, resources):
        if any(cell.source == "# breaks nbgrader" for cell in nb.cells):
            raise RuntimeError("it broke")
        return nb, resources

c.Autograde.autograde_preprocessors = [Fragile, *GRADE]
"""
LOOKS_AROUND = """import os, pathlib
HERE, COURSE = pathlib.Path.cwd(), pathlib.Path({course!r})
seen = [str(path) for path in (COURSE, pathlib.Path({home!r}), HERE.parent / "right") if path.exists()]
seen += [str(path) for path in HERE.rglob("*") if path.suffix == ".ipynb"]
seen += [name for name in os.environ if name == "SECRET"]
seen += [pid for pid in os.listdir("/proc") if pid.isdigit() and b"grade-labs" in
         pathlib.Path("/proc", pid, "cmdline").read_bytes()]
try:
    os.rmdir(COURSE.parent)
    seen.append("removed")
except OSError:
    pass
print("seen:", seen, sorted(os.listdir()))"""
PRINTS_THE_TEST = "def double(x):\n    print(get_ipython().user_ns['In'][-1])\n    return abs(2 * x)"


def scalelab(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "scalelab.cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=600,
        env=os.environ | {"COLUMNS": "200", "SECRET": "x"} | environment,
    )


class Class:
    """The course with a class that hands in."""

    def __init__(self, course):
        self.course, self.folder = course, course.folder

    def hand_in(self, student, change=lambda notebook: None, **options):
        notebook = self.course.source
        self.course.submit(student, change(notebook) or notebook, **options)

    def grade(self, *options, **environment):
        return scalelab("grade-labs", "lab0", "--course", self.folder, *options, **environment)

    def scores(self, student):
        return auto_scores(self.folder, "lab0", student)["01_tiny"]

    def page(self, student):
        """The text of a feedback page."""
        page = (self.folder / "feedback" / student / "lab0" / "01_tiny.html").read_text()
        return html.unescape(re.sub("<[^>]*>", "", page))


@pytest.fixture
def people(new_course):
    (new_course.folder / "nbgrader_config.py").open("a").write(LIMITS)
    return Class(new_course)


def find(notebook, grade_id):
    return next(cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


def answers(double):
    def change(notebook):
        find(notebook, "double").source = double

    return change


def pastes_a_test_twice(notebook):
    notebook.cells.append(find(notebook, "double-test").copy())
    notebook.cells[-1].id = "pasted"


def edits_and_deletes(notebook):
    find(notebook, "area-test").source = "pass"
    notebook.cells.remove(find(notebook, "double"))


def loses_metadata(notebook):
    for cell in notebook.cells:
        cell.metadata.clear()


def looks_around(folder):
    source = LOOKS_AROUND.format(course=str(folder), home=str(Path.home() / "home-of-the-grader"))
    return lambda notebook: notebook.cells.insert(0, v4.new_code_cell(source))


def breaks_nbgrader(notebook):
    notebook.cells.append(v4.new_code_cell("# breaks nbgrader"))


@pytest.mark.slow
def test_a_class_is_graded_in_one_command_and_nobody_twice(people):
    people.hand_in("fragile", breaks_nbgrader)
    people.hand_in("misnamed", name="01_tiny (1)")
    people.hand_in("odd{name}")
    people.hand_in("prints", answers(PRINTS_THE_TEST))
    people.hand_in("right", looks_around(people.folder))

    check_class(people, people.grade())
    check_that_it_is_not_done_twice(people)


def check_class(people, done):
    assert done.returncode == 2, done.stderr
    assert "grading right (5 of 5)" in done.stdout
    table = done.stdout[done.stdout.index("┏") :]

    assert people.scores("right") == FULL
    assert re.search(r"right +│ 01_tiny +│ 5 of 8 +│ +1 +│ +│", table)
    assert "seen: [] ['script.py', 'values.csv']" in people.page("right")
    assert "not run for the grade: it shows something" in people.page("right")

    assert people.scores("prints") == FULL | {"double-test": 0}
    assert "double(-1): expected -2, got 2" in people.page("prints")  # the hidden test's hint, and not the test:
    assert "double(-1)" not in people.page("prints").replace("double(-1): expected", "")

    assert people.scores("misnamed") == FULL | dict.fromkeys(("double-test", "area-test", "why"), 0)
    assert "01_tiny.ipynb was not handed in (01_tiny (1).ipynb was, but no notebook has that name: rename it)" in table

    assert people.scores("fragile") == dict.fromkeys(FULL, 0)
    assert re.search(r"fragile +│ 01_tiny +│ 0 of 8 +│ +4 +│", table)  # all of it waits for a person
    assert "not graded: RuntimeError: it broke" in table
    assert "could not be graded (RuntimeError: it broke); a person will look at it." in people.page("fragile")
    assert "nbgrader cannot take 'odd{name}' for a name; rename the folder." in table


def check_that_it_is_not_done_twice(people):
    people.hand_in("prints")
    again = people.grade()
    assert "right: 5 of 8 points, 1 to be graded by a person, as graded before" in again.stdout
    assert "prints: 5 of 8 points, 1 to be graded by a person, after" in again.stdout
    assert "fragile: could not be graded" in again.stdout
    one = people.grade("--student", "right", "--again")
    assert one.returncode == 0
    assert "right: 5 of 8 points, 1 to be graded by a person, after" in one.stdout
    assert "prints" not in one.stdout


@pytest.mark.slow
def test_what_goes_wrong_costs_what_it_broke_and_is_said_in_the_table(people):
    same = "class Same:\n    def __eq__(self, other): return True\ndef double(x): return Same()"
    swallows = "while True:\n    try:\n        while True: pass\n    except BaseException: pass"
    people.hand_in("dies", answers("import os\nos._exit(3)"))
    people.hand_in("swallows", answers(swallows))
    people.hand_in("same", answers(same))
    people.hand_in("pasted", pastes_a_test_twice)
    people.hand_in("edited", edits_and_deletes)
    people.hand_in("bare", loses_metadata)
    people.hand_in("broken", lambda _: b'{"cells": [')
    (people.folder / "submitted/bare/lab0/x.csv").symlink_to(people.folder / "source" / "lab0" / "01_tiny.ipynb")

    done = people.grade()

    assert done.returncode == 0, done.stderr
    for student in ("dies", "swallows", "same", "edited"):
        assert people.scores(student) == FULL | {"double-test": 0}, student
    assert people.scores("pasted") == FULL
    assert people.scores("bare") == FULL | {"why": 0}
    assert people.scores("broken") == FULL | dict.fromkeys(("double-test", "area-test", "why"), 0)
    table = done.stdout[done.stdout.index("┏") :]
    assert "ended the kernel (exit code 3)" in table
    assert "was stopped after 4 s" in table
    assert "Cell `double-test` was there 2 times" in table
    assert "Cell `double` was missing; it gets no points." in table
    assert "could not be read as a notebook" in table
    assert "x.csv was left out: it is a link" in table


@pytest.mark.slow
def test_one_that_was_killed_is_finished_by_the_next_and_leaves_no_process(people):
    people.hand_in("a")
    seconds = f"{os.getpid()}98765.4"  # of this process of the tests, and of no other
    people.hand_in("b", answers(f"import subprocess\nsubprocess.Popen(['sleep', '{seconds}']).wait()"))
    command = [sys.executable, "-m", "scalelab.cli", "grade-labs", "lab0", "--course", str(people.folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as running:
        assert waited(lambda: seconds in commands(), 60)
        running.send_signal(signal.SIGKILL)
    assert waited(lambda: not re.search(f"{re.escape(seconds)}|{re.escape(str(people.folder))}", commands()))
    done = people.grade()
    assert done.returncode == 0, done.stderr
    assert "a: 5 of 8 points, 1 to be graded by a person, as graded before" in done.stdout
    assert people.scores("b") == FULL | {"double-test": 0}


def commands():
    """The command lines of all processes."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue
    return "\n".join(found)


@pytest.mark.slow
def test_without_a_sandbox_it_refuses_and_the_switch_is_said_everywhere(people):
    people.hand_in("a")
    refused = people.grade(PATH="/nowhere")
    assert refused.returncode == 2
    assert "there is no sandbox for it here: the packaged bubblewrap fails" in refused.stderr
    assert not (people.folder / "autograded").exists()
    done = people.grade("--unsafe-no-sandbox")
    assert done.returncode == 0, done.stderr
    assert "lab0 (without a sandbox)" in done.stdout
    assert "graded without a sandbox" in done.stdout
    assert "This notebook was graded without a sandbox" in people.page("a")


@pytest.mark.parametrize(
    ("lab", "named", "sentence"),
    [
        ("lab9", (), "lab9 was not released in "),
        ("lab0", (), "There is no submitted/STUDENT/lab0 in "),
        ("lab0", ("nobody",), "There is no submitted/nobody/lab0 in "),
    ],
)
def test_what_is_not_there_is_said(new_course, lab, named, sentence):
    with pytest.raises(ScaleLabError, match=sentence):
        list(grade_labs(LabRequest(lab, new_course.folder, named, sandbox=False)))


@pytest.mark.slow
@pytest.mark.ranks
def test_a_notebook_starts_ranks_within_the_walls(people):
    script = "import horovod.torch as hvd\nhvd.init()\nprint('rank', hvd.rank(), 'of', hvd.size())"
    source = f"import pathlib\npathlib.Path('ranks.py').write_text({script!r})\nfrom scalelab.launch import launch\n"
    source += "print(launch(pathlib.Path('ranks.py'), (), 2).output.of(1, 'stdout'))"
    (people.folder / "nbgrader_config.py").open("a").write("c.RunCells.cell_seconds = 60\n")
    people.hand_in("ranks", lambda notebook: notebook.cells.insert(0, v4.new_code_cell(source)))
    done = people.grade()
    assert done.returncode == 0, done.stdout
    assert "['rank 1 of 2']" in people.page("ranks")
    record = json.loads((people.folder / ".scalelab" / "labs" / "lab0" / "ranks.json").read_text())
    assert record["notes"] == {}
