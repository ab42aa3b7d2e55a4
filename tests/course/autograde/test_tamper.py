"""What is handed in beside a notebook, or sent by its kernel, neither passes a test nor breaks the grader."""

from pathlib import Path

from nbformat import v4
from nbgrader.utils import determine_grade

from scalelab.course.autograde.run_cells import RunCells

TEST = """import numpy as np
from scalelab.course import expect
expect("double(3)", double(3), 6)"""
RIGHT, WRONG = "def double(x):\n    return 2 * x", "def double(x):\n    return 3 * x"
CLEARS = """import threading
from IPython.display import clear_output
def clear():
    while True: clear_output()
threading.Thread(target=clear, daemon=True).start()"""


def cell(source, grade_id, test=False):
    data = {"grade": test, "grade_id": grade_id, "locked": test, "solution": not test, "task": False, "points": 2}
    return v4.new_code_cell(source, metadata={"nbgrader": data | {"schema_version": 3}})


def graded(folder, *sources):
    """(points of 2, the sentences of the test's errors)."""
    cells = [cell(source, f"double{number or ''}") for number, source in enumerate(sources)]
    notebook = v4.new_notebook(cells=[*cells, cell(TEST, "double-test", test=True)])
    runner = RunCells(cell_seconds=200, grace_seconds=2)
    notebook, _ = runner.preprocess(notebook, {"metadata": {"path": str(folder)}})
    test = next(one for one in notebook.cells if one.metadata.get("nbgrader", {}).get("grade"))
    return determine_grade(test)[0], [output.evalue for output in test.outputs if output.output_type == "error"]


def test_a_right_answer_passes_and_a_wrong_one_does_not_though_its_error_is_cleared_away(tmp_path):
    assert graded(tmp_path, RIGHT) == (2, [])
    points, said = graded(tmp_path, WRONG, CLEARS)
    assert points == 0
    assert said


def test_a_package_that_is_handed_in_under_our_name_is_not_believed(tmp_path):
    package = tmp_path / "scalelab" / "course"
    package.mkdir(parents=True)
    (tmp_path / "scalelab" / "__init__.py").touch()
    (package / "__init__.py").write_text("expect = lambda *given, **options: None\n")
    assert graded(tmp_path, WRONG)[0] == 0


def test_a_program_that_is_handed_in_under_the_kernels_name_is_not_started(tmp_path):
    for name in ("ipykernel_launcher", "runpy", "ipykernel", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text("import os\nos._exit(9)\n")
    assert graded(tmp_path, RIGHT) == (2, [])


def test_a_value_below_a_right_answers_test_neither_adds_points_nor_takes_them(tmp_path):
    shows = "def double(x):\n    get_ipython().displayhook(100.0)\n    return 2 * x"
    assert graded(tmp_path, shows) == (2, [])


def test_what_is_no_message_of_a_kernel_does_not_disturb_the_grader(tmp_path):
    """Texts that cannot be written, outputs that no notebook can hold, and messages without what they should have."""
    sends = """kernel = get_ipython().kernel
def send(kind, content):
    kernel.session.send(kernel.iopub_socket, kind, content, parent=kernel.get_parent())
send("stream", {"name": "stdout", "text": "\\ud800"})
send("stream", {})
send("display_data", {"data": "text", "metadata": 3})
send("error", {"ename": 1, "evalue": None, "traceback": "x"})
send("execute_result", {"data": {"text/plain": ["100"]}, "metadata": {}, "execution_count": "x"})
print("\\ud800")"""
    assert graded(tmp_path, RIGHT, sends) == (2, [])


def test_nothing_of_the_library_counts_as_replaced_once_it_is_used(tmp_path):
    """Every module that a notebook could import, imported."""
    root = Path(__file__).parents[3] / "lib"
    paths = sorted(path.relative_to(root) for path in (root / "scalelab").rglob("*.py"))
    names = [".".join(path.with_suffix("").parts).removesuffix(".__init__") for path in paths]
    used = "import importlib, matplotlib.pyplot, ipywidgets, horovod.torch\n" + "\n".join(
        f"importlib.import_module({name!r})" for name in names if not name.endswith(("__main__", ".inside"))
    )
    assert graded(tmp_path, RIGHT, used) == (2, [])
