"""Follows a value through a script's text by the names that it passes through.

Order and branches are left aside: a name that once got the value has it everywhere. So more names are found than
deserve it, never fewer, as far as the text shows.
"""

import ast
from collections.abc import Callable, Iterator

Source = Callable[[ast.AST], bool]
Functions = dict[str, list[ast.FunctionDef]]


def tainted(trees: list[ast.Module], source: Source) -> set[str]:
    """Identifiers that a value may have passed through: "name", ".attribute", or "function()" that gives it back."""
    found: set[str] = set()
    functions = _functions(trees)
    while True:
        more = {word for tree in trees for node in ast.walk(tree) for word in _spread(node, found, source, functions)}
        if more <= found:
            return found
        found |= more


def carries(expression: ast.AST, found: set[str], source: Source) -> bool:
    """Whether an expression holds the value: the source itself, or an identifier that has it."""
    return any(source(node) for node in ast.walk(expression)) or bool(found & set(identifiers(expression)))


def identifiers(expression: ast.AST) -> Iterator[str]:
    """The identifiers that an expression reads, in the form of `tainted`."""
    called = {id(node.func) for node in ast.walk(expression) if isinstance(node, ast.Call)}
    for node in ast.walk(expression):
        if isinstance(node, ast.Name):
            yield node.id + ("()" if id(node) in called else "")
        elif isinstance(node, ast.Attribute):
            yield f"{node.attr}()" if id(node) in called else f".{node.attr}"


def _spread(node: ast.AST, found: set[str], source: Source, functions: Functions) -> Iterator[str]:
    """Identifiers that get the value at this node."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _assigned(target, node.value, found, source)
    elif isinstance(node, ast.AnnAssign | ast.AugAssign | ast.NamedExpr) and node.value is not None:
        yield from _assigned(node.target, node.value, found, source)
    elif isinstance(node, ast.FunctionDef):
        gives = (part.value for part in ast.walk(node) if isinstance(part, ast.Return) and part.value)
        if any(carries(value, found, source) for value in gives):
            yield f"{node.name}()"
    elif isinstance(node, ast.Call):
        yield from _passed(node, found, source, functions)


def _assigned(target: ast.expr, value: ast.expr, found: set[str], source: Source) -> Iterator[str]:
    pairs = [(target, value)]
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        pairs = list(zip(target.elts, value.elts, strict=True))
    for one, given in pairs:
        if carries(given, found, source):
            yield from _names(one)


def _names(target: ast.expr) -> Iterator[str]:
    for node in target.elts if isinstance(target, ast.Tuple | ast.List) else [target]:
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield f".{node.attr}"


def _passed(call: ast.Call, found: set[str], source: Source, functions: Functions) -> Iterator[str]:
    """Parameters of the script's own functions and classes that get the value in this call."""
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    if name == "__init__":  # super().__init__(...): of another class, mostly of another file
        return
    for function in functions.get(name, ()):
        names = [argument.arg for argument in function.args.args]
        names = names[1:] if names[:1] == ["self"] else names
        given = list(zip(names, call.args, strict=False))
        given += [(word.arg, word.value) for word in call.keywords if word.arg]
        for parameter, value in given:
            if carries(value, found, source):
                yield parameter


def _functions(trees: list[ast.Module]) -> Functions:
    """Functions by the name that calls them: a class by its own, for its __init__."""
    found: Functions = {}
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, ast.FunctionDef):
            found.setdefault(node.name, []).append(node)
        elif isinstance(node, ast.ClassDef):
            inits = [part for part in node.body if isinstance(part, ast.FunctionDef) and part.name == "__init__"]
            found.setdefault(node.name, []).extend(inits)
    return found
