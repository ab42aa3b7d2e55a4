"""The pages show the stored results, and name only commands that exist; the README stays short."""

import importlib.util
import re
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
MEASURED = (ROOT / "docs" / "measured.md").read_text()
ALL = [README, (ROOT / "CONTRIBUTING.md").read_text(), *(path.read_text() for path in (ROOT / "docs").glob("*.md"))]


@pytest.fixture(scope="module")
def pages():
    spec = importlib.util.spec_from_file_location("bench_pages", ROOT / "bench" / "pages.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_pages_show_what_is_stored(pages):
    assert len(pages.TABLE.findall(MEASURED)) == MEASURED.count("<!-- bench/results") > 0
    assert len(pages.SENTENCES.findall(README)) == 1
    for page in pages.PAGES:
        assert pages.filled(page.read_text()) == page.read_text(), "renew them: python bench/pages.py"


def test_the_readme_has_three_figures_and_they_follow_the_tables(pages, tmp_path):
    results = shutil.copytree(ROOT / "bench" / "results", tmp_path / "results")
    before = pages.sentences(results).splitlines()
    for name in ("scaling", "assessment", "large_batch"):
        table = results / f"{name}.md"
        table.write_text(re.sub(r"\b\d(?=[.%\d ])", "7", table.read_text()))
    after = pages.sentences(results).splitlines()
    assert len(before) == len(after) == 3
    assert all(old != new for old, new in zip(before, after, strict=True))


def test_the_readme_is_read_in_a_few_minutes():
    assert README.count("\n") < 150


def test_every_make_target_that_a_page_names_exists():
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    named = {name for text in ALL for name in re.findall(r"`make ([a-z-]+)", text)}
    assert named <= set(targets)


def test_every_file_and_folder_that_the_readme_names_exists():
    named = re.findall(r"[`(]((?:assessment|labs|lib|bench|tests)/[\w./-]*)[`)]", README)
    assert [name for name in named if not (ROOT / name).exists()] == []
