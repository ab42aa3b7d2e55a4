"""Digests of code: of what it does, not of how it is spoken about; and which of the library's files a file runs."""

import ast
import hashlib
import importlib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import scalelab

LIBRARY = Path(scalelab.__file__).parent


def digest_of_text(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]


def digest_of_code(files: Iterable[Path]) -> str:
    """Changes with any statement of the files; neither with comments and docstrings, nor with where a file lies."""
    return digest_of_text(*sorted(meaning(path.read_text()) for path in set(files)))


@cache
def meaning(text: str) -> str:
    """The syntax tree as a text, alike on each version of Python: what is empty is left out, as are docstrings.

    So is what is imported from the library: those files are looked at themselves.
    """
    return _words(ast.parse(text))


def _words(node: object) -> str:
    if isinstance(node, list):
        return f"[{','.join(_words(one) for one in node if not _imports_from_library(one))}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    parts = {name: value for name, value in ast.iter_fields(node) if value not in (None, [])}
    if isinstance(node, ast.Constant):
        parts = {"value": node.value}
    if _begins_with_docstring(node):
        parts["body"] = node.body[1:]
    return f"{type(node).__name__}({','.join(f'{name}={_words(value)}' for name, value in parts.items())})"


def _imports_from_library(node: object) -> bool:
    return isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "scalelab"


def _begins_with_docstring(node: ast.AST) -> bool:
    documented = ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    return isinstance(node, documented) and ast.get_docstring(node, clean=False) is not None


def closure(files: Iterable[Path]) -> frozenset[Path]:
    """These files, and the library's files that they import from, in any number of steps."""
    found, waiting = set(), list(files)
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += imported(path.read_text())
    return frozenset(found)


@cache
def imported(text: str) -> frozenset[Path]:
    """The library's files that a text imports from; a package that only passes a name on is passed through."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {_file(alias.name) for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {_origin(node.module, alias.name) for alias in node.names}
    # All import the package itself, which gives on what it is asked for.
    return frozenset(found - {None, LIBRARY / "__init__.py"})


def _origin(module: str, name: str) -> Path | None:
    """The file that `from module import name` is about."""
    if submodule := _file(f"{module}.{name}"):
        return submodule
    file = _file(module)
    if not file or file.name != "__init__.py":
        return file
    if home := getattr(importlib.import_module(module), "_HOMES", {}).get(name):  # it loads what it is asked for
        return _file(f"{module}.{home}")
    for node in _imports_from(file):
        if any((alias.asname or alias.name) == name for alias in node.names):
            return _origin(node.module, name)
    return file


def _imports_from(file: Path) -> Iterator[ast.ImportFrom]:
    return (node for node in ast.parse(file.read_text()).body if isinstance(node, ast.ImportFrom) and node.module)


def _file(module: str) -> Path | None:
    """The file of a module of the library's."""
    first, *rest = module.split(".")
    place = LIBRARY.joinpath(*rest)
    candidates = [place.with_suffix(".py"), place / "__init__.py"] if first == "scalelab" else []
    return next((path for path in candidates if path.is_file()), None)
