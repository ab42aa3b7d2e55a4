"""Every mistake in every style of script: the check finds it, and nothing else.

Each cell is judged from a record of its ranks (tests/recorded). Some are run on real ranks as well, others with each
commit: `SCALELAB_ROTATION=3/56 pytest tests/check/test_matrix.py -m ranks` for part 3 of 56, as the tests' ids
name it.
"""

import re

import pytest
from check import matrix
from harness import rotation

from scalelab.launch.engine import recognise

EACH_TIME = {"stream-lost", "two_networks-converted", "resume-state"}
CELLS = matrix.cells()
PART = rotation.part()


def on_real_ranks(part: rotation.Part) -> list[matrix.Cell]:
    return part.take(CELLS, always=lambda cell: str(cell) in EACH_TIME)


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_the_mistake_is_found_and_nothing_else(cell):
    report = cell.check.report()
    assert matrix.complaint(cell, report) is None, report.to_json()


@pytest.mark.parametrize("cell", [cell for cell in CELLS if recognise(matrix.script(cell.style)) == "ddp"], ids=str)
def test_a_script_of_torchs_is_told_in_torchs_words(cell):
    assert not [f for f in cell.check.report().findings if re.search("hvd|Horovod", f.message + f.hint)]


@pytest.mark.slow
@pytest.mark.ranks
@pytest.mark.parametrize("cell", on_real_ranks(PART), ids=lambda cell: f"{PART}-{cell}")
def test_real_ranks_are_judged_as_their_record_is(cell):
    report = cell.check.judge(cell.check.observe())
    assert matrix.complaint(cell, report) is None, report.to_json()
    assert report.ids() == cell.check.report().ids()


def test_every_cell_is_run_on_real_ranks_within_so_many_commits():
    parts = [on_real_ranks(rotation.Part(number, rotation.PARTS)) for number in range(rotation.PARTS)]
    assert {cell for part in parts for cell in part} == set(CELLS)
    assert max(map(len, parts)) <= 12
    assert all({str(cell) for cell in part} >= EACH_TIME for part in parts)
