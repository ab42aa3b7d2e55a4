"""The stored runs of notebook 4.2: what its sentences say."""

import numpy as np
import pytest

from scalelab.analysis.evidence.comparison import compare
from scalelab.errors import ScaleLabError
from scalelab.experiments.asynchrony import METHODS, SCENES, AsynchronyRun, AsynchronyRuns, read_asynchrony
from scalelab.experiments.stored import write_stored
from scalelab.places import COURSE

SYNCHRONOUS, BACKUP, BOUNDED, ASYNCHRONOUS, LOCAL = range(5)  # as METHODS has them
NEVER = float("inf")
STORED = COURSE / "source" / "lab4_communication" / "measured_asynchrony.json"


def run(accuracy, method="a", scene="b", seed=0):
    return AsynchronyRun(method, scene, 0.1, seed, [float(k) for k in range(1, len(accuracy) + 1)], accuracy)


def test_what_is_stored_is_read_again(tmp_path):
    runs = AsynchronyRuns({"machine": "one"}, "some", 8, 32, 0.3, {"a": 0.1}, [run([0.1])], [run([0.1, 0.5])])
    write_stored(runs, tmp_path / "runs.json")
    assert read_asynchrony(tmp_path / "runs.json") == runs
    with pytest.raises(ScaleLabError, match=r"`python bench/asynchrony\.py` makes it"):
        read_asynchrony(tmp_path / "none.json")


@pytest.mark.parametrize(("accuracy", "wanted"), [
    ([0.1, 0.3, 0.3, 0.3], 4), ([0.9, 0.0, 0.0, 0.0], 3), ([0.3, 0.2, 0.3, 0.2], NEVER), ([0.3, 0.3], NEVER),
])  # fmt: skip
def test_the_mean_of_three_in_a_row_is_what_arrives(accuracy, wanted):
    assert run(accuracy).seconds_to(0.3) == wanted


def test_runs_are_found_by_method_and_scene():
    runs = AsynchronyRuns({}, "", 8, 32, 0.3, {}, [], [run([0.3] * 4, seed=1), run([0.4] * 3), run([0.5] * 3, "c")])
    assert [one.seed for one in runs.of("a", "b")] == [0, 1]
    assert np.array_equal(runs.to_target("a", "b"), [3, 3])


def test_every_rate_that_was_chosen_lies_inside_its_grid():
    for method, lr in read_asynchrony(STORED).lrs.items():
        assert min(METHODS[method].lrs) < lr < max(METHODS[method].lrs), method


def logs(scene):
    """Seconds to the target by their logarithms, (seeds, methods); NaN where a seed never arrived."""
    stored = read_asynchrony(STORED)
    seconds = np.array([stored.to_target(method, scene) for method in METHODS]).T
    return compare(np.log(np.where(np.isfinite(seconds), seconds, np.nan)))


def test_all_alike_who_does_not_wait_arrives_first_and_backups_bring_nothing():
    found = logs("all alike")
    assert [list(METHODS)[one] for one in found.smallest()] == ["at most 3 steps apart", "asynchronous"]
    assert np.exp(found.means[[SYNCHRONOUS, ASYNCHRONOUS]]) == pytest.approx([111, 63], abs=0.5)
    assert not found.differ(SYNCHRONOUS, BACKUP)
    assert found.differ(LOCAL, ASYNCHRONOUS)
    assert found.differ(LOCAL, SYNCHRONOUS)


def test_one_slow_worker_stops_all_but_the_asynchronous_and_those_with_a_backup():
    found = logs("one four times as slow")
    assert found.smallest() == [ASYNCHRONOUS]
    assert found.differ(BACKUP, SYNCHRONOUS)
    assert found.seeds[BACKUP] == 7
    for one in (BOUNDED, LOCAL):
        assert not found.differ(SYNCHRONOUS, one)
    assert np.exp(found.means[SYNCHRONOUS] - found.means[ASYNCHRONOUS]) == pytest.approx(3.5, abs=0.2)


def test_after_as_many_gradients_local_sgd_is_the_most_accurate():
    stored = read_asynchrony(STORED)
    ends = compare(np.array([[-np.mean(one.accuracy[-6:]) for one in stored.of(method, "all alike")]
                             for method in METHODS]).T)  # fmt: skip
    assert ends.smallest() == [LOCAL]


def test_every_method_has_eight_seeds_in_every_scene():
    stored = read_asynchrony(STORED)
    for method in METHODS:
        for scene in SCENES:
            assert [one.seed for one in stored.of(method, scene)] == list(range(8))
