"""Attacks are graded with a short budget and small caps; nothing of them may be there afterwards."""

import tempfile
from pathlib import Path

import msgspec
import pytest
from harness.leftovers import processes_of
from harness.patience import seconds, waited

from scalelab.grade.measure.warm_evaluator import WarmEvaluator
from scalelab.grade.request import GradeRequest
from scalelab.grade.rubric import load_rubric
from scalelab.places import RUBRIC

BUDGET = 8.0  # on a quiet machine
OUTSIDE = (Path("/var/tmp"), Path("/dev/shm"), Path("/tmp"), Path("/mnt"), Path("/run"), Path("/etc"), Path.home())
ESCAPED = "scalelab-escaped"  # how the submissions call what they write outside


@pytest.fixture(scope="session")
def terms(few):
    rubric = load_rubric(RUBRIC, "cpu")
    return msgspec.structs.replace(rubric, train_images=few, memory_gb=2.0, disk_mb=300, most_runs=1)


@pytest.fixture(scope="session")
def warm(terms, small_data, tmp_path_factory):
    """What measures for all attacks; it is there before their tests look for what is left."""
    nowhere = tmp_path_factory.mktemp("nowhere")
    with WarmEvaluator() as warm:
        warm.prepare(GradeRequest(nowhere, nowhere, terms, workers=1, data=small_data))
        yield warm


@pytest.fixture
def make_request(terms, small_data, tmp_path):
    """Makes an order for a file, to be graded as so many ranks, with so many times the short budget."""

    def make(file: Path, workers: int = 1, name: str = "result", patience: int = 1) -> GradeRequest:
        budget = patience * round(seconds(BUDGET))
        return GradeRequest(file, tmp_path / name, terms, workers=workers, data=small_data, budget_seconds=budget)

    return make


@pytest.fixture
def nothing_left(warm, tmp_path, monkeypatch):
    """At the end no process of this test lives, no temporary file of it is left, and nothing has escaped."""
    own = tmp_path / "temporary"
    own.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(own))
    yield
    assert waited(lambda: not processes_of(tmp_path)), processes_of(tmp_path)
    assert list(own.iterdir()) == []
    assert [folder for folder in OUTSIDE if (folder / ESCAPED).exists()] == []
