"""What Lab 3's stored runs show is what its notebooks say, and its sweeps take the rates that the tuning found."""

import shlex
from pathlib import Path

import numpy as np
import pytest

from scalelab.experiments.large_batch import read_sweep_runs
from scalelab.experiments.noise_scale import read_noise_runs
from scalelab.experiments.ridge import ridge
from scalelab.experiments.steps_to_target import best_rates, read_steps
from scalelab.experiments.sweep import read_sweep, trials
from scalelab.figures.lab3.tricks import by_optimizer, updates_of_epochs
from scalelab.train.script import load_script

LAB = Path(__file__).parents[2] / "labs" / "source" / "lab3_large_batch"
SWEEPS = ("tuning", "tricks", "ridge", "why", "steps_to_target_tuning", "steps_to_target", "epochs")
LEVEL = 0.008  # the standard error of an accuracy on 4,000 images
RECIPES = {"small-batch": "small batch", "sgd": "linear, warmup, ghost", "lars": "LARS", "larc": "LARC",
           "lamb": "LAMB", "novograd": "NovoGrad", "adam": "Adam", "adagrad": "AdaGrad"}  # fmt: skip


@pytest.fixture(scope="module")
def tricks():
    return read_sweep_runs(LAB / "measured_tricks.json")


@pytest.mark.parametrize("name", SWEEPS)
def test_the_stored_runs_are_those_of_the_sweep(name):
    sweep, measured = read_sweep(LAB / f"{name}.toml"), read_sweep_runs(LAB / f"measured_{name}.json")
    common = shlex.split(sweep.common)
    asked = {(run, seed): " ".join([*common, *shlex.split(arguments), "--seed", str(seed)])
             for run, arguments in sweep.runs.items() for seed in sweep.seeds}  # fmt: skip
    assert {(run.name, run.seed): run.arguments for run in measured.runs} == asked


@pytest.mark.parametrize("file", sorted(LAB.glob("*.toml")), ids=lambda file: file.stem)
def test_the_script_knows_all_that_a_sweep_asks_of_it(file, monkeypatch):
    monkeypatch.syspath_prepend(str(LAB))
    script = load_script(LAB / "cifar10.py", needs=["parse_arguments"])
    for trial in trials(read_sweep(file), LAB, Path("runs")):
        monkeypatch.setattr("sys.argv", ["cifar10.py", *trial.arguments])
        asked = script.parse_arguments()
        assert asked.seed == trial.seed
        assert not asked.batch_size % trial.workers


@pytest.mark.parametrize(("before", "after"), [
    ("plain", "sqrt"), ("linear", "linear, warmup"), ("linear, constant warmup", "linear, warmup"),
    ("linear, warmup", "linear, warmup, ghost"), ("rate held", "rate held, weights averaged"),
    ("noise put back twice", "linear, warmup"), ("SGD, too high", "LARS"), ("LARS, one rate for all", "LARS"),
    ("linear, warmup, ghost", "LARS"), ("linear, warmup at 1024", "sqrt, warmup at 1024"),
    ("sqrt, warmup, ghost at 1024", "LARS at 1024"),
])  # fmt: skip
def test_what_the_notebook_calls_better_is_better(tricks, before, after):
    effect = tricks.effect(before, after)
    assert effect.mean > 0, str(effect)
    assert effect.clear, str(effect)


def test_a_batch_that_grows_is_a_rate_that_falls_with_fewer_updates(tricks):
    """Smith et al. 2018, figure 1: the curves lie on one another."""
    falls, grows = (
        np.array([[row.validation_accuracy for row in run.rows] for run in tricks.of(name)]).mean(axis=0)
        for name in ("rate falls", "batch grows")
    )
    assert np.abs(falls - grows).max() < 0.03
    assert abs(falls[-1] - grows[-1]) < 0.01
    assert [run_updates(tricks.of(name)[0]) for name in ("rate falls", "batch grows")] == [1536, 888]


def run_updates(run):
    return sum(updates_of_epochs(run))


def test_lars_trains_at_ten_times_the_rate_at_which_sgd_does_not(tricks):
    lars, sgd = "LARS", "SGD, too high"
    lrs = [float(tricks.of(name)[0].option("--lr")) for name in (lars, sgd)]
    assert lrs[0] >= 10 * lrs[1]
    assert tricks.last(sgd).max() < tricks.last(lars).min() - 0.05
    assert tricks.last(lars).std() < tricks.last(sgd).std() / 2


def test_the_ridge_is_broad_for_small_batches_and_ends_at_a_cliff_for_large_ones():
    found = ridge(read_sweep_runs(LAB / "measured_ridge.json"))
    best = dict(zip(found.sizes, found.best, strict=True))
    at = {size: dict(zip(found.lrs, row, strict=True)) for size, row in zip(found.sizes, found.means, strict=True)}
    assert all(min(found.lrs) < lr < max(found.lrs) for lr in best.values())
    for size in (16, 32, 64):
        assert at[size][best[size]] - at[size][best[size] / 4] < 0.04
    for size in (256, 512, 1024, 2048):
        assert at[size][best[size]] - max(at[size][lr] for lr in found.lrs if lr >= 0.2) > 0.08
        assert best[size] <= 0.1


def test_equal_updates_close_most_of_the_gap():
    why = read_sweep_runs(LAB / "measured_why.json")
    lost, left = why.effect("small", "epochs"), why.effect("small", "updates")
    assert lost.mean < 0
    assert lost.clear
    assert left.mean > lost.mean / 3


@pytest.mark.parametrize(("dataset", "factor"), [("fashion_mnist", 2), ("cifar10", 3)])
def test_the_noise_scale_tells_the_knee_of_the_steps_within_a_small_factor(dataset, factor):
    measured = read_noise_runs(LAB / f"measured_noise_scale_{dataset}.json")
    assert 1 / factor < measured.scales().mean() / measured.curve().critical < factor


def test_steps_halve_at_first_and_hardly_fall_in_the_end():
    measured = read_steps(LAB / "measured_steps_to_target.json")
    steps = [np.nanmean(measured.steps(size)) for size in measured.batch_sizes]
    assert steps[0] / steps[1] > 1.6
    assert steps[-2] / steps[-1] < 1.4


def test_every_optimizer_tried_as_many_rates_and_runs_with_the_best(tricks):
    tried = by_optimizer(read_sweep_runs(LAB / "measured_tuning.json"))
    assert {len(lrs) for lrs in tried.values()} == {4}
    for optimizer, lrs in tried.items():
        best = max(lrs, key=lrs.get)
        assert min(lrs) < best < max(lrs), f"{optimizer}: the best rate that was tried is the last one on its side"
        run = tricks.of(RECIPES[optimizer])[0]
        k = int(run.option("--batch-size")) / int(run.option("--base-batch"))
        taken = float(run.option("--lr")) * k
        if optimizer == "small-batch":  # at the rate from which the others are scaled, as good as the best
            assert lrs[taken] > lrs[best] - LEVEL
        else:
            assert taken == pytest.approx(best)


def test_the_rate_hardly_matters_for_a_small_batch_and_decides_for_a_large_one():
    tuning = read_sweep_runs(LAB / "measured_steps_to_target_tuning.json")
    run = tuning.runs[0]
    target, patience = float(run.option("--target")), int(run.option("--patience"))
    epochs: dict[int, list[float]] = {}
    for name in tuning.names:
        (arrived,) = tuning.to_target(name, "epoch", target, patience)
        epochs.setdefault(int(name.split()[0]), []).append(np.inf if np.isnan(arrived) else arrived)
    assert all(max(tried) - min(tried) <= 4 for size, tried in epochs.items() if size <= 128)
    assert all(max(tried) > 2 * min(tried) for size, tried in epochs.items() if size >= 512)


def test_every_batch_size_runs_with_the_rate_that_needed_the_fewest_steps():
    measured = read_steps(LAB / "measured_steps_to_target.json").measured
    best = best_rates(read_sweep_runs(LAB / "measured_steps_to_target_tuning.json"))
    assert {int(name): float(measured.of(name)[0].option("--lr")) for name in measured.names} == best
