"""Attacks are graded with a short budget and small caps; nothing of them may be there afterwards."""

import tempfile
import time
from pathlib import Path

import msgspec
import psutil
import pytest

from scalelab.cli import RUBRIC
from scalelab.grade import Order, load_rubric
from scalelab.grade.prepare import prepare

BUDGET = 8.0
OUTSIDE = (Path("/var/tmp"), Path("/dev/shm"), Path("/tmp"), Path("/mnt"), Path("/run"), Path("/etc"), Path.home())


@pytest.fixture(scope="session")
def terms(few):
    rubric = load_rubric(RUBRIC, "cpu")
    return msgspec.structs.replace(rubric, train_images=few, memory_gb=2.0, disk_mb=300, most_runs=1)


@pytest.fixture
def order(terms, small_data, tmp_path):
    """Makes an order for a file, to be graded as so many ranks, with so many times the short budget."""

    def make(file: Path, workers: int = 1, name: str = "result", patience: int = 1) -> Order:
        budget = patience * BUDGET
        return Order(file, tmp_path / name, terms, workers=workers, data=small_data, budget_seconds=budget)

    return make


@pytest.fixture
def nothing_left(order, in_walls, tmp_path):
    """At the end no process is in walls that was not before, none names this test's folder, and no file is new."""
    prepare(order(Path()))  # its process has walls too
    walled, files = in_walls(), _files()
    yield
    until = time.monotonic() + 5
    while (left := in_walls() - walled | _naming(tmp_path)) and time.monotonic() < until:
        time.sleep(0.1)
    assert left == set()
    assert [path for path in _files() - files if "scalelab" in path.name or path.parent == Path("/etc")] == []


def _naming(folder: Path) -> set[int]:
    return {
        process.pid for process in psutil.process_iter(["cmdline"])
        if any(str(folder) in word for word in process.info["cmdline"] or ())
    }  # fmt: skip


def _files() -> set[Path]:
    own = Path(tempfile.gettempdir())
    return {path for folder in OUTSIDE if folder.is_dir() for path in folder.iterdir() if path.parent != own}
