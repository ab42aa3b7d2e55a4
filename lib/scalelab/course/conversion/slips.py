"""The commonest slips with Horovod's calls, as they stand in the source: they explain what a run can only show."""

import ast
from collections.abc import Iterator

QUESTIONS = {"rank", "size", "local_rank", "local_size"}
RETURNED = {"allreduce", "broadcast", "broadcast_object", "allgather"}
OTHERS = {"tensorflow", "keras", "mxnet"}


def find_slip(source: str) -> str | None:
    """One sentence about the first slip in a script that imports Horovod as `hvd`; None where there is none."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return None  # the run says so, with its place
    return next(_slips(tree), None)


def _slips(tree: ast.Module) -> Iterator[str]:
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                for name in names:
                    package, _, framework = name.name.partition(".")
                    if package == "horovod" and framework in OTHERS:
                        yield f"Line {node.lineno} imports {name.name}; for PyTorch `import horovod.torch as hvd`."
            case ast.Attribute(value=ast.Name(id="hvd"), attr=name) if name in QUESTIONS and id(node) not in called:
                yield f"Line {node.lineno}: hvd.{name} is a function, which equals no number; ask hvd.{name}()."
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id="hvd"), attr=name))) if name in RETURNED:
                inplace = " (or let hvd.allreduce_ change it in place)" if name == "allreduce" else ""
                yield f"Line {node.lineno}: hvd.{name} changes nothing, it returns the result: keep that{inplace}."
            case ast.keyword(arg="root_rank", value=ast.Call(func=ast.Attribute(attr="rank"))):
                yield f"Line {node.value.lineno}: root_rank is who sends, so it must be the same on all ranks: 0."
