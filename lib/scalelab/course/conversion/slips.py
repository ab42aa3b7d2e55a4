"""The commonest slips with Horovod's calls, as they stand in the source: they explain what a run can only show."""

import ast
from collections.abc import Iterator

QUESTIONS = {"rank", "size", "local_rank", "local_size"}
RETURNED = {"allreduce", "broadcast", "broadcast_object", "allgather"}
OTHERS = {"tensorflow", "keras", "mxnet"}
COLLECTIVE = ("allreduce", "grouped_allreduce", "allgather", "broadcast", "DistributedOptimizer", "init")
ERRORS = {
    "_cuda_setDevice": "There is no GPU here: call torch.cuda.set_device only where setting.device.type is 'cuda'.",
    "Found no NVIDIA driver": "There is no GPU here: call torch.cuda.set_device only where setting.device.type is "
    "'cuda'.",
    "has no attribute 'param_groups'": "hvd.DistributedOptimizer wraps the optimizer, not the model.",
    "same name as another tensor": "An optimizer is wrapped more than once: wrap it once, where it is made, not in "
    "every epoch.",
    ".sz'": "hvd.broadcast_object was given things of different types on the ranks, and Horovod names the call "
    "by the type: give the same type on all of them, or a name= to the call.",
    "invalid params of type": "hvd.broadcast_parameters wants the names with the weights: model.state_dict().",
    "'list' object has no attribute 'type'": "hvd.broadcast_parameters is for the model's weights; the optimizer's "
    "state has hvd.broadcast_optimizer_state(optimizer, root_rank=0).",
    "Expected a rank from 0 to": "partition(count, rank, size, ...) wants hvd.rank(), which counts from 0, and then "
    "hvd.size().",
    "'float' object has no attribute": "Horovod's calls on tensors take tensors: keep the sums in one until they are "
    "divided, or make one, torch.tensor(value); hvd.broadcast_object takes anything.",
    "'int' object has no attribute": "Horovod's calls on tensors take tensors; hvd.broadcast_object takes anything.",
    "'NoneType' object has no attribute": "Before the first backward() there are no gradients: average them between "
    "backward() and step().",
}


def find_slip(source: str) -> str | None:
    """One sentence about the first slip in a script that imports Horovod as `hvd`; None where there is none."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return None  # the run says so, with its place
    return next(_slips(tree), None)


def explain_error(sentence: str) -> str:
    """A sentence about a run, with what an error of Horovod's or PyTorch's in it means for this script."""
    error, *_ = sentence.split(" Mend this first")
    return next((f"{means} ({error.rstrip('.')}.)" for words, means in ERRORS.items() if words in sentence), sentence)


def _slips(tree: ast.Module) -> Iterator[str]:
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                for name in names:
                    package, _, framework = name.name.partition(".")
                    if package == "horovod" and (framework in OTHERS or (not framework and name.asname)):
                        yield f"Line {node.lineno} imports {name.name}; for PyTorch `import horovod.torch as hvd`."
            case ast.Attribute(value=ast.Name(id="hvd"), attr=name) if name in QUESTIONS and id(node) not in called:
                yield f"Line {node.lineno}: hvd.{name} is a function, which equals no number; ask hvd.{name}()."
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id="hvd"), attr=name))) if name in RETURNED:
                inplace = " (or let hvd.allreduce_ change it in place)" if name == "allreduce" else ""
                yield f"Line {node.lineno}: hvd.{name} changes nothing, it returns the result: keep that{inplace}."
            case ast.If() if (call := _on_some_ranks(node)) is not None:
                yield (
                    f"Line {call[1]}: hvd.{call[0]} stands under a condition on the rank, and the others "
                    "never come to it; all ranks must make this call."
                )
            case ast.keyword(arg="root_rank", value=ast.Call(func=ast.Attribute(attr="rank"))):
                yield f"Line {node.value.lineno}: root_rank is who sends, so it must be the same on all ranks: 0."


def _on_some_ranks(node: ast.If) -> tuple[str, int] | None:
    """Name and line of a call for all ranks in one branch of a condition on the rank, and not in the other."""
    if not any(isinstance(part, ast.Attribute) and part.attr == "rank" for part in ast.walk(node.test)):
        return None
    branches = [_collective_calls(branch) for branch in (node.body, node.orelse)]
    for calls, other in zip(branches, branches[::-1], strict=True):
        for name, line in calls.items():
            if name not in other:
                return name, line
    return None


def _collective_calls(statements: list[ast.stmt]) -> dict[str, int]:
    """The calls of Horovod that all ranks must make: {name: line}."""
    found = {}
    for node in (part for statement in statements for part in ast.walk(statement)):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="hvd"), attr=name)) if name.startswith(COLLECTIVE):
                found[name] = node.lineno
    return found
