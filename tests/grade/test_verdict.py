"""Both of the last two checkpoints must meet both targets; the score measures the way there."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalelab.grade.measure.evaluator_process import Accuracies
from scalelab.grade.measure.weights import BadCheckpointError, CutOffError
from scalelab.grade.rubric import Targets
from scalelab.grade.run.checkpoint_watch import Checkpoint
from scalelab.grade.verdict import Verdict, judge, measure_as_seen, measure_last_two, require_batch

TARGETS = Targets(train_accuracy=0.7, test_accuracy=0.6, floor_accuracy=0.4)
shares = st.floats(0, 1)


@given(shares, shares, shares, shares)
def test_it_passes_exactly_when_all_four_accuracies_meet_their_targets(a, b, c, d):
    verdict = judge([Accuracies(a, b), Accuracies(c, d)], TARGETS)
    assert verdict.passed == (min(a, c) >= 0.7 and min(b, d) >= 0.6)
    assert (verdict.score == 100) == verdict.passed
    assert 0 <= verdict.score <= 100


@given(shares, shares, st.floats(0, 0.1))
def test_more_accuracy_never_earns_less(train, test, more):
    lower = judge([Accuracies(train, test)] * 2, TARGETS)
    higher = judge([Accuracies(train, min(1, test + more))] * 2, TARGETS)
    assert higher.score >= lower.score


def test_the_same_bytes_twice_are_no_training():
    verdict = judge([Accuracies(1.0, 1.0, "a")] * 2, TARGETS)
    assert (verdict.passed, verdict.score) == (False, 0)
    assert "the same to the byte" in verdict.reason
    assert judge([Accuracies(1.0, 1.0, "a"), Accuracies(1.0, 1.0, "b")], TARGETS).passed


@pytest.mark.parametrize("count", [0, 1])
def test_one_checkpoint_is_not_enough_however_good(count):
    verdict = judge([Accuracies(1.0, 1.0)] * count, TARGETS)
    assert (verdict.passed, verdict.score) == (False, 0)


@pytest.mark.parametrize(
    ("train", "test", "score", "sentence"),
    [
        (0.4, 0.4, 0, "Training accuracy 0.400 is below 0.700 and test accuracy 0.400 is below 0.600."),
        (0.55, 0.5, 50, "Training accuracy 0.550 is below 0.700 and test accuracy 0.500 is below 0.600."),
        (0.9, 0.5, 75, "Test accuracy 0.500 is below 0.600."),
        (0.69999, 0.9, 99, "Training accuracy 0.700 is below 0.700."),
        (0.7, 0.6, 100, "Training accuracy 0.700 and test accuracy 0.600 meet both targets."),
    ],
)
def test_the_score_and_the_sentence(train, test, score, sentence):
    verdict = judge([Accuracies(1.0, 1.0), Accuracies(train, test)], TARGETS)
    assert verdict.score == pytest.approx(score)
    assert verdict.reason == sentence


PASSED = Verdict(True, 100.0, "Both targets are met.")


@pytest.mark.parametrize(("asked", "seen"), [(None, None), (None, 64), (1024, 1024), (1024, 2048)])
def test_a_large_enough_batch_leaves_the_verdict_as_it_is(asked, seen):
    assert require_batch(PASSED, asked, seen) == PASSED


@pytest.mark.parametrize(
    ("seen", "score", "sentence"),
    [
        (1023, 99.9, "An optimizer step takes 1,023 images of all ranks together, and at least 1,024 are asked for"),
        (128, 12.5, "backward_passes_per_step"),
        (None, 0, "could not be judged"),
    ],
)
def test_a_small_batch_and_one_that_nobody_saw_do_not_pass(seen, score, sentence):
    verdict = require_batch(PASSED, 1024, seen)
    assert (verdict.passed, verdict.score) == (False, score)
    assert verdict.reason.startswith(PASSED.reason)
    assert sentence in verdict.reason


def judged(*files):
    """Epochs that are judged of files that are "whole", "cut" or "bad", and what is said of one that was cut off."""
    checkpoints = [Checkpoint(Path(kind), epoch, float(epoch)) for epoch, kind in enumerate(files, 1)]

    def measure(checkpoint):
        if (name := checkpoint.path.name) != "whole":
            raise {"cut": CutOffError, "bad": BadCheckpointError}[name](name)
        return Accuracies(0.9, 0.9)

    found, measured, said = measure_last_two(checkpoints, measure)
    assert len(measured) == len(found)
    return [checkpoint.epoch for checkpoint in found], said


def test_a_file_that_the_end_of_the_budget_cut_off_does_not_void_the_whole_ones_before_it():
    assert judged("whole", "whole", "whole") == ([2, 3], "")
    assert judged("whole", "whole", "cut") == ([1, 2], "cut")
    assert judged("whole", "cut") == ([1], "cut")
    assert judged("cut") == ([], "cut")
    assert judged() == ([], "")


def test_what_is_measured_has_to_be_what_was_seen():
    measured = Accuracies(0.9, 0.9, "a")
    for seen in ("a", ""):  # "": too large to be looked at, and refused for that
        assert measure_as_seen(Checkpoint(Path("one"), 1, 4.0, seen), lambda _: measured) is measured
    with pytest.raises(CutOffError, match="one was changed after second 4"):
        measure_as_seen(Checkpoint(Path("one"), 1, 4.0, "b"), lambda _: measured)


@pytest.mark.parametrize("files", [("whole", "whole", "bad"), ("whole", "cut", "whole"), ("cut", "whole", "cut")])
def test_no_other_fault_is_passed_over(files):
    with pytest.raises(BadCheckpointError):
        judged(*files)
