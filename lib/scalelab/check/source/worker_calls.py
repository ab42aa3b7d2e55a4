"""Which expressions of a script ask who it is: `hvd.rank()`, under whatever name, and what torch.distributed has."""

import ast
from collections.abc import Callable

# The same question to torch.distributed, to the environment that torchrun sets, and the usual name of a parameter.
TORCHS = {"rank": "get_rank", "size": "get_world_size", "local_rank": "get_node_local_rank"}
VARIABLES = {"rank": "RANK", "size": "WORLD_SIZE", "local_rank": "LOCAL_RANK"}
PARAMETERS = {"size": "world_size"}


def asks(trees: list[ast.Module], *questions: str) -> Callable[[ast.AST], bool]:
    """A test for calls of these functions of Horovod, through the module's name or imported by their own; and for what
    asks the same of torch.distributed, or of the environment.
    """
    modules, functions = _imports(trees, questions)
    others = {table[one] for one in questions for table in (TORCHS, PARAMETERS) if one in table}
    variables = {VARIABLES[one] for one in questions if one in VARIABLES}

    def is_call(node: ast.AST) -> bool:
        if isinstance(node, ast.Subscript):
            return _text(node.slice) in variables and ast.unparse(node.value).endswith("environ")
        if isinstance(node, ast.Name):
            return node.id in others
        if not isinstance(node, ast.Call):
            return False
        called = node.func
        if isinstance(called, ast.Name):
            return called.id in functions | others
        if not isinstance(called, ast.Attribute):
            return False
        if called.attr in ("get", "getenv") and node.args and _text(node.args[0]) in variables:
            return True
        return called.attr in others or (called.attr in questions and ast.unparse(called.value) in modules)

    return is_call


def _text(node: ast.expr) -> object:
    return node.value if isinstance(node, ast.Constant) else None


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
