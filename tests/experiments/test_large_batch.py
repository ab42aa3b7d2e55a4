"""Stored runs of a sweep: what is read out of them is what was put in."""

import numpy as np
import pytest

from scalelab.errors import ScaleLabError
from scalelab.experiments.large_batch import SweepRun, SweepRuns, read_sweep_runs
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


def test_an_effect_is_a_difference_of_means_and_clear_beyond_twice_its_standard_error():
    measured = sweep(
        *[run("before", seed, [value]) for seed, value in enumerate([0.30, 0.31, 0.29, 0.30])],
        *[run("after", seed, [value]) for seed, value in enumerate([0.35, 0.36, 0.34])],
        *[run("beside", seed, [value]) for seed, value in enumerate([0.30, 0.32, 0.29, 0.31])],
    )
    found = measured.effect("before", "after")
    assert found.mean == pytest.approx(0.05)
    assert found.error == pytest.approx(np.sqrt((2 + 2) * 1e-4 / 5) * np.sqrt(1 / 4 + 1 / 3))
    assert found.clear
    assert str(found) == "+5.0 points (standard error 0.7, 3 seeds)"
    assert not measured.effect("before", "beside").clear
    assert str(measured.effect("before", "beside")).startswith("cannot be told apart: +0.5 points")


def test_the_validation_accuracy_at_a_training_accuracy_lies_between_two_reports():
    low, high = (run("a", 0, [value], training=known).rows[0] for value, known in ((0.4, 0.5), (0.5, 0.7)))
    measured = SweepRuns({}, "nothing", [SweepRun("a", 0, "", 1, [low, high])])
    assert measured.at_training("a", 0.6) == pytest.approx([0.45])
    assert np.isnan(measured.at_training("a", 0.8)).all()
    assert np.isnan(measured.at_training("a", 0.4)).all()  # it was there before the first report


def test_one_seed_has_no_spread():
    with pytest.raises(ScaleLabError, match="one seed each, which shows no spread"):
        sweep(run("a", 0, [1]), run("b", 0, [1])).effect("a", "b")


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
