"""Which files are the learner's own: the script, and what it imports from beside itself."""

import ast
from pathlib import Path


def own_files(script: Path) -> list[Path]:
    """The script, and the modules beside it that it imports, one deep."""
    try:
        tree = ast.parse(script.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return [script]
    names = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module]
    beside = [script.parent / f"{name.replace('.', '/')}.py" for name in names]
    return [script, *(path for path in dict.fromkeys(beside) if path.is_file())]


def own_trees(script: Path) -> dict[str, ast.Module]:
    """By the name that findings give a file, what it holds; empty where one of them does not parse."""
    try:
        return {file.name: ast.parse(file.read_bytes()) for file in own_files(script)}
    except (OSError, SyntaxError, ValueError):
        return {}
