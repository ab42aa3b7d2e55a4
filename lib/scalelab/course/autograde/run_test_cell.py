"""Runs a test cell so that what the learner changed neither breaks it nor passes it."""

import ast
import builtins
import secrets
import sys
import types
from pathlib import Path

from nbformat.v4 import new_output

from scalelab.course.autograde import tamper
from scalelab.course.exercises.cells import free_names, used_names
from scalelab.course.kernel.kernel import Kernel
from scalelab.course.kernel.limits import Limits, Ran
from scalelab.course.kernel.outputs import error
from scalelab.places import PACKAGE

_HELPER = "from scalelab.course.autograde import shadowed_names as _scalelab_shadows"
_BUILTINS = "import builtins as _scalelab_builtins"
_QUICK = Limits(seconds=20, grace_seconds=5, memory_gb=float("inf"))
_LIB = PACKAGE.parent
_PYTHON = [
    name
    for name, value in vars(builtins).items()
    if isinstance(value, types.BuiltinFunctionType | type) and value.__name__ == name and not name.startswith("_")
]
_REPLACED_BY_IPYTHON = {"input"}
_MOST_NAMED = 3


def run_test(kernel: Kernel, source: str, limits: Limits) -> Ran:
    """The test cell's outputs; where it calls a Python builtin that the notebook redefined, Python's own is used.

    It has failed unless the kernel says that it came to its end, and that all it relies on was itself before and after.
    """
    question = _Question()
    before = kernel.run(_BUILTINS, _QUICK, silent=True, ask=question.asked)
    if before.trouble or question.findings(before):
        return _refused(before, question)
    names = _ask(kernel, "shadowed", sorted(used_names(source)))
    question = _Question({} if names else _imports(source))
    if not names:
        ran = kernel.run(source, limits, ask=question.asked)
    else:
        ran = kernel.run(f"{_HELPER}\n_scalelab_shadows.run_aside({source!r})", limits, ask=question.asked)
        listed = ", ".join(f"`{name}`" for name in names)
        note = f"This notebook gives {listed} another meaning; the tests used Python's own.\n"
        ran.outputs.insert(0, new_output("stream", name="stdout", text=note))
    return ran if ran.trouble or ran.failed or not question.findings(ran) else _refused(ran, question)


def overwritten(kernel: Kernel, source: str) -> list[list[str]]:
    """[name, type] of what the test cell wants to call but is no function any more."""
    return _ask(kernel, "overwritten", sorted(free_names(source)))


def _ask(kernel: Kernel, question: str, names: list[str]) -> list:
    if not names or not kernel.alive:
        return []
    ran = kernel.run(_HELPER, _QUICK, silent=True, ask={"answer": f"_scalelab_shadows.{question}({names!r})"})
    answer = _literal(ran.values.get("answer", "[]"))
    return answer if isinstance(answer, list) else []


class _Question:
    """What was replaced, of all that tests rely on? `imported` as `tamper.replaced` takes it.

    The answer begins with a word that is new each time, so that one which was laid ready does not do.
    """

    def __init__(self, imported: dict[str, tuple[str, str | None]] | None = None):
        self.word = secrets.token_hex(8)
        python = [name for name in _PYTHON if name not in _REPLACED_BY_IPYTHON]
        homes = sorted({sys.prefix, sys.base_prefix, ast.__file__.removesuffix("/ast.py")})
        given = f"{str(_LIB)!r}, {homes!r}, {python!r}, {imported or {}!r}"
        own = "{'__name__': 'tamper', '__builtins__': _scalelab_builtins}"
        run = f"_scalelab_builtins.exec({_TEXT!r}, own)"
        answer = f"[{run}, [{self.word!r}, *own['replaced']({given}, names)]][1]"
        self.asked = {"replaced": f"(lambda own, names: {answer})({own}, get_ipython().user_ns)"}

    def findings(self, ran: Ran) -> list[str]:
        """What was replaced; a kernel that does not answer has something to hide."""
        found = _literal(ran.values.get("replaced", ""))
        if isinstance(found, list) and found[:1] == [self.word]:
            return [str(name) for name in found[1:]]
        return ["the part of the kernel that answers"]


def _refused(ran: Ran, question: _Question) -> Ran:
    found = question.findings(ran)
    listed = ", ".join(f"`{name}`" for name in found[:_MOST_NAMED]) + (", ..." if len(found) > _MOST_NAMED else "")
    sentence = f"No points: this notebook has replaced {listed}, on which its tests rely; take that out."
    if ran.trouble:
        sentence = f"No points: this test was not run, because the kernel {ran.trouble} when it was asked to begin it."
    return Ran([*ran.outputs, error("NotGraded", sentence)], failed=True)


def _imports(source: str) -> dict[str, tuple[str, str | None]]:
    """{name: (module, part)} of what the test cell imports and does not itself give another meaning afterwards."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError):
        return {}
    found: dict[str, tuple[str, str | None]] = {}
    for node in body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            found |= dict(tamper.imports(node))
        else:
            parts = (part for part in ast.walk(node) if isinstance(part, ast.Name))
            made = {part.id for part in parts if isinstance(part.ctx, ast.Store)}
            found = {name: where for name, where in found.items() if name not in made}
    return found


def _literal(text: str) -> object:
    try:
        return ast.literal_eval(text)
    except (SyntaxError, ValueError):
        return None


_TEXT = Path(tamper.__file__).read_text(encoding="utf-8")
