"""Run a test cell so that names which the learner gave another meaning do not break it."""

import ast

from nbformat.v4 import new_output

from scalelab.course.exercises import free_names, used_names
from scalelab.course.kernel import Kernel, Limits, Ran

_HELPER = "from scalelab.course import shadows as _scalelab_shadows"
_QUICK = Limits(seconds=60, grace_seconds=5, memory_gb=float("inf"))


def run_test(kernel: Kernel, source: str, limits: Limits) -> Ran:
    """The test cell's outputs; where it calls a Python builtin that the notebook redefined, Python's own is used."""
    names = _ask(kernel, "shadowed", sorted(used_names(source))) if kernel.alive else []
    if not names:
        return kernel.run(source, limits)
    ran = kernel.run(f"{_HELPER}\n_scalelab_shadows.run_aside({source!r})", limits)
    listed = ", ".join(f"`{name}`" for name in names)
    note = f"This notebook gives {listed} another meaning; the tests used Python's own.\n"
    ran.outputs.insert(0, new_output("stream", name="stdout", text=note))
    return ran


def overwritten(kernel: Kernel, source: str) -> list[list[str]]:
    """[name, type] of what the test cell wants to call but is no function any more."""
    return _ask(kernel, "overwritten", sorted(free_names(source)))


def _ask(kernel: Kernel, question: str, names: list[str]) -> list:
    if not names:
        return []
    ran = kernel.run(_HELPER, _QUICK, silent=True, ask={"answer": f"_scalelab_shadows.{question}({names!r})"})
    try:
        return ast.literal_eval(ran.values.get("answer", "[]"))
    except (SyntaxError, ValueError):
        return []
