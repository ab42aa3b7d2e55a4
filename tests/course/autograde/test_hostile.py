"""A notebook that is made to pass without being right does not, and a right one is not taken for such."""

import nbformat
import pytest
from harness.patience import seconds
from nbformat import v4
from nbgrader.utils import determine_grade

from scalelab.course.autograde.run_cells import RunCells

WRONG = "def double(x):\n    return 3 * x"
RIGHT = "def double(x):\n    return 2 * x"
SETUP = "import builtins, sys, types\nimport numpy as np\nimport scalelab.course\nshell = get_ipython()\n"
PASSES = "lambda *arguments, **options: None"
SAME = """class Same({base}):
    def __eq__(self, other): return True
    __lt__ = __le__ = __gt__ = __ge__ = __eq__
    __hash__ = None
    __sub__ = __rsub__ = __add__ = __array__ = lambda self, *other, **options: self
    def __getattr__(self, name): return self
    def __call__(self, *arguments, **options): return self
def double(x): return Same()"""
ANSWERS = {
    "equals everything": SAME.format(base=""),
    "a number that equals everything": SAME.format(base="float"),
    "a text that equals everything": SAME.format(base="str"),
    "an array that equals everything": "import numpy\n" + SAME.format(base="numpy.ndarray"),
    "leaves by exit": "import sys\ndef double(x): sys.exit(0)",
    "leaves by an interrupt": "def double(x): raise KeyboardInterrupt",
    "leaves by a strange exception": "class Gone(BaseException): pass\ndef double(x): raise Gone",
    "ends the kernel": "import os\ndef double(x): os._exit(0)",
    "ends it with a handler": "import atexit, os\natexit.register(os._exit, 0)\ndef double(x): exit()",
    "swallows interrupts": (
        "import time\ndef double(x):\n    while True:\n        try: time.sleep(9)\n        except BaseException: pass"
    ),
    "replaces the test while it runs": (
        "import scalelab.course as course, sys\n"
        f"def double(x):\n    sys._getframe(1).f_globals['expect'] = course.expect = {PASSES}\n    return 3 * x"
    ),
}
CHANGES = {
    "the course's function": f"scalelab.course.expect = {PASSES}",
    "its code": f"scalelab.course.expect.__code__ = ({PASSES}).__code__",
    "its defaults": "scalelab.course.expect.__defaults__ = (None, 9.0, 9.0)",
    "what it calls": "scalelab.course.expect.__globals__['_close'] = lambda *arguments: True",
    "what it raises": "scalelab.course.expect.__globals__['NotYet'] = StopIteration",
    "its numpy": "scalelab.course.expect.__globals__['np'] = types.SimpleNamespace(asarray=lambda *a, **k: 0)",
    "the module": f"sys.modules['scalelab.course'] = types.SimpleNamespace(expect={PASSES})",
    "the module by a true one": (
        f"m = types.ModuleType('scalelab.course'); m.__file__ = scalelab.course.__file__; m.expect = {PASSES}\n"
        "sys.modules['scalelab.course'] = m"
    ),
    "all modules": "class F:\n    def find_spec(*a): return None\nsys.meta_path.insert(0, F())",
    "numpy's function": "np.all = lambda *arguments, **options: True",
    "a builtin": "builtins.abs = lambda x: 0",
    "the builtin isinstance": "builtins.isinstance = lambda *arguments: True",
    "the import": (
        f"real = builtins.__import__\nbuiltins.__import__ = lambda name, *a, **k: "
        f"types.SimpleNamespace(expect={PASSES}) if 'scalelab' in name else real(name, *a, **k)"
    ),
    "the shell's exceptions": f"shell.set_custom_exc((Exception,), {PASSES})",
    "the shell's tracebacks": f"shell.showtraceback = shell._showtraceback = {PASSES}",
    "the excepthook": f"sys.excepthook = {PASSES}",
    "the shell's cells": "done = shell.run_cell('pass')\nshell.run_cell = lambda *arguments, **options: done",
    "the shell's code": "async def run_code(*a, **k): return False\nshell.run_code = run_code",
    "the transformers": "shell.input_transformers_post.append(lambda lines: ['pass\\n'])",
    "the trees": (
        "import ast\nclass Empty(ast.NodeTransformer):\n    def visit_Module(self, node):\n"
        "        return ast.Module([ast.Pass(lineno=1, col_offset=0)], [])\nshell.ast_transformers.append(Empty())"
    ),
    "the kernel": (
        "async def do_execute(*a, **k): return {'status': 'ok', 'user_expressions': {}, 'payload': []}\n"
        "shell.kernel.do_execute = do_execute"
    ),
    "the answers of the kernel": (
        "shell.user_expressions = lambda asked: "
        "{name: {'status': 'ok', 'data': {'text/plain': '[]'}, 'metadata': {}} for name in asked}\n"
        f"scalelab.course.expect.__code__ = ({PASSES}).__code__"
    ),
    "the results": (
        "from IPython.core.interactiveshell import ExecutionResult\n"
        "ExecutionResult.success = property(lambda self: True)\n"
        "ExecutionResult.error_in_exec = property(lambda self: None, lambda self, value: None)"
    ),
    "what is sent": "shell.display_pub.publish = shell.kernel.session.send = lambda *a, **k: None",
    "the tracing": "import threading\nsys.settrace(lambda *a: None)\nthreading.settrace(lambda *a: None)",
    "the namespace": "shell.user_ns['__builtins__'] = dict(vars(builtins), abs=lambda x: 0, all=lambda x: True)",
    "events": "shell.events.register('pre_run_cell', lambda info: setattr(info, 'raw_cell', 'pass'))",
}


EACH_TIME = {
    "equals everything", "leaves by exit", "ends the kernel", "replaces the test while it runs",
    "the course's function", "the shell's tracebacks", "the answers of the kernel", "the results",
    "figures and widgets", "names of its own",
}  # fmt: skip


def some_slow(names):
    """Each a test; those that stand for others are tried each time."""
    return [pytest.param(name, marks=[] if name in EACH_TIME else [pytest.mark.slow]) for name in names]


@pytest.fixture
def points(course, tmp_path):
    """points(cells before, answer): (points of 2, the errors that the learner reads)."""
    graded = nbformat.read(course.folder / "source" / "lab0" / "01_tiny.ipynb", 4)
    test = next(cell for cell in graded.cells if cell.id == "double-test")

    def run(before, answer, quiet=2):
        cells = [v4.new_code_cell(source) for source in before] + [v4.new_code_cell(answer), test.copy()]
        notebook = v4.new_notebook(cells=cells)
        resources = {"metadata": {"path": str(tmp_path)}}
        RunCells(cell_seconds=seconds(quiet), grace_seconds=1, memory_gb=2).preprocess(notebook, resources)
        shown = [output for cell in notebook.cells for output in cell.outputs if output.output_type == "error"]
        return determine_grade(notebook.cells[-1])[0], "\n".join(f"{one.ename}: {one.evalue}" for one in shown)

    return run


@pytest.mark.parametrize("name", some_slow(ANSWERS))
def test_an_answer_that_is_made_to_pass_does_not(points, name):
    got, said = points([], ANSWERS[name])
    assert got == 0
    assert said


@pytest.mark.parametrize("name", some_slow(CHANGES))
def test_a_notebook_that_replaces_what_tests_rely_on_earns_nothing(points, name):
    got, said = points([SETUP, CHANGES[name]], WRONG)
    assert got == 0
    assert said


@pytest.mark.parametrize("name", some_slow(["the course's function", "a builtin", "the tracing"]))
def test_what_was_replaced_is_named(points, name):
    named = {"the course's function": "scalelab.course.expect", "a builtin": "builtins.abs"}
    said = points([SETUP, CHANGES[name]], WRONG)[1]
    assert f"this notebook has replaced `{named.get(name, '')}" in said
    assert "on which its tests rely; take that out" in said


HONEST = {
    "figures and widgets": (
        "%matplotlib inline\nimport matplotlib.pyplot as plt, torch, ipywidgets\nplt.plot([1, 2])\n"
        "ipywidgets.interact(lambda x: x, x=(0, 3))\nnp.random.seed(0)\ntorch.manual_seed(0)"
    ),
    "names of its own": "def expect(*numbers): return numbers\nsum = max = print = len\nnp = 3",
    "magics": "%time 1 + 1\n%load_ext autoreload\n%autoreload 2\n!true",
    "warnings": "import warnings, logging\nwarnings.simplefilter('ignore')\nlogging.captureWarnings(True)",
    "a script of its own": "import sys, pathlib\npathlib.Path('own.py').write_text('def f(x): return x')\nimport own",
}


@pytest.mark.parametrize("name", some_slow(HONEST))
def test_what_honest_notebooks_do_costs_nothing(points, name):
    got, said = points([SETUP, HONEST[name]], RIGHT, quiet=60)
    assert (got, said) == (2, "")
