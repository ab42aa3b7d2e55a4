"""A small class: little data, a short budget, scripts that end at once."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from scalelab.data import write_cifar10
from scalelab.places import RUBRIC

TRAIN_IMAGES = 600
UNTRAINED = Path(__file__).parents[2].joinpath("docs", "furniture", "submitted", "ada.py").read_text()
SOURCES = {"untrained": UNTRAINED, "not python": "for\n", "empty": ""}


@pytest.fixture
def course(dataset, tmp_path) -> Path:
    """A folder with `data`, `rubric.toml` and the empty folder `submissions`."""
    few = torch.arange(TRAIN_IMAGES)
    data = tmp_path / "data"
    write_cifar10(data, dataset.train.take(few), dataset.test.take(few[:200]), dataset.classes, dataset.source)
    rubric = RUBRIC.read_text().replace("train_images = 10_000", f"train_images = {TRAIN_IMAGES}")
    (tmp_path / "rubric.toml").write_text(rubric)
    (tmp_path / "submissions").mkdir()
    return tmp_path


@pytest.fixture
def hand_in(course):
    """hand_in(student, which of SOURCES)"""

    def put(student: str, which: str) -> None:
        (course / "submissions" / f"{student}.py").write_text(SOURCES[which])

    return put


@pytest.fixture
def command(course):
    """The words of `scalelab grade-all` for this class, with more options."""

    def words(*options: str) -> list[str]:
        fixed = ["--data", course / "data", "--out", course / "out", "--rubric", course / "rubric.toml"]
        fixed += ["--budget-seconds", "30", "--workers", "1", "--no-check"]
        start = [sys.executable, "-m", "scalelab.cli", "grade-all", course / "submissions"]
        return list(map(str, [*start, *fixed, *options]))

    return words


@pytest.fixture
def grade_all(command):
    """Run it to its end."""

    def run(*options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command(*options), capture_output=True, text=True, timeout=600, check=False)

    return run
