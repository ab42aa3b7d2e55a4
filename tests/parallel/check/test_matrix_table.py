"""The table in docs/conversion_check.md names the styles and gaps that exist, and holds no wrong verdict."""

import importlib
import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
matrix = importlib.import_module("matrix")
matrix_table = importlib.import_module("matrix_table")
PAGE = matrix_table.PAGE.read_text()


def test_the_table_is_about_the_styles_and_gaps_that_exist():
    assert matrix_table.named(PAGE) == matrix_table.exists()


def test_no_verdict_in_the_table_is_wrong():
    body = matrix_table.BETWEEN.search(PAGE)[0]
    assert "missed" not in body
    assert "false alarm" not in body


@pytest.mark.parametrize("style", matrix.styles())
def test_a_style_has_the_gaps_that_it_names_and_at_least_eight(style):
    text = matrix.script(style).read_text()
    mentioned = {gap for gap in matrix.BY_GAP if gap and re.search(rf'"{gap}"', text)}
    if style in matrix.SCALING and matrix.SCALING[style][0] in text:
        mentioned.add("rate")
    assert mentioned == set(matrix.gaps(style))
    assert len(mentioned) >= 8


def test_every_mistake_occurs_in_at_least_two_styles():
    """But one: only a script that resumes can lose its optimizer's state."""
    rare = [m.gap for m in matrix.MISTAKES if sum(m.gap in matrix.gaps(style) for style in matrix.styles()) < 2]
    assert rare == ["state"]


def test_every_finding_is_explained_on_the_page():
    for mistake in matrix.MISTAKES:
        assert f"`{mistake.id}`" in matrix_table.BETWEEN.sub("", PAGE)
