"""The shape of the library in figures: its rooms in the README's order, its circles, its upward imports.

python tests/shape.py
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[1]
LIBRARY = ROOT / "lib" / "scalelab"


def files() -> list[Path]:
    return sorted(LIBRARY.rglob("*.py"))


def rooms() -> list[str]:
    """From the ground up, as the README lists them: each imports only from those before it."""
    found = re.findall(r"`lib/scalelab/(\w+)/`", (ROOT / "README.md").read_text())
    return list(dict.fromkeys(found))


def module(path: Path) -> str:
    """`scalelab.data.line` for its file; a package by its own name."""
    return ".".join(path.relative_to(LIBRARY.parent).with_suffix("").parts).removesuffix(".__init__")


@cache
def imports() -> dict[str, set[str]]:
    """{module: the library's modules that it imports, wherever in its file}."""
    known = {module(path) for path in files()}
    return {module(path): set(_imported(ast.parse(path.read_text()), known)) for path in files()}


def _imported(tree: ast.AST, known: set[str]) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module in known:
            names = (f"{node.module}.{alias.name}" for alias in node.names)
            yield from (name if name in known else node.module for name in names)


def circle() -> list[str]:
    """Files that import one another in a circle; empty where none do."""
    try:
        TopologicalSorter(imports()).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def upward() -> list[str]:
    """Imports of a room that lies further up."""
    order = rooms()
    return [
        f"{one} imports {other}"
        for one, others in sorted(imports().items())
        for other in sorted(others)
        if (room(one) in order and room(other) in order and order.index(room(other)) > order.index(room(one)))
        or (room(one) not in order and room(other) in order)
    ]


def room(name: str) -> str:
    """The folder below the library that a module lies in; of a file beside the folders, its own name."""
    return name.split(".")[1] if "." in name else ""


def functions() -> list[int]:
    """The lines of each function."""
    return [
        node.end_lineno - node.lineno + 1
        for path in files()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def undocumented() -> list[str]:
    """Public classes, functions and methods without a docstring."""
    return [
        f"{module(path)}.{name}"
        for path in files()
        for name, node in _public(ast.parse(path.read_text()).body)
        if ast.get_docstring(node) is None
    ]


def _public(body: list[ast.stmt], within: str = "") -> Iterator[tuple[str, ast.AST]]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield within + node.name, node
            if isinstance(node, ast.ClassDef):
                yield from _public(node.body, f"{within}{node.name}.")


def type_errors() -> list[str]:
    """What mypy says, a line each."""
    command = [sys.executable, "-m", "mypy", "--no-error-summary", "--hide-error-context"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return [line for line in (done.stdout + done.stderr).splitlines() if ": note: " not in line]


def main() -> None:
    """Print all of it."""
    lengths = sorted(functions())
    lines = [path.read_text().count("\n") for path in files()]
    print(f"files {len(lines)}, lines {sum(lines):,}, longest {max(lines)}")
    print(f"functions {len(lengths)}, nine of ten up to {lengths[len(lengths) * 9 // 10]} lines, longest {lengths[-1]}")
    for what, found in (
        ("files in a circle", circle()),
        ("upward imports", upward()),
        ("type errors", type_errors()),
        ("undocumented public names", undocumented()),
    ):
        print(f"{what} {len(found)}", *found, sep="\n  ")


if __name__ == "__main__":
    main()
