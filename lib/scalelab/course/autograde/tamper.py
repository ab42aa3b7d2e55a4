"""What a test relies on in the learner's kernel is still what it was.

This file's text is run within the kernel before and after each test, in names of its own: a module that was imported
there might not be ours. It finds what stands in the place of the course's functions, of Python's own, of numpy's, or of
the shell that runs cells and tells of errors.

It cannot find everything: tests and answers share one process, in which an answer can read what it is tested with
(the frames above it hold the wanted values), change a function while its test runs and put it back before the end, or
send the kernel's messages itself, whose key it can read. Whoever goes that far is not held up here; what he gets are
the points of one notebook. The sandbox around the kernel, and the scores that are kept outside, do not depend on it.
"""

import ast
import builtins
import functools
import sys
import threading
import types
from pathlib import Path

USED_OF_NUMPY = ("abs", "all", "array2string", "asarray", "bool_", "isfinite", "isnan", "mean", "ndarray")


def replaced(lib, homes, python, imported, names):
    """Names of what is not as it was.

    `lib` is the folder of our package, `homes` are those of Python and its packages, `python` names Python's own
    functions and types, `imported` maps the names that a test has imported to where from, and `names` are the
    notebook's own.
    """
    found = [f"builtins.{name}" for name in python if not _is_pythons(name, vars(builtins).get(name))]
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] == "scalelab" and name.split(".")[1:2] != ["cli"]:  # whose commands are no functions
            found += _replaced_in(name, module, lib)
    numpy = vars(sys.modules.get("numpy", builtins))
    found += [f"numpy.{name}" for name in USED_OF_NUMPY if name in numpy and not _is_from("numpy", numpy[name])]
    found += [name for name, (module, part) in imported.items() if names.get(name) is not _imported(module, part)]
    return found + _replaced_of_the_shell(homes) + _tracing()


def _is_pythons(name, value):
    kinds = types.BuiltinFunctionType | type
    return isinstance(value, kinds) and value.__name__ == name and value.__module__ in ("builtins", "_io", "io")


def _is_from(package, value):
    """A function in C, a type, or a function whose code lies in that package."""
    value = getattr(value, "__wrapped__", value) if not isinstance(value, type) else value
    if isinstance(value, types.FunctionType):
        return f"/{package}/" in value.__code__.co_filename
    return type(value).__module__.split(".")[0] in (package, "builtins")


def _replaced_in(name, module, lib):
    """Of one module: what differs from what its file says."""
    path = f"{lib}/{name.replace('.', '/')}"
    if not isinstance(module, types.ModuleType) or module.__file__ not in (f"{path}.py", f"{path}/__init__.py"):
        return [name]
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    return [f"{name}.{part}" for part in _differing(tree, _compiled(tree), vars(module), vars(module))]


def _compiled(tree):
    """{its name: codes} of the functions that stand in the module itself or in its classes."""
    found: dict[str, list[types.CodeType]] = {}
    waiting = [compile(tree, "<file>", "exec", dont_inherit=True)]
    while waiting:
        code = waiting.pop()
        for part in code.co_consts:
            if isinstance(part, types.CodeType) and "<" not in part.co_qualname:
                found.setdefault(part.co_qualname, []).append(part)
                if not part.co_flags & 2:  # the body of a class
                    waiting.append(part)
    return found


def _differing(tree, codes, values, module, prefix=""):
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            if not _is_as_written(node, codes[prefix + node.name], values.get(node.name), module):
                yield prefix + node.name
        elif isinstance(node, ast.ClassDef):
            value = values.get(node.name)
            if isinstance(value, type):
                yield from _differing(node, codes, vars(value), module, f"{prefix}{node.name}.")
            else:
                yield prefix + node.name
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from (name for name, parts in imports(node) if values.get(name) is not _imported(*parts))
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            names = [target.id for target in node.targets if isinstance(target, ast.Name) and target.id.isupper()]
            yield from (name for name in names if values.get(name) != node.value.value)


def _is_as_written(node, codes, value, module):
    functions = _functions(value)
    return bool(functions) and all(
        function.__code__ in codes and function.__globals__ is module and _same_defaults(node, function)
        for function in functions
    )


def _functions(value):
    """The functions within what a decorator made of one."""
    for kind, parts in (
        (property, ("fget", "fset", "fdel")),
        (functools.cached_property, ("func",)),
        (staticmethod | classmethod, ("__func__",)),
    ):
        if isinstance(value, kind):
            return [function for part in parts for function in _functions(getattr(value, part))]
    while hasattr(value, "__wrapped__"):
        value = value.__wrapped__
    return [value] if isinstance(value, types.FunctionType) else []


def _same_defaults(node, function):
    """Of those that are plain values."""
    defaults, given = node.args.defaults, function.__defaults__ or ()
    pairs = list(zip(defaults, given, strict=False)) + [
        (wanted, (function.__kwdefaults__ or {}).get(argument.arg))
        for argument, wanted in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
    ]
    return len(defaults) == len(given) and all(
        type(value) is type(wanted.value) and value == wanted.value
        for wanted, value in pairs
        if isinstance(wanted, ast.Constant)
    )


def imports(node):
    """(name, (module, part)) of an import; part is None for a module itself."""
    for alias in node.names:
        first = alias.name.split(".")[0]
        if isinstance(node, ast.ImportFrom):
            yield alias.asname or alias.name, (node.module, alias.name)
        else:
            yield (alias.asname, (alias.name, None)) if alias.asname else (first, (first, None))


def _imported(module, part):
    here = sys.modules.get(module)
    return here if part is None else getattr(here, part, sys.modules.get(f"{module}.{part}"))


def _replaced_of_the_shell(homes):
    from IPython import get_ipython
    from IPython.core.interactiveshell import ExecutionResult

    shell = get_ipython()
    kernel = shell.kernel
    found = []
    for one in (shell, kernel, kernel.session, shell.display_pub, shell.displayhook):
        kinds = [kind for kind in type(one).__mro__ if kind is not object]
        methods = {name for kind in kinds for name, value in vars(kind).items() if _functions(value)}
        own = [name for name in methods & set(vars(one)) if not _at_home(vars(one)[name], homes)]
        found += [f"{type(one).__name__}.{name}" for name in sorted(own)]
        found += [name for kind in kinds for name in _foreign(kind, homes)]
    found += _foreign(ExecutionResult, homes)
    calls = [call for event in shell.events.callbacks.values() for call in event]
    manager = shell.input_transformer_manager
    calls += [*shell.ast_transformers, *shell.input_transformers_post, *manager.line_transforms]
    calls += [*manager.cleanup_transforms, *manager.token_transformers, *sys.meta_path, *sys.path_hooks]
    hooks = (call for call in calls if not _at_home(call, homes))
    found += [f"the hook {getattr(hook, '__name__', type(hook).__name__)}" for hook in hooks]
    return found + (["the shell's way with exceptions"] if shell.custom_exceptions != () else [])


def _foreign(kind, homes):
    """Methods of a class that were not written in a package's file."""
    functions = ((name, function) for name, value in vars(kind).items() for function in _functions(value))
    return [f"{kind.__name__}.{name}" for name, function in functions if not _at_home(function, homes)]


def _at_home(call, homes):
    """Whether what is called, or its class, comes from Python or a package."""
    call = getattr(call, "__func__", call)
    if isinstance(call, types.FunctionType):
        file = call.__code__.co_filename
        return file.startswith(("<frozen", *homes)) or file == "<string>" and call.__module__ != "__main__"
    kind = call if isinstance(call, type) else type(call)
    origin = getattr(sys.modules.get(kind.__module__), "__file__", None)
    return kind.__module__ != "__main__" and (origin is None or origin.startswith(tuple(homes)))


def _tracing():
    hooks = {
        "sys.settrace": sys.gettrace(),
        "sys.setprofile": sys.getprofile(),
        "threading.settrace": threading.gettrace(),
        "threading.setprofile": threading.getprofile(),
    }
    return [name for name, hook in hooks.items() if hook is not None]
