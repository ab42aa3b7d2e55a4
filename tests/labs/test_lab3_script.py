"""The script of Lab 3: what is switched on is what happens, on one rank as on two."""

from pathlib import Path

import pytest

from scalelab.optim import scaled_rate
from scalelab.parallel import launch
from scalelab.parallel.launch import Limits
from scalelab.train import read_record

SCRIPT = Path(__file__).parents[2] / "labs" / "source" / "lab3_large_batch" / "cifar10.py"
SIZES = "--images 256 --held-out 100 --epochs 2 --device cpu"
pytestmark = pytest.mark.ranks


def run(folder, options, workers=2):
    """The run record of the script with these options."""
    arguments = [*SIZES.split(), *options.split(), "--out", str(folder)]
    outcome = launch(SCRIPT, arguments, workers, limits=Limits(seconds=120))
    assert outcome.ended == "finished", outcome.reason
    return read_record(folder)


def test_with_ghost_batch_norm_two_ranks_train_exactly_as_one(tmp_path):
    """A rank's ghost batches are those that one rank would have had: batch norm does not see the number of workers."""
    options = "--batch-size 64 --ghost-size 16 --scale sqrt --base-batch 16 --warmup 1 --grow-at 1"
    two, one = run(tmp_path / "two", options), run(tmp_path / "one", options, workers=1)
    assert [row.loss for row in two] == pytest.approx([row.loss for row in one], rel=1e-4)
    assert [row.effective_batch_size for row in two] == [64, 256]
    assert [row.images for row in two] == [256, 512]
    assert two[-1].lr == pytest.approx(scaled_rate(0.1, 4, "sqrt"))


@pytest.mark.slow
@pytest.mark.parametrize("options", [
    "--optimizer lars --lr 5", "--optimizer larc", "--optimizer lamb --lr 0.01", "--optimizer novograd --lr 0.01",
    "--optimizer adam --lr 0.001", "--optimizer adagrad --lr 0.01", "--noise-of 16", "--decay steps", "--decay cosine",
    "--tuning",
])  # fmt: skip
def test_everything_that_can_be_switched_on_trains(options, tmp_path):
    first, last = run(tmp_path, f"--batch-size 64 {options}")
    assert last.loss < first.loss


@pytest.mark.slow
def test_a_run_ends_at_its_target_on_all_ranks(tmp_path):
    assert len(run(tmp_path, "--batch-size 64 --target 0.01 --patience 1")) == 1
