"""The laws of waiting and of not waiting, beside simulations that know nothing of them."""

import numpy as np
import pytest

from scalelab.errors import ScaleLabError
from scalelab.parallel.asynchronous.durations import constant, exponential, lognormal, with_slow_worker
from scalelab.parallel.asynchronous.laws import (
    best_backups,
    delayed_descent,
    first_of,
    harmonic,
    largest_lr,
    mean_staleness,
    momentum_of_asynchrony,
)
from scalelab.parallel.asynchronous.schedule import asynchronous, stale_synchronous, synchronous_seconds
from scalelab.parallel.asynchronous.simulated import not_together
from scalelab.parallel.asynchronous.steps import sgd, staleness_aware_sgd

LAWS = {
    "exponential": exponential,
    "constant": constant,
    "lognormal": lognormal,
    "one slow": with_slow_worker(exponential, slow=0, factor=4.0),
}


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("workers", [2, 4, 8, 16])
def test_the_mean_staleness_is_that_of_the_others_whatever_their_speeds(law, workers):
    updates = asynchronous(workers, 40_000, LAWS[law])
    assert np.mean([update.staleness for update in updates]) == pytest.approx(mean_staleness(workers), rel=1e-3)


@pytest.mark.parametrize(("workers", "wanted"), [(8, 2.718), (32, 4.058), (100, 5.187)])
def test_a_synchronous_step_waits_for_the_slowest(workers, wanted):
    assert harmonic(workers) == pytest.approx(wanted, abs=1e-3)
    assert synchronous_seconds(workers, 40_000, exponential).mean() == pytest.approx(wanted, rel=0.01)


def test_backup_workers_take_the_tail_away():
    assert first_of(96, 4) == pytest.approx(3.10, abs=0.01)
    assert synchronous_seconds(96, 20_000, exponential, backups=4).mean() == pytest.approx(first_of(96, 4), rel=0.01)
    assert synchronous_seconds(96, 20_000, exponential, backups=4).mean() < 0.7 * harmonic(100)


@pytest.mark.parametrize(("spread", "backups", "gain"), [(0.1, 7, 1.12), (0.2, 12, 1.27), (0.5, 22, 1.60)])
def test_the_best_number_of_backups(spread, backups, gain):
    found, found_gain = best_backups(100, spread)
    assert found == backups
    assert found_gain == pytest.approx(gain, abs=0.01)


def train_by(updates, workers, start, gradient, step):
    """The weights before the first and after each update, (updates + 1, n)."""
    return np.array([start, *(moment.weights for moment in not_together(updates, workers, start, gradient, step))])


def paths(workers, updates, count, law, lr=0.02):
    """Mean distances of w from 0, over many runs on w^2 / 2, (updates + 1,)."""
    found = [train_by(asynchronous(workers, updates, law, seed), workers, np.ones(1), lambda w, _: w, sgd(lr))[:, 0]
             for seed in range(count)]  # fmt: skip
    return np.mean(found, axis=0)


@pytest.mark.slow
@pytest.mark.parametrize("workers", [2, 4, 8])
def test_asynchrony_with_exponential_times_is_momentum(workers):
    """Mitliagkas and others (2016): in the mean, steps follow the last one by 1 - 1/M and the gradient by lr / M."""
    lr, updates = 0.3 / workers, 60
    w = paths(workers, updates, 3000, exponential, lr)
    moves = np.diff(w)
    now, before, gradient = moves[workers:], moves[workers - 1 : -1], w[workers:-1]
    (momentum, pull), *_ = np.linalg.lstsq(np.stack([before, -gradient], axis=1), now, rcond=None)
    assert momentum == pytest.approx(momentum_of_asynchrony(workers), abs=0.03)
    assert pull == pytest.approx(lr / workers, rel=0.1)
    way = list(w[: workers + 1])  # from when each has come once
    while len(way) < len(w):
        way.append(way[-1] + momentum_of_asynchrony(workers) * (way[-1] - way[-2]) - lr / workers * way[-1])
    assert np.allclose(way, w, atol=0.005)


@pytest.mark.parametrize(("delay", "wanted"), [(0, 2.0), (1, 1.0), (3, 0.445), (7, 0.209)])
def test_a_gradient_that_is_late_asks_for_shorter_steps(delay, wanted):
    assert largest_lr(1.0, delay) == pytest.approx(wanted, abs=1e-3)
    assert largest_lr(4.0, delay) == pytest.approx(wanted / 4, abs=1e-3)
    below, above = (abs(delayed_descent(share * wanted, 1.0, delay, 4000)[-50:]).max() for share in (0.99, 1.01))
    assert below < 1
    assert above > 1


def test_dividing_by_the_staleness_mends_what_diverged():
    """Zhang and others (2015)."""
    workers, lr = 16, 0.4
    updates = asynchronous(workers, 3000, constant)
    plain, aware = (train_by(updates, workers, np.ones(1), lambda w, _: w, step(lr))[-1]
                    for step in (sgd, staleness_aware_sgd))  # fmt: skip
    assert abs(plain) > 1e3
    assert abs(aware) < 1e-3


@pytest.mark.parametrize("bound", [0, 1, 3])
def test_a_bound_on_staleness_holds_at_every_moment(bound):
    steps = [0] * 6
    for update in stale_synchronous(6, 3000, with_slow_worker(lognormal, 2, 5.0), bound):
        steps[update.worker] += 1
        assert max(steps) - min(steps) <= bound + 1
    assert max(steps) - min(steps) <= bound + 1


def test_a_bound_of_zero_is_synchronous():
    updates = stale_synchronous(5, 500, exponential, bound=0)
    rounds = [{update.worker for update in updates[k : k + 5]} for k in range(0, 500, 5)]
    assert all(workers == set(range(5)) for workers in rounds)


def test_one_worker_is_sgd():
    updates = asynchronous(1, 50, exponential)
    path = train_by(updates, 1, np.array([1.0, -2.0]), lambda w, _: 3 * w, sgd(0.1))
    assert np.allclose(path[-1], np.array([1.0, -2.0]) * 0.7**50)
    assert all(update.staleness == 0 for update in updates)


@pytest.mark.parametrize(("workers", "bound"), [(0, None), (2, -1)])
def test_what_makes_no_sense_is_refused(workers, bound):
    with pytest.raises(ScaleLabError, match="Expected a worker"):
        stale_synchronous(workers, 5, exponential, bound)
    with pytest.raises(ScaleLabError, match="Expected a curvature"):
        largest_lr(1.0, -1)
