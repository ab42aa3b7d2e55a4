"""The script of Lab 3: what is switched on is what happens, on one rank as on two."""

from pathlib import Path

import pytest

from scalelab.experiments.noise_scale import read_noise
from scalelab.launch import launch
from scalelab.launch.launch import Limits
from scalelab.optim import scaled_lr
from scalelab.train import read_record
from scalelab.train.precision import VARIABLE
from scalelab.train.script import load_script

SCRIPT = Path(__file__).parents[2] / "labs" / "source" / "lab3_large_batch" / "cifar10.py"
NOISE = SCRIPT.with_name("noise.py")
SIZES = "--images 256 --validation 100 --epochs 2 --device cpu"
pytestmark = pytest.mark.ranks


@pytest.fixture
def float32(monkeypatch):
    """What is compared number by number is not rounded to eight bits."""
    monkeypatch.setenv(VARIABLE, "float32")


def run(folder, options, workers=2):
    """The run record of the script with these options."""
    arguments = [*SIZES.split(), *options.split(), "--out", str(folder)]
    outcome = launch(SCRIPT, arguments, workers, limits=Limits(seconds=600))
    assert outcome.ended == "finished", outcome.reason
    return read_record(folder)


@pytest.mark.slow
@pytest.mark.usefixtures("float32")
def test_with_ghost_batch_norm_two_ranks_train_exactly_as_one(tmp_path):
    """A rank's ghost batches are those that one rank would have had: batch norm does not see the number of workers."""
    options = "--batch-size 64 --ghost-size 16 --scale sqrt --base-batch 16 --warmup 1 --grow-at 1"
    two, one = run(tmp_path / "two", options), run(tmp_path / "one", options, workers=1)
    assert [row.loss for row in two] == pytest.approx([row.loss for row in one], rel=1e-4)
    assert [row.effective_batch_size for row in two] == [64, 256]
    assert [row.images for row in two] == [256, 512]
    assert two[-1].lr == pytest.approx(scaled_lr(0.1, 4, "sqrt"))


@pytest.mark.slow
@pytest.mark.one_in(2)
@pytest.mark.parametrize("options", [
    "--optimizer lars --lr 5", "--optimizer larc", "--optimizer lamb --lr 0.01", "--optimizer novograd --lr 0.01",
    "--optimizer adam --lr 0.001", "--optimizer adagrad --lr 0.01", "--noise-of 16", "--decay steps", "--decay cosine",
    "--tuning", "--augment", "--average-from 1", "--augment --ghost-size 8 --average-from 1",
    "--decay one-cycle", "--warmup 0.5 --scale sqrt --base-batch 16 --warmup-kind constant", "--synchronised-norm",
    "--added-noise 0.0001",
])  # fmt: skip
def test_everything_that_can_be_switched_on_trains(options, tmp_path):
    first, last = run(tmp_path, f"--batch-size 64 {options}")
    assert last.loss < first.loss


@pytest.mark.slow
@pytest.mark.usefixtures("float32")
def test_what_the_learner_writes_trains_as_what_the_library_has(tmp_path):
    """Their ghost batches have other images, so a batch of one ghost batch is what both do alike."""
    options = "--batch-size 32 --ghost-size 16 --scale sqrt --base-batch 8 --warmup 1 --optimizer lars --lr 2"
    own, library = run(tmp_path / "own", f"{options} --own"), run(tmp_path / "library", options)
    assert [row.loss for row in own] == pytest.approx([row.loss for row in library], rel=1e-3)


def test_accuracy_is_measured_every_so_many_epochs_and_at_the_end_and_the_weights_are_kept(tmp_path):
    rows = run(tmp_path, "--batch-size 64 --epochs 3 --every 2 --keep", workers=1)
    assert [row.epoch for row in rows] == [2, 3]
    assert [path.name for path in tmp_path.glob("*.safetensors")] == ["epoch-003.safetensors"]


def test_two_ranks_keep_the_lengths_of_their_gradients_alone_and_together(tmp_path):
    """The mean of two is not longer than they are on average, and by much shorter only if they pull apart."""
    options = "--images 128 --validation 50 --epochs 2 --batch-size 16 --device cpu"
    arguments = [*options.split(), "--out", str(tmp_path / "noise.json")]
    outcome = launch(NOISE, arguments, 2, limits=Limits(seconds=600))
    assert outcome.ended == "finished", outcome.reason
    kept = read_noise(tmp_path / "noise.json")
    assert (len(kept.small), len(kept.large), kept.steps_per_epoch, len(kept.accuracies)) == (16, 16, 8, 2)
    assert all(0 < large <= small for small, large in zip(kept.small, kept.large, strict=True))
    assert sum(kept.large) > sum(kept.small) / 3


@pytest.mark.slow
@pytest.mark.usefixtures("float32")
def test_with_synchronised_batch_norm_two_ranks_train_exactly_as_one(tmp_path):
    """Every image is normalised with all others of its step, wherever they are; the same noise is added everywhere."""
    options = "--batch-size 64 --synchronised-norm --added-noise 0.0001 --warmup 1 --warmup-kind constant"
    two, one = run(tmp_path / "two", options), run(tmp_path / "one", options, workers=1)
    assert [row.loss for row in two] == pytest.approx([row.loss for row in one], rel=1e-4)
    plain = run(tmp_path / "plain", "--batch-size 64 --synchronised-norm", workers=1)
    assert one[-1].loss != pytest.approx(plain[-1].loss, rel=1e-6)


@pytest.mark.parametrize(("kind", "lrs"), [("constant", (0.1, 0.1, 0.4)), ("gradual", (0.1, 0.25, 0.4))])
def test_warmup_is_a_jump_or_a_line(kind, lrs, monkeypatch):
    monkeypatch.syspath_prepend(str(SCRIPT.parent))
    options = f"--batch-size 256 --scale linear --warmup 2 --warmup-kind {kind}"
    monkeypatch.setattr("sys.argv", ["cifar10.py", *options.split()])
    script = load_script(SCRIPT, needs=["parse_arguments", "make_schedule"])
    lr = script.make_schedule(script.parse_arguments(), steps_per_epoch=4)
    assert [lr(step) for step in (0, 4, 8)] == pytest.approx(lrs)


@pytest.mark.slow
def test_a_run_ends_at_its_target_on_all_ranks(tmp_path):
    assert len(run(tmp_path, "--batch-size 64 --target 0.01 --patience 1")) == 1
