"""Whether an evaluation speaks for all ranks, judged from events alone."""

import pytest

from scalelab.check.events import Batch, Call, Evaluated, Print
from scalelab.check.findings import metrics
from scalelab.check.rank_events import RankEvents

LINE = "train.py, line 30"
AVERAGED = Call("allreduce", 4, LINE, "accuracy", 1)


def evaluation(rows, *after):
    """Steps, an evaluation of these rows, what came then, and training that goes on."""
    train = [Batch(step, rows=[900 + step]) for step in range(5)]
    return [*train[:4], Evaluated(4, LINE, rows[:2]), Evaluated(4, LINE, rows[2:]), *after, train[4]]


def found(mine, theirs):
    return [finding.id for finding in metrics.find([RankEvents(0, mine), RankEvents(1, theirs)])]


REPORT = Print(4, LINE, "accuracy 0.9")


def test_an_own_part_evaluated_and_reported_without_asking_the_others_is_one_ranks_own():
    assert found(evaluation([1, 2, 3, 4], REPORT), evaluation([5, 6, 7, 8])) == ["metrics-not-averaged"]


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (evaluation([1, 2, 3, 4], AVERAGED, REPORT), evaluation([5, 6, 7, 8], AVERAGED)),  # averaged
        (evaluation([1, 2, 3, 4], REPORT), evaluation([4, 3, 2, 1])),  # all evaluate everything, in any order
        (evaluation([1, 2, 3, 4], REPORT), [Batch(0, rows=[1])]),  # one rank evaluates for all
        (evaluation([1, 2, 3, 4]), evaluation([5, 6, 7, 8])),  # nothing was reported
        (evaluation([1, 2, 3, 4], REPORT)[:-1], evaluation([5, 6, 7, 8])[:-1]),  # cut before it was over
    ],
    ids=["averaged", "same", "alone", "silent", "cut"],
)
def test_other_evaluations_are_left_alone(mine, theirs):
    assert found(mine, theirs) == []
