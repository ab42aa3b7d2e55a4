"""The README shows the stored results, and names only commands that exist."""

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


@pytest.fixture
def readme():
    spec = importlib.util.spec_from_file_location("bench_readme", ROOT / "bench" / "readme.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_tables_are_the_stored_ones(readme):
    assert len(readme.MARKED.findall(README)) == README.count("<!-- bench") > 0
    assert readme.filled(README) == README


def test_every_make_target_it_names_exists():
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert set(re.findall(r"`make ([a-z-]+)", README)) <= set(targets)


def test_every_file_and_folder_it_names_exists():
    named = re.findall(r"[`(]((?:assessment|labs|lib|bench|tests)/[\w./-]*)[`)]", README)
    assert [name for name in named if not (ROOT / name).exists()] == []
