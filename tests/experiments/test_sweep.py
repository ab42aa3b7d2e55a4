"""A sweep over real ranks: everything is run once, what finished stays, what failed is told."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from harness.patience import waited

from scalelab.errors import ScaleLabError
from scalelab.experiments.sweep import read_sweep, run_trials, trials

SCRIPT = """
import argparse, time
from pathlib import Path
from scalelab.train import RunRecord
parser = argparse.ArgumentParser()
parser.add_argument("--value", type=float)
parser.add_argument("--seed", type=int)
parser.add_argument("--out", type=Path)
parser.add_argument("--wait", type=float, default=0)
given = parser.parse_args()
RunRecord(given.out).write(epoch=1, images=10, loss=given.value + given.seed)
time.sleep(given.wait)
if given.value < 0:
    raise ValueError("a value below 0")
"""
SWEEP = """
script = "script.py"
seeds = [0, 1]
[runs]
one = "--value 1"
two = "--value 2"
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "script.py").write_text(SCRIPT)
    (tmp_path / "sweep.toml").write_text(SWEEP)
    return tmp_path


def all_trials(folder):
    return trials(read_sweep(folder / "sweep.toml"), folder, folder / "out")


def test_a_seed_of_every_run_comes_before_the_next_seed(folder):
    found = all_trials(folder)
    assert [(trial.name, trial.seed) for trial in found] == [("one", 0), ("two", 0), ("one", 1), ("two", 1)]
    assert found[3].arguments == ["--value", "2", "--seed", "1"]
    assert not any(trial.finished for trial in found)


@pytest.mark.ranks
def test_all_are_run_once_and_again_only_what_has_changed(folder):
    ran = {(trial.name, trial.seed): outcome.ended for trial, outcome in run_trials(all_trials(folder), at_once=2)}
    assert ran == dict.fromkeys([("one", 0), ("two", 0), ("one", 1), ("two", 1)], "finished")
    assert [trial.rows[0].loss for trial in all_trials(folder)] == [1, 2, 2, 3]
    assert list(run_trials(all_trials(folder))) == []
    (folder / "sweep.toml").write_text(SWEEP.replace("--value 2", "--value 5").replace("[0, 1]", "[0]"))
    assert [trial.name for trial, _ in run_trials(all_trials(folder))] == ["two"]
    assert [trial.rows[0].loss for trial in all_trials(folder)] == [1, 5]


@pytest.mark.ranks
def test_a_run_that_fails_is_told_and_tried_again(folder):
    (folder / "sweep.toml").write_text(SWEEP.replace("--value 2", "--value -1").replace("[0, 1]", "[0]"))
    outcomes = {trial.name: outcome for trial, outcome in run_trials(all_trials(folder))}
    assert outcomes["one"].ended == "finished"
    assert "ValueError: a value below 0" in outcomes["two"].reason
    assert [trial.name for trial in all_trials(folder) if not trial.finished] == ["two"]


@pytest.mark.ranks
def test_a_sweep_that_is_interrupted_leaves_no_rank_and_keeps_what_had_finished(folder, survivors):
    (folder / "sweep.toml").write_text(SWEEP.replace("--value 2", "--value 2 --wait 600").replace("[0, 1]", "[0]"))
    command = [sys.executable, "-m", "scalelab.cli", "sweep", "sweep.toml", "--out", "out", "--at-once", "2"]
    sweep = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    one, two = all_trials(folder)
    assert waited(lambda: one.finished and two.rows, 60)
    sweep.send_signal(signal.SIGINT)
    _, said = sweep.communicate(timeout=600)
    assert sweep.returncode == 130
    assert "Interrupted" in said
    assert one.finished
    assert not two.finished
    assert waited(lambda: not survivors())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("script = 3", "is no sweep: Expected `str`"),
        ('script = "a.py"', "missing required field `runs`"),
        ('script = "a.py"\nrnus = {}\n[runs]\na = ""', "unknown field `rnus`"),
        ('script = "a.py"\n[runs]', "asks for nothing"),
        ("script", "is no sweep"),
    ],
)
def test_a_file_that_is_no_sweep_gets_one_sentence(tmp_path, text, words):
    (tmp_path / "sweep.toml").write_text(text)
    with pytest.raises(ScaleLabError, match=words):
        read_sweep(tmp_path / "sweep.toml")


def test_a_missing_file_gets_one_sentence(tmp_path):
    with pytest.raises(ScaleLabError, match="There is no sweep"):
        read_sweep(Path(tmp_path / "nothing.toml"))
