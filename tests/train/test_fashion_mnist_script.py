"""The script of notebook 1.3, solved: it runs as a command, measures, stops, and tells the time."""

import subprocess
import sys
from pathlib import Path

import pytest

from scalelab.train import read_record
from scalelab.train.script import load_script

SCRIPT = Path(__file__).parents[2] / "labs" / "source" / "lab1_sgd" / "fashion_mnist.py"
TINY = ["--images", "256", "--model", "resnet-8", "--shrink", "2", "--device", "cpu"]


def run(folder, *options):
    command = [sys.executable, SCRIPT, *TINY, "--out", folder / "run", *options]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False, timeout=600)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_trains_and_leaves_a_record(tmp_path):
    said = run(tmp_path, "--batch-size", "100", "--epochs", "2")
    rows = read_record(tmp_path / "run")
    assert [row.images for row in rows] == [256, 512]
    assert [row.effective_batch_size for row in rows] == [100, 100]
    assert 0 < rows[0].training_seconds < rows[1].training_seconds
    assert all(row.training_seconds < row.seconds for row in rows)
    assert said.count("validation accuracy") == 2
    assert "256 images to learn from" in said


@pytest.mark.slow
def test_it_stops_at_the_target_and_says_when(tmp_path):
    said = run(tmp_path, "--target", "0.01", "--epochs", "9")
    rows = read_record(tmp_path / "run")
    assert len(rows) == 2  # the patience
    assert f"{rows[-1].training_seconds:.1f} s of training to a validation accuracy of 0.01" in said


@pytest.mark.slow
def test_it_measures_and_ends(tmp_path):
    assert "images per second with 50 images a step" in run(tmp_path, "--throughput", "--batch-size", "50")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("name", ["throughput", "reached_target", "time_to_accuracy", "train", "main"])
def test_it_has_the_functions_that_the_notebook_asks_for(name):
    load_script(SCRIPT, needs=[name])
