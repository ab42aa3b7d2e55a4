"""The noise scale along a run, and how sharp an end is, from stored numbers."""

import numpy as np
import pytest
import torch

from scalelab.experiments.noise_scale import NoiseRun, NoiseRuns
from scalelab.experiments.sharpness import Minimum, measure_minimum


def noise_run(scales, accuracies, batch_size=64, workers=2, steps=50, seed=0):
    """Lengths as they are on average with |G|^2 = 1 and these noise scales, one an epoch, and a little wobble."""
    random, own = np.random.default_rng(seed), batch_size // workers
    small = [1 + scale / own + random.normal(0, 1e-3) for scale in scales for _ in range(steps)]
    large = [1 + scale / batch_size + random.normal(0, 1e-3) for scale in scales for _ in range(steps)]
    return NoiseRun("nothing", batch_size, workers, 0.1, seed, small, large, accuracies)


def test_each_epoch_has_the_noise_scale_of_its_steps():
    run = noise_run([20, 200], [0.1, 0.2])
    assert [part.value for part in run.parts()] == pytest.approx([20, 200], rel=0.02)


def test_epochs_of_few_steps_are_taken_together():
    run = noise_run([20, 20, 20, 200, 200, 200], [0.1, 0.2, 0.3, 0.4, 0.5, 0.6], steps=6)
    assert run.epochs_per_part == 3
    assert [part.value for part in run.parts()] == pytest.approx([20, 200], rel=0.05)
    assert [part.value for part in run.parts(0.2)] == pytest.approx([20], rel=0.05)


def test_on_the_way_to_a_target_every_epoch_until_it_counts_once():
    run = noise_run([20, 40, 1000], [0.1, 0.5, 0.9])
    assert run.epochs_to(0.5) == 2
    assert run.on_the_way(0.5) == pytest.approx(30, rel=0.02)
    assert run.epochs_to(2) == 3


def test_a_target_is_kept_when_it_was_there_as_often_in_a_row_as_asked():
    run = noise_run([20, 40, 60, 80, 1000], [0.5, 0.1, 0.5, 0.6, 0.7])
    assert [run.epochs_to(0.5, patience) for patience in (1, 2, 3, 4)] == [1, 4, 5, 5]
    assert run.on_the_way(0.5, patience=2) == pytest.approx(50, rel=0.02)


def test_the_knee_is_that_of_the_stored_steps():
    steps = {size: [100 * (1 + 64 / size)] * 2 for size in (8, 32, 128, 512)}
    runs = NoiseRuns(0.5, 1, steps, [noise_run([60, 70], [0.1, 0.5], seed=seed) for seed in (0, 1)])
    assert runs.curve().critical == pytest.approx(64, rel=0.01)
    assert runs.scales() == pytest.approx([65, 65], rel=0.05)


def test_the_width_of_a_parabola_is_the_root_of_the_rise():
    steps = np.linspace(-1, 1, 201)
    minimum = Minimum("bowl", 16, 0, [2.0], steps.tolist(), (3 + 4 * steps**2).tolist())
    assert minimum.width(1.0) == pytest.approx(0.5, rel=1e-3)


def test_an_end_is_measured_and_left_as_it_was():
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(12, 3))
    before = [weight.clone() for weight in model.parameters()]
    X, y = torch.randn(30, 3, 2, 2), torch.randint(0, 3, (30,))
    eigenvalues, steps, loss = measure_minimum(model, X, y, directions=[0, 1], points=5)
    assert eigenvalues == sorted(eigenvalues, reverse=True)
    assert (len(steps), len(loss), steps[2]) == (5, 5, 0)
    assert loss[2] == pytest.approx(torch.nn.functional.cross_entropy(model(X), y).item(), rel=1e-5)
    assert all(torch.equal(old, new) for old, new in zip(before, model.parameters(), strict=True))
