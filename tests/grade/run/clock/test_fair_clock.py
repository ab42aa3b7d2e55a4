"""The clock of a run counts what the machine could do: twice as slow, half as much."""

import pytest

from scalelab.grade.run.clock.fair_clock import SLOWEST, FairClock, WallClock, shares_left

PROBE = 0.01


@pytest.fixture
def clock_of():
    """Makes a clock of two ranks on cores that read so many times as slow as before, beside others' load."""

    def make(*slowness, load=0.0):
        return FairClock(PROBE, lambda: [PROBE * times for times in slowness], lambda: load, needed=2)

    return make


def run(clock, seconds):
    """Look ten times a second, as a launch does."""
    for tenth in range(round(10 * seconds) + 1):
        clock.look(tenth / 10)
    return clock


def test_on_a_machine_as_it_was_every_second_counts(clock_of):
    clock = run(clock_of(1, 1), 60)
    assert clock.at_least == pytest.approx(60)
    assert clock.at_most == pytest.approx(60)
    assert clock.trusted()


@pytest.mark.parametrize(
    ("slowness", "load", "least", "most"),
    [
        ((2, 2), 0.0, 0.5, 0.5),  # a slower clock, a neighbour in the data centre
        ((0.5, 0.5), 0.0, 2.0, 2.0),  # it was slow when the budget was measured
        ((1, 2), 0.0, 0.5, 1.0),  # whoever made one of them slow
        ((1, 1), 0.5, 0.5, 0.75),  # another process beside one of the ranks
        ((1, 1), 1.0, 0.5, 0.5),
        ((1, 2), 0.5, 0.25, 0.75),
        ((9, 9), 2.0, SLOWEST, SLOWEST),
        ((), 0.0, 1.0, 1.0),  # nothing was read yet
    ],
)
def test_a_second_counts_for_what_the_ranks_could_do_in_it(clock_of, slowness, load, least, most):
    clock = clock_of(*slowness, load=load)
    run(clock, 1)  # until the first look around, seconds count in full
    first = clock.at_least
    run(clock, 101)
    assert (clock.at_least - first) / 100 == pytest.approx(least, abs=0.011)
    assert (clock.at_most - first) / 100 == pytest.approx(most, abs=0.011)


def test_of_many_cores_the_fastest_carry_the_ranks(clock_of):
    clock = run(clock_of(1, 1, 4, 4, 4), 100)
    assert clock.at_least == pytest.approx(100)


def test_what_counted_at_a_moment_can_be_asked_later():
    slowness = [1.0]
    clock = FairClock(PROBE, lambda: [PROBE * slowness[0]] * 2, lambda: 0.0, needed=2)
    run(clock, 50)
    slowness[0] = 4.0
    for tenth in range(501, 1001):
        clock.look(tenth / 10)
    assert clock.counted(0.0) == 0.0
    assert clock.counted(25.0) == pytest.approx(25.0)
    assert clock.counted(50.0) == pytest.approx(50.0)
    assert clock.counted(90.0) == pytest.approx(50.0 + 0.25 * 40, abs=1.0)
    assert clock.counted(1e9) == clock.at_least


def test_a_run_on_a_machine_three_times_as_slow_is_not_trusted(clock_of):
    assert run(clock_of(2.5, 2.5), 100).trusted()
    assert not run(clock_of(3.5, 3.5), 100).trusted()


def test_on_the_wall_every_second_counts():
    clock = WallClock()
    assert (clock.look(7.0), clock.at_most, clock.counted(3.0), clock.trusted()) == (7.0, 7.0, 3.0, True)


@pytest.mark.parametrize(
    ("taken", "needed", "free", "worst", "even"),
    [
        (0.0, 2, 0, 1.0, 1.0),
        (0.5, 2, 0, 0.5, 0.75),  # one process beside one rank
        (1.0, 2, 0, 0.5, 0.5),  # one beside each
        (4 / 3, 2, 0, 1 / 3, 1 / 3),  # two beside each
        (0.1, 2, 0, 0.9, 0.95),
        (3.0, 2, 3, 1.0, 1.0),  # on cores that no rank needs
        (3.5, 2, 3, 0.5, 0.75),
        (9.0, 2, 0, 0.0, 0.0),
        (-0.1, 2, 0, 1.0, 1.0),
    ],
)
def test_what_others_leave_of_a_core(taken, needed, free, worst, even):
    assert shares_left(taken, needed, free) == pytest.approx((worst, even))
