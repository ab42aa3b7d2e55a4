"""What is said of the learning rate, judged from events alone."""

from scalelab.check.events import LearningRate, Step
from scalelab.check.findings.lr_scaling import find
from scalelab.check.rank_events import RankEvents
from scalelab.check.source.lr_scaling import LRScaling

AGAIN = LRScaling(scaled=True, scaled_again=True)


def ids(*lrs, made=0.2, scaling=AGAIN):
    changes = [LearningRate(step, 0, lr, made) for step, lr in enumerate(lrs)]
    ranks = [RankEvents(rank, [Step(0, "train.py, line 9", 0, lrs[0], [], []), *changes]) for rank in (0, 1)]
    return [finding.id for finding in find(ranks, scaling)]


def test_a_learning_rate_that_is_scaled_when_made_and_again_by_its_schedule():
    assert ids(0.2, 0.3, 0.4) == ["learning-rate-scaled-twice"]
    assert ids(0.2, 0.4, 0.1) == ["learning-rate-scaled-twice"]


def test_one_whose_schedule_ends_at_what_it_was_made_with_is_scaled_once():
    assert ids(0.1, 0.15, 0.2) == []
    assert ids(0.2, 0.3) == []  # and what it would come to is not known
    assert ids(0.2, 0.4, scaling=LRScaling(scaled=True)) == []
