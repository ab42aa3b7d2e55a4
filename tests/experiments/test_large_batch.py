"""Stored runs of a sweep: what is read out of them is what was put in."""

import numpy as np
import pytest

from scalelab.errors import ScaleLabError
from scalelab.experiments.large_batch import SweepRun, SweepRuns, effect, read_sweep_runs
from scalelab.experiments.steps_to_target import StepsRuns, best_rates
from scalelab.experiments.stored import write_stored
from scalelab.train import Row


def run(name, seed, accuracies, arguments="", images=100, training=0.9):
    rows = [
        Row(seconds=1, epoch=epoch, images=images * epoch, images_per_second=1, loss=1, train_accuracy=training,
            validation_accuracy=accuracy)
        for epoch, accuracy in enumerate(accuracies, start=1)
    ]  # fmt: skip
    return SweepRun(name, seed, arguments, 1, rows)


def sweep(*runs):
    return SweepRuns({"machine": "none"}, "nothing", list(runs))


def test_the_last_accuracies_come_by_seed_and_the_gap_is_training_minus_validation():
    measured = sweep(run("a", 1, [0.1, 0.6]), run("a", 0, [0.2, 0.5]), run("b", 0, [0.3]))
    assert measured.names == ["a", "b"]
    assert measured.last("a").tolist() == [0.5, 0.6]
    assert measured.gap("a") == pytest.approx([0.4, 0.3])


def test_an_effect_is_paired_by_seed_and_clear_beyond_twice_its_standard_error():
    luck = [0.1, 0.2, 0.3]
    measured = sweep(
        *[run("before", seed, [0.3 + luck[seed]]) for seed in range(3)],
        *[run("after", seed, [0.35 + luck[seed] + 0.01 * (seed - 1)]) for seed in range(3)],
        run("after", 9, [0.9]),
    )
    found = measured.effect("before", "after")
    assert (found.mean, found.count) == (pytest.approx(0.05), 3)
    assert found.error == pytest.approx(0.01 / np.sqrt(3))
    assert found.clear
    assert not effect([0.01, -0.01, 0.005]).clear


def test_one_difference_has_no_spread():
    with pytest.raises(ScaleLabError, match="2 seeds or more but got 1"):
        effect([0.1])


def test_an_unknown_name_is_told_with_those_there_are():
    with pytest.raises(ScaleLabError, match="no run named 'c'; the runs are a, b"):
        sweep(run("a", 0, [1]), run("b", 0, [1])).of("c")


def test_of_an_option_that_is_given_twice_the_last_counts():
    one = run("a", 0, [1], "--lr 0.1 --augment --lr 0.2")
    assert (one.option("--lr"), one.option("--scale", "none")) == ("0.2", "none")


def test_an_option_that_was_not_given_is_told_with_those_that_were():
    with pytest.raises(ScaleLabError, match="no --scale; its arguments are '--lr 0.1'"):
        run("a", 0, [1], "--lr 0.1").option("--scale")


def test_what_is_stored_is_read_again(tmp_path):
    measured = sweep(run("a", 0, [0.1]), run("b", 0, [0.2]))
    write_stored(measured, tmp_path / "stored.json")
    assert read_sweep_runs(tmp_path / "stored.json") == measured


def test_steps_to_a_target_are_those_at_which_it_had_been_kept():
    options = "--target 0.5 --patience 2 --base-batch 16 --lr 0.1 --scale sqrt"
    measured = StepsRuns(sweep(
        run("16", 0, [0.5, 0.4, 0.5, 0.6], options), run("16", 1, [0.5, 0.4], options),
        run("64", 0, [0.6, 0.6], options), run("64", 1, [0.1, 0.6, 0.5], options),
    ))  # fmt: skip
    assert measured.batch_sizes == [16, 64]
    np.testing.assert_array_equal(measured.steps(16), [25, np.nan])
    np.testing.assert_array_equal(measured.steps(64), [4, 5])
    assert measured.lr(64) == pytest.approx(0.2)


def test_the_best_rate_needs_the_fewest_steps_and_the_smaller_wins_a_tie():
    options = "--target 0.5 --patience 1"
    tuning = sweep(
        run("16 0.1", 0, [0.1, 0.5], options), run("16 0.2", 0, [0.1, 0.5], options),
        run("16 0.4", 0, [0.1, 0.1], options), run("64 0.1", 0, [0.1, 0.5], options), run("64 0.3", 0, [0.5], options),
    )  # fmt: skip
    assert best_rates(tuning) == {16: 0.1, 64: 0.3}


def test_an_option_of_several_values_ends_at_the_next_option():
    one = run("a", 0, [1], "--grow-at 24 36 --lr 0.1")
    assert (one.options("--grow-at"), one.options("--own")) == (["24", "36"], [])
