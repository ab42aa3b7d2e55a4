"""The script of notebook 2.1 and its seven stages, on real ranks."""

import ast
import os
import subprocess
import sys
from itertools import accumulate, pairwise
from pathlib import Path

import pytest
import torch
from course.conversion.stages import EDITS, LABS, SERIAL, SOLVED, STAGES
from safetensors.torch import load_file
from torch.testing import assert_close

from scalelab.course.exercises.script_edits import with_edit, without_edit
from scalelab.errors import ScaleLabError
from scalelab.launch import launch
from scalelab.launch.launch import Limits
from scalelab.train import read_record

KEEP_WEIGHTS = Path(__file__).with_name("scripts") / "keep_weights.py"
LIMITS = Limits(seconds=600, stall_seconds=60)
TINY = ["--images", "128", "--epochs", "2", "--device", "cpu", "--out", "run"]


def run_ranks(folder, stage, *options, workers=2, batch_size=16, plain=False):
    """({rank: lines it printed}, {rank: state dict}) of a stage, whose script is laid into the folder."""
    said = {rank: [] for rank in range(workers)}

    def hear(progress):
        for line in progress.lines:
            if line.stream == "stdout" and line.rank is not None:
                said[line.rank].append(line.text)

    arguments = [folder / "weights", stage.write(folder), *TINY, "--batch-size", batch_size, *options]
    environment = dict(os.environ) | ({"PLAIN": "1"} if plain else {})
    outcome = launch(
        KEEP_WEIGHTS, arguments, workers, folder=folder, limits=LIMITS, environment=environment, watch=hear
    )
    assert outcome.ended == "finished", outcome.reason
    return said, {rank: load_file(folder / "weights" / f"rank-{rank}.safetensors") for rank in range(workers)}


def run_serial(folder, *options, batch_size=16):
    command = [sys.executable, KEEP_WEIGHTS, folder / "weights", SERIAL, *TINY, "--batch-size", batch_size, *options]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [str(word) for word in command], cwd=folder, env=environment, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, load_file(folder / "weights" / "rank-0.safetensors")


def trained(state):
    """The weights, without the running statistics of batch norm."""
    return {name: values for name, values in state.items() if "running" not in name and "num_batches" not in name}


def same(one, other):
    return all(torch.equal(one[name], other[name]) for name in one)


@pytest.fixture
def place(tmp_path):
    """place("name"): an own folder for a run."""

    def make(name):
        (tmp_path / name).mkdir()
        return tmp_path / name

    return make


@pytest.fixture(scope="module")
def two_ranks(tmp_path_factory):
    """two_ranks(number): what two ranks of that stage left behind, (folder, said, weights); each is run once."""
    runs = {}

    def run(number):
        if number not in runs:
            folder = tmp_path_factory.mktemp(f"stage-{number}")
            runs[number] = folder, *run_ranks(folder, STAGES[number])
        return runs[number]

    return run


def lines(stage):
    """The code of its script, the docstring left out."""
    return stage.text.splitlines()[ast.parse(stage.text).body[0].end_lineno :]


def test_every_stage_is_the_one_before_with_a_few_lines_marked_by_its_number():
    assert [stage.file[:6] for stage in STAGES[1:]] == [f"step_{number}" for number in range(1, 8)]
    for number, (before, after) in enumerate(pairwise(STAGES), start=1):
        new = set(lines(after)) - set(lines(before))
        assert len(new) <= 6, after.file
        assert any(f"step {number}" in line for line in new), after.file


def test_the_edits_lead_from_the_script_as_handed_out_to_the_solved_one_and_back():
    assert STAGES[0].text == SERIAL.read_text()
    assert STAGES[-1].text == SOLVED.read_text()
    backwards = accumulate(reversed(EDITS), without_edit, initial=SOLVED.read_text())
    assert list(backwards) == [stage.text for stage in reversed(STAGES)]


def test_no_edit_fits_the_script_in_which_it_is_made_already():
    for stage, edit in zip(STAGES[1:], EDITS, strict=True):
        with pytest.raises(ScaleLabError, match=f"{edit.name} does not fit"):
            with_edit(stage.text, edit)


def test_no_stage_and_no_edit_lies_where_learners_copies_are_made_from():
    handed_out = {path.name for path in (LABS / "source").rglob("*")}
    assert not handed_out & {stage.file for stage in STAGES[1:]}
    assert not [name for name in handed_out if name.endswith(".edit")]


@pytest.mark.slow
def test_one_process_trains_reports_and_goes_on_from_its_checkpoint(place):
    folder = place("one")
    said, whole = run_serial(folder, "--seed", "3")
    rows = read_record(folder / "run")
    assert [row.images for row in rows] == [128, 256]
    assert said.count("validation accuracy") == 2
    run_serial(folder, "--seed", "3", "--epochs", "1", "--out", "half")
    _, resumed = run_serial(folder, "--resume", "half")
    assert_close(resumed, whole, rtol=0, atol=1e-6)


def marks_of(number):
    """The stages before and after the broadcast are tried each time; all are judged by their records each time."""
    turn = [] if number in (3, 4) else [pytest.mark.slow, pytest.mark.one_in(4)]
    return [pytest.mark.together(f"stage {number}"), *turn]


each_stage = pytest.mark.parametrize("number", [pytest.param(n, marks=marks_of(n)) for n in range(1, 8)])


@pytest.mark.ranks
@each_stage
def test_two_ranks_run_every_stage_to_its_end(number, two_ranks):
    folder, said, _ = two_ranks(number)
    assert sum("validation accuracy" in line for line in said[0]) == 2
    assert len(said[1]) == (0 if number >= 2 else len(said[0]))
    if number == 1:
        return  # both write one record, and either may wipe out what the other wrote
    rows = read_record(folder / "run")
    assert [row.epoch for row in rows] == [1, 2]
    # The epoch is divided in step 5; that the parts belong together is told from step 6 on.
    assert rows[-1].images == (128 if number == 5 else 256)
    assert rows[-1].effective_batch_size == (32 if number >= 5 else 16)


@pytest.mark.ranks
@each_stage
def test_weights_agree_among_ranks_only_once_they_were_broadcast(number, two_ranks):
    _, _, weights = two_ranks(number)
    assert same(trained(weights[0]), trained(weights[1])) == (number >= 4)


@pytest.mark.slow
@pytest.mark.ranks
def test_one_rank_of_the_last_stage_is_the_serial_script(place):
    folder = place("serial")
    _, serial = run_serial(folder, "--seed", "3")
    _, weights = run_ranks(place("one-rank"), STAGES[-1], "--seed", "3", workers=1)
    assert_close(weights[0], serial, rtol=0, atol=1e-5)


@pytest.mark.ranks
def test_two_ranks_of_16_images_are_one_of_32(place):
    """Without batch norm: the same images at every step, whoever takes them, and the mean of their gradients."""
    at_two, at_one = place("two"), place("one")
    _, two = run_ranks(at_two, STAGES[-1], "--seed", "3", plain=True)
    _, one = run_ranks(at_one, STAGES[-1], "--seed", "3", workers=1, batch_size=32, plain=True)
    assert same(two[0], two[1])
    assert_close(two[0], one[0], rtol=0, atol=1e-5)
    for row, wanted in zip(read_record(at_two / "run"), read_record(at_one / "run"), strict=True):
        assert row.images == wanted.images
        assert row.loss == pytest.approx(wanted.loss, rel=1e-5)
        assert row.train_accuracy == pytest.approx(wanted.train_accuracy)
        assert row.validation_accuracy == pytest.approx(wanted.validation_accuracy)


@pytest.mark.ranks
def test_batch_norm_sees_a_ranks_own_part_only(two_ranks):
    """So the running statistics differ among ranks, while the weights do not; the checkpoint has those of rank 0."""
    folder, _, weights = two_ranks(7)
    assert not same(weights[0], weights[1])
    saved = torch.load(folder / "run" / "checkpoint.pt", weights_only=True)["model"]
    assert same(saved, weights[0])


@pytest.mark.slow
@pytest.mark.ranks
def test_ranks_go_on_from_a_checkpoint_that_one_of_them_reads(place):
    """Weights, momentum and the epochs done: as if the run had never been interrupted."""
    folder = place("resumed")
    _, whole = run_ranks(folder, STAGES[-1], "--seed", "3", plain=True)
    run_ranks(folder, STAGES[-1], "--seed", "3", "--epochs", "1", "--out", "half", plain=True)
    _, resumed = run_ranks(folder, STAGES[-1], "--resume", "half", plain=True)
    assert same(resumed[0], resumed[1])
    assert_close(resumed[0], whole[0], rtol=0, atol=1e-6)
