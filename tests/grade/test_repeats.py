"""How often a submission is run, and which run counts, follows from the rubric and the measurements alone."""

import msgspec
import pytest

from scalelab.grade.measure.evaluator_process import Accuracies
from scalelab.grade.repeats import chosen, describe_repeats, run_again
from scalelab.grade.rubric import Targets, load_rubric
from scalelab.grade.verdict import margin
from scalelab.places import RUBRIC

TARGETS = Targets(train_accuracy=0.7, test_accuracy=0.6, floor_accuracy=0.4)


def rubric(**terms):
    terms = {"runs": 1, "spread": 0.0, "most_runs": 1, "take": "median"} | terms
    return msgspec.structs.replace(load_rubric(RUBRIC, "cpu"), **terms)


def runs(terms, *outcomes):
    """How many of the outcomes, in their order, are asked for."""
    done = []
    for one in outcomes:
        done.append(one)
        if not run_again(done, terms):
            break
    return len(done)


def test_the_margin_is_that_of_the_worse_accuracy_of_the_worse_checkpoint():
    measured = [Accuracies(0.75, 0.65), Accuracies(0.72, 0.61)]
    assert margin(measured, TARGETS) == pytest.approx(0.01)
    assert margin(measured[:1], TARGETS) is None


def test_one_clear_run_is_enough():
    terms = rubric(spread=0.01, most_runs=3)
    assert runs(terms, 0.02, 0.0, 0.0) == 1
    assert runs(terms, -0.02, 0.0, 0.0) == 1


@pytest.mark.parametrize("first", [0.005, -0.005])
def test_a_run_within_the_spread_is_repeated_whether_it_passed_or_not(first):
    assert runs(rubric(spread=0.01, most_runs=3), first, 0.004, 0.003, 0.002) == 3


def test_it_ends_when_the_run_that_counts_is_clear():
    """After 0.005 and 0.03 the median is the lower, still close; after a third of 0.04 it is 0.03."""
    assert runs(rubric(spread=0.01, most_runs=5), 0.005, 0.03, 0.04, 0.0) == 3


def test_the_median_of_three_and_the_best_of_three():
    margins = [0.05, -0.02, 0.01]
    assert chosen(margins, rubric()) == 2
    assert chosen(margins, rubric(take="best")) == 0
    assert chosen([0.05, -0.02], rubric()) == 1


def test_a_run_that_left_nothing_counts_below_all_and_is_not_repeated():
    assert runs(rubric(runs=3), None, 0.1, 0.1) == 1
    assert chosen([-0.5, None, 0.1], rubric()) == 0


def test_a_run_that_left_nothing_after_one_that_did_is_no_end_and_counts_as_the_lowest():
    terms = rubric(spread=0.01, most_runs=3)
    assert runs(terms, 0.005, None, 0.004, 0.0) == 3
    assert chosen([0.005, None, 0.004], terms) == 2
    assert runs(rubric(spread=0.01, most_runs=3, take="best"), 0.005, None, 0.02) == 3
    assert runs(rubric(runs=3), 0.2, None, 0.2, 0.2) == 3
    assert runs(rubric(runs=2, most_runs=4), 0.2, None, None, 0.2, 0.2) == 4


def test_runs_that_leave_nothing_are_not_asked_for_without_end_nor_where_one_is_clear():
    terms = rubric(spread=0.01, most_runs=3)
    assert runs(terms, 0.005, None, None, None) == 3
    assert chosen([0.005, None, None], terms) != 0
    assert runs(rubric(runs=3, spread=0.01, most_runs=5), 0.2, None, 0.3, 0.2) == 3


def test_the_rubrics_number_of_runs_is_made_however_clear_they_are():
    assert runs(rubric(runs=3), 0.2, 0.2, 0.2, 0.2) == 3


def test_it_is_said():
    terms = rubric(spread=0.01, most_runs=3)
    said = describe_repeats([0.005, 0.004, 0.02], terms)
    assert "within the spread of 0.01 of the target, so it was run again" in said
    assert "Of 3 runs the median counts" in said
    assert describe_repeats([0.2], terms) == ""
    said = describe_repeats([0.2, None, 0.2], rubric(runs=2, most_runs=3))
    assert "left nothing to measure, so it was run again" in said
