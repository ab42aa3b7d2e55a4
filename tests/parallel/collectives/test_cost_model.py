"""What a message costs: the ring's own arithmetic, and a fit that finds what made the times."""

import numpy as np
import pytest

from scalelab.errors import ScaleLabError
from scalelab.launch.timeline import Event, Timeline
from scalelab.parallel.collectives.cost_model import MessageCost, fit_message_cost, seconds_by_size, undisturbed

COST = MessageCost(latency=1e-4, bandwidth=1e9)
SIZES = [256, 4096, 65536, 2**20]


def ring(size, workers, cost):
    """Seconds of a ring all-reduce, turn by turn: each worker sends a chunk to the next, until all have all sums."""
    held, rounds = [{chunk: {worker} for chunk in range(workers)} for worker in range(workers)], 0  # whose parts
    while any(len(parts) < workers for mine in held for parts in mine.values()):
        sent = [(worker - rounds) % workers for worker in range(workers)]
        passed = [set(held[worker][chunk]) for worker, chunk in enumerate(sent)]
        for worker, (chunk, parts) in enumerate(zip(sent, passed, strict=True)):
            held[(worker + 1) % workers][chunk] |= parts
        rounds += 1
    return rounds * (cost.latency + size / workers / cost.bandwidth)


@pytest.mark.parametrize("workers", [1, 2, 3, 4, 8])
@pytest.mark.parametrize("size", [100, 10**7])
def test_it_is_what_a_ring_played_turn_by_turn_takes(workers, size):
    assert COST.seconds(size, workers) == pytest.approx(ring(size, workers, COST))


def test_latency_grows_with_the_workers_and_bytes_hardly_do():
    latency = [COST.seconds(0, workers) for workers in (2, 64)]
    of_bytes = [MessageCost(0, 1e9).seconds(10**8, workers) for workers in (2, 64)]
    assert latency[1] == pytest.approx(63 * latency[0])
    assert of_bytes[0] < of_bytes[1] < 2 * of_bytes[0]


@pytest.mark.parametrize("workers", [2, 5])
def test_the_fit_finds_the_cost_that_made_the_times(workers):
    found = fit_message_cost(SIZES, COST.seconds(SIZES, workers), workers)
    assert found.latency == pytest.approx(COST.latency)
    assert found.bandwidth == pytest.approx(COST.bandwidth)
    even = found.crossover_bytes(workers)
    assert found.seconds(even, workers) == pytest.approx(2 * found.seconds(0, workers))


def test_the_fit_is_not_decided_by_the_largest_message_alone():
    noise = np.random.default_rng(0).uniform(0.9, 1.1, len(SIZES))
    found = fit_message_cost(SIZES, COST.seconds(SIZES, 2) * noise, 2)
    assert found.seconds(SIZES, 2) == pytest.approx(COST.seconds(SIZES, 2), rel=0.15)


@pytest.mark.parametrize(
    ("sizes", "seconds", "workers", "words"),
    [([1, 2], [1, 1], 1, "2 workers or more"), ([8, 8], [1, 1], 2, "two sizes"), ([1, 1000], [2, 1], 2, "do not grow")],
)
def test_times_that_do_not_tell_are_refused(sizes, seconds, workers, words):
    with pytest.raises(ScaleLabError, match=words):
        fit_message_cost(sizes, seconds, workers)


def test_half_of_the_messages_may_be_disturbed_without_changing_what_one_takes():
    assert undisturbed([1.0, 1.0, 1.0, 9.0, 20.0, 50.0]) == pytest.approx(1.0)


def test_messages_are_sorted_by_their_bytes_without_the_warm_up():
    events = []
    for number in range(5):
        for size, start in ((2000, 10.0 * number), (100, 10.0 * number + 5)):
            seconds = 1.0 if number < 2 else size / 1000
            events += [
                Event(str(size), "NEGOTIATE_ALLREDUCE", start, 0.1),
                Event(str(size), "ALLREDUCE", start + 0.1, seconds + 0.1, 0, size),
                Event(str(size), "GLOO_ALLREDUCE", start + 0.1, seconds, 1),
            ]
    found = seconds_by_size(Timeline(tuple(events), (), (), True), skip=2)
    assert list(found) == [100, 2000]
    assert found[100] == pytest.approx([0.1] * 3)
    assert found[2000] == pytest.approx([2.0] * 3)
