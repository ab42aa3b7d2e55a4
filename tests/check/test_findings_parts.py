"""What divides the work although the inputs are alike, and what leaves something out although the parts are not."""

import random

from scalelab.check.events import Batch, Mark, Step
from scalelab.check.findings.data import find
from scalelab.check.findings.work import work_differs
from scalelab.check.rank_events import RankEvents
from scalelab.check.source.calls import ScriptCalls

CUTS = ScriptCalls(cuts_by_rank="train.py, line 2")


def graph(own, random=False, weights=(1.0, 1.0)):
    """Two ranks whose network gets the same ten inputs in each of five steps; each has its own gradients."""
    ranks = []
    for rank in (0, 1):
        events = [Batch(0, list(range(10)), random=random)] * 2
        for k in range(5):
            step = Step(k, "train.py, line 9", 0, 0.1, [weights[rank], 1.0], [0.5, 0.5], own=own[rank], wrapped=True)
            events += [Batch(k, list(range(10)), random=random), step]
        ranks.append(RankEvents(rank, events))
    return ranks


def test_different_work_on_the_same_inputs_is_a_division():
    """A graph, of which each rank's loss takes its own nodes: the gradients tell."""
    assert work_differs(*graph(own=([1.0, 2.0], [1.0, -2.0])))
    assert [finding.id for finding in find(graph(own=([1.0, 2.0], [1.0, -2.0])))] == []
    assert [finding.id for finding in find(graph(own=([1.0, 2.0], [1.0, 2.0])))] == ["same-data-on-every-rank"]


def test_but_not_where_dropout_or_other_weights_make_the_gradients_differ():
    unlike = ([1.0, 2.0], [1.0, -2.0])
    assert not work_differs(*graph(own=unlike, random=True))
    assert not work_differs(*graph(own=unlike, random=None))
    assert not work_differs(*graph(own=unlike, weights=(1.0, 1.5)))


def own_part(of_rank, epochs=3, twice=False):
    """Batches and marks of a rank that draws from its own 48 examples, or from half of them in turns."""
    events = []
    for epoch in range(epochs):
        numbers = random.Random(epoch).sample(range(48), 48)
        numbers = numbers[of_rank::2] if twice else numbers
        start = len(numbers) // 8 * epoch
        events.append(Mark(start, "train.py, line 3", "__iter__"))
        for k in range(0, len(numbers), 8):
            drawn = numbers[k : k + 8]
            events.append(Batch(start + k // 8, [1000 * of_rank + i for i in drawn], drawn))
    events.append(Mark(len(numbers) // 8 * epochs, "train.py, line 3", "__iter__"))
    return RankEvents(of_rank, events)


def test_a_part_that_is_divided_once_more_leaves_something_out():
    twice, once = ([own_part(rank, twice=twice) for rank in (0, 1)] for twice in (True, False))
    assert [finding.id for finding in find(twice, CUTS)] == ["parts-left-out"]
    assert [finding.id for finding in find(once, CUTS)] == []
    assert [finding.id for finding in find(twice)] == []  # each rank has made up all of its data


def test_parts_that_overlap_from_the_second_epoch_on():
    """Something has drawn from the generator on one rank alone, so the shuffles are no longer the same."""
    ranks = []
    for rank in (0, 1):
        events = []
        for epoch in range(3):
            order = random.Random(epoch + 100 * rank * (epoch > 0)).sample(range(96), 96)[rank::2]
            events.append(Mark(6 * epoch, "train.py, line 3", "randperm"))
            events += [Batch(6 * epoch + k, order[8 * k : 8 * k + 8], order[8 * k : 8 * k + 8]) for k in range(6)]
        ranks.append(RankEvents(rank, events))
    assert [finding.id for finding in find(ranks)] == ["parts-overlap"]
