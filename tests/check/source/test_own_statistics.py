"""Statistics that each rank takes of its own part."""

import pytest

from scalelab.check.findings.paired import find
from scalelab.check.source.calls import read_calls

SCRIPT = """
import horovod.torch as hvd

def standardise(part, mean, std):
    return (part - mean) / std

def main(x):
    rank, size = hvd.rank(), hvd.size()
    LINES
"""
CUT = "mine = x[rank::size]; "


@pytest.mark.parametrize(("lines", "wrong"), [
    (CUT + "mean, std = mine.mean(0), mine.std(0); mine = (mine - mean) / std", True),
    (CUT + "m = mine.mean(axis=0, keepdims=True) + 1e-8; y = mine / m", True),
    ("n = len(x) // size; mine = x[rank * n : (rank + 1) * n]; a, b = mine.mean(0), mine.std(0); "
     "z = standardise(mine, a, b)", True),
    ("mean = x.mean(0); mine = (x - mean)[rank::size]", False),
    (CUT + "mean = x.mean(0); mine = mine - mean", False),
    (CUT + "mean = hvd.allreduce(mine.mean(0)); mine = mine - mean", False),
    (CUT + "own = mine.mean(0); mean = hvd.allreduce(own); mine = mine - mean", False),
    (CUT + "largest = mine.max(); print(largest)", False),
])  # fmt: skip
def test_data_are_prepared_by_a_statistic_of_the_part(lines, wrong, tmp_path):
    (tmp_path / "train.py").write_text(SCRIPT.replace("LINES", lines))
    assert [finding.id for finding in find(read_calls(tmp_path / "train.py"))] == ["statistics-by-rank"] * wrong
