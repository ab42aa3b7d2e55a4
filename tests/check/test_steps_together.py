"""One rank that trains something alone, a teacher or a probe, has the same step numbers as the others even so."""

import pytest

from scalelab.check.events import Batch, Call, LearningRate, Mark, Step, Stepping
from scalelab.check.findings.effective_batch import effective_batch_size
from scalelab.check.judging import judge_run
from scalelab.check.rank_events import RankEvents
from scalelab.check.steps_together import count_together
from scalelab.launch.launch import Outcome
from scalelab.launch.output import Output

LINE = "train.py, line 20"


def step(number, optimizer=0, where=LINE, wrapped=True):
    return Step(number, where, optimizer, 0.1, [1.0, 1.0], [0.5, 0.5], wrapped=wrapped)


def together(start, optimizer, count=3):
    """Steps of an optimizer that all ranks have, a batch of four images before each."""
    events = [Stepping(start, optimizer)]
    for k in range(count):
        events += [Batch(start + k, [4 * k, 4 * k + 1, 4 * k + 2, 4 * k + 3]), step(start + k, optimizer)]
    return events


def alone(start, optimizer, count=5, where="train.py, line 8"):
    events = [Stepping(start, optimizer)]
    for k in range(count):
        events += [Batch(start + k, [1000 + k]), step(start + k, optimizer, where, wrapped=False)]
    return events


def counted(first, other):
    return count_together([RankEvents(0, first), RankEvents(1, other)])


def steps_of(rank):
    return [(event.step, event.optimizer) for event in rank.of(Step)]


def test_what_came_before_is_left_out():
    first, other = counted([*alone(0, 0), *together(5, 1)], together(0, 0))
    assert [number for number, _ in steps_of(first)] == [number for number, _ in steps_of(other)] == [0, 1, 2]
    assert [batch.step for batch in first.batches] == [0, 1, 2]
    assert (first.steps_alone, other.steps_alone) == (5, 0)
    assert effective_batch_size([first, other], set()) == 8


def test_and_what_comes_between():
    mark, later = Mark(3, LINE, "randperm"), Mark(8, LINE, "randperm")
    first, _ = counted([*together(0, 0), mark, *alone(3, 1), later, *together(8, 0), LearningRate(11, 0, 0.1)],
                       [*together(0, 0), *together(3, 0)[1:]])  # fmt: skip
    assert [number for number, _ in steps_of(first)] == [0, 1, 2, 3, 4, 5]
    assert [mark.step for mark in first.of(Mark)] == [3, 3]
    assert [change.step for change in first.of(LearningRate)] == [6]


def test_a_probe_that_is_still_trained_at_the_end_is_left_out_too():
    first, _ = counted([*together(0, 0), *alone(3, 1)], together(0, 0))
    assert steps_of(first) == [(0, 0), (1, 0), (2, 0)]


@pytest.mark.parametrize(
    ("first", "other"),
    [
        (together(0, 0), together(0, 0)),
        (alone(0, 0), together(0, 0)),  # another line on each rank
        (alone(0, 0), []),  # the others do nothing
        ([*together(0, 0), Stepping(3, 1), step(3, 1, "train.py, line 30")], together(0, 0)),  # wrapped
    ],
)
def test_otherwise_nothing_is_left_out(first, other):
    ranks = counted(first, other)
    assert [rank.events for rank in ranks] == [first, other]


@pytest.mark.parametrize("shuffles_alone", [0, 1, 3])
def test_a_teacher_of_rank_0_makes_no_epoch_uneven(story, shuffles_alone):
    """The same function trains both, so the same line begins the epochs of both."""
    told = story()
    told.ranks[0].extend([*alone(0, 0), *[Mark(2, LINE, "randperm")] * shuffles_alone])
    for rank, before in enumerate((5, 0)):
        for epoch in range(2):
            start = before + 3 * epoch
            exchange = Call("allreduce", start + 2, None, elements=100, wrapped=True)
            told.ranks[rank].extend([Mark(start, LINE, "randperm"), *together(start, 1 if before else 0), exchange])
    ranks = [RankEvents(rank, events) for rank, events in enumerate(told.ranks)]
    assert "uneven-batches" not in judge_run(ranks, Outcome("finished", "", 1.0, Output())).ids()
