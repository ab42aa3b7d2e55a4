"""Every mistake in every style of script: the check finds it, and nothing else.

`pytest tests/parallel/check/test_matrix.py -k plain` runs one style. Of the cells a few are run each time, and every
eighth, along the diagonals, with the slow tests; the whole, of 20 minutes and more, is what `matrix.py` runs for the
table in docs/conversion_check.md.
"""

import importlib
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
matrix = importlib.import_module("matrix")

pytestmark = pytest.mark.ranks

EACH_TIME = {("sampler", "lost"), ("two_networks", ""), ("resume", "state")}
STYLES = matrix.styles()
GAPS = list(matrix.BY_GAP)


def covers(style: str, gap: str) -> bool:
    """Whether the cell is one of those that take every style and every mistake in turn."""
    return (list(STYLES).index(style) + GAPS.index(gap)) % 8 == 0 or (style, gap) in EACH_TIME


def cell(style: str, gap: str):
    marks = () if (style, gap) in EACH_TIME else pytest.mark.slow
    return pytest.param(style, gap, id=f"{style}-{gap or 'converted'}", marks=marks)


@pytest.mark.parametrize(("style", "gap"), [cell(*one) for one in matrix.cells(STYLES) if covers(*one)])
def test_the_mistake_is_found_and_nothing_else(style, gap):
    done = matrix.run(style, gap)
    assert matrix.complaint(done) is None, done.report.to_json()
