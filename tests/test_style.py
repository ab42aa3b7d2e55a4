"""How the code reads: what a machine can see of it."""

import ast
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
LONGEST_FUNCTION = 50
LONGEST_FILE = 300


def tracked(pattern: str) -> list[Path]:
    """Files of that name that belong to the project: what git knows, or would if it were added."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", pattern],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [path for name in listed.stdout.splitlines() if (path := ROOT / name).exists()]


def test_ruff_is_content():
    done = subprocess.run([sys.executable, "-m", "ruff", "check", "--no-cache", ROOT], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_every_function_fits_in_a_glance_and_every_file_holds_one_idea():
    long = []
    for path in tracked("*.py"):
        text = path.read_text()
        if text.count("\n") > LONGEST_FILE:
            long.append(f"{path}: {text.count(chr(10))} lines")
        long += [
            f"{path}:{node.lineno}: {node.name}"
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno >= LONGEST_FUNCTION
        ]
    assert long == []


def test_notebooks_are_stored_without_outputs():
    for path in tracked("*.ipynb"):
        cells = json.loads(path.read_text())["cells"]
        assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells), path


def test_folders_import_only_downwards():
    """The order of DESIGN: a folder of the library imports only from those that a learner meets before it."""
    order = ["data", "models", "optim", "train", "parallel", "analysis", "grade", "course", "view"]
    upward = []
    for path in (ROOT / "lib" / "scalelab").rglob("*.py"):
        own = path.relative_to(ROOT / "lib" / "scalelab").parts[0]
        if own not in order:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            module = (node.module or "") if isinstance(node, ast.ImportFrom) else ""
            parts = module.split(".")
            other = parts[1] if parts[0] == "scalelab" and len(parts) > 1 else None
            if other in order and order.index(other) > order.index(own):
                upward.append(f"{path}: {module}")
    assert upward == []
