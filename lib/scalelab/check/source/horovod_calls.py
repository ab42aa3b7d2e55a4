"""Which expressions of a script ask Horovod who it is: `hvd.rank()`, `hvd.size()`, under whatever name."""

import ast
from collections.abc import Callable


def asks(trees: list[ast.Module], *questions: str) -> Callable[[ast.AST], bool]:
    """A test for calls of these functions of Horovod: through the module's name, or imported by their own."""
    modules, functions = _imports(trees, questions)

    def is_call(node: ast.AST) -> bool:
        if not isinstance(node, ast.Call):
            return False
        called = node.func
        if isinstance(called, ast.Name):
            return called.id in functions
        return isinstance(called, ast.Attribute) and called.attr in questions and ast.unparse(called.value) in modules

    return is_call


def _imports(trees: list[ast.Module], questions: tuple[str, ...]) -> tuple[set[str], set[str]]:
    """Names by which the script calls Horovod's module, and the asked functions."""
    modules = {"hvd", "horovod.torch"}
    functions: set[str] = set()
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, ast.Import):
            modules |= {name.asname for name in node.names if name.asname and name.name.startswith("horovod")}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("horovod"):
            for name in node.names:
                (functions if name.name in questions else modules).add(name.asname or name.name)
    return modules, functions
