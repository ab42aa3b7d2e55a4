"""The table in docs/conversion_check.md says what the records say, and holds no wrong verdict."""

import re

import pytest
from check import matrix, matrix_table

PAGE = matrix_table.PAGE.read_text()


def test_the_table_says_what_the_records_say():
    assert matrix_table.page() == PAGE, "python tests/record.py writes it anew"


def test_no_verdict_in_the_table_is_wrong():
    body = matrix_table.BETWEEN.search(PAGE)[0]
    assert "missed" not in body
    assert "false alarm" not in body
    assert ", 0 wrong verdicts;" in body


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
