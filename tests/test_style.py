"""How the code reads: what a machine can see of it."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
import shape

ROOT = Path(__file__).parents[1]
LONGEST_FUNCTION = 50
LONGEST_FILE = 300
LARGEST_FILE = 2_000_000  # bytes: records and pictures are smaller, data and caches are not
SPELT = {".py", ".md", ".ipynb", ".toml", ".j2"}
APART = {Path("grade/attacks")}  # tests that mirror no room of the library


def tracked(pattern: str) -> list[Path]:
    """Files of that name that belong to the project: what git knows, or would if it were added."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", pattern],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [path for name in listed.stdout.splitlines() if (path := ROOT / name).exists()]


def test_no_cache_and_no_data_belong_to_the_project():
    names = [path.relative_to(ROOT) for path in tracked("*")]
    assert [name for name in names if any("cache" in folder for folder in name.parts[:-1])] == []
    assert [name for name in names if (ROOT / name).stat().st_size > LARGEST_FILE] == []


@pytest.mark.parametrize("command", [["check"], ["format", "--diff"]], ids=["rules", "layout"])
def test_ruff_is_content(command):
    done = subprocess.run([sys.executable, "-m", "ruff", *command, "--no-cache", ROOT], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_words_are_spelt_as_in_the_dictionary():
    names = [str(path) for path in tracked("*") if path.suffix in SPELT]
    done = subprocess.run([sys.executable, "-m", "codespell_lib", *names], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_types_hold():
    assert shape.type_errors() == []


def test_every_public_name_is_documented():
    assert shape.undocumented() == []


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


def test_folders_import_only_from_those_that_the_readme_lists_before_them():
    assert shape.upward() == []


def test_no_files_import_one_another_in_a_circle():
    assert shape.circle() == []


def test_every_room_is_in_the_readme():
    folders = {path.parent.name for path in shape.LIBRARY.glob("*/__init__.py")}
    assert set(shape.rooms()) == folders


def test_tests_lie_as_the_library_does():
    """`tests/grade/run/test_budget.py` tests what is in `lib/scalelab/grade/run`."""
    rooms = {path.parent.relative_to(shape.LIBRARY) for path in shape.LIBRARY.rglob("__init__.py")}
    of_the_library = [path.parent.relative_to(ROOT / "tests") for path in tracked("tests/*/test_*.py")]
    apart = [folder for folder in of_the_library if folder.parts[0] in shape.rooms() and folder not in rooms | APART]
    assert apart == []
