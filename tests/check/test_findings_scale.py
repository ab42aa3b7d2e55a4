"""Steps by a multiple of the mean gradient, judged from events alone; what makes a sum a mean is no fault."""

import msgspec
import pytest

from scalelab.check.events import Call, Step, SummedLoss
from scalelab.check.findings.gradient_scale import find_scaled
from scalelab.check.rank_events import RankEvents
from scalelab.check.source.lr_scaling import LRScaling

OWN = ([1.0, -3.0], [2.0, 1.0])  # sums of two tensors' gradients, of rank 0 and rank 1
MEAN = [1.5, -1.0]


def ranks(factor, loss_weight=1.0, losses=1, own=OWN, steps=3):
    """Two ranks that step by `factor` times the mean of their own gradients."""
    used = [value for one in MEAN for value in (factor * one, abs(factor * one))]
    return [
        RankEvents(rank, [Step(k, "train.py, line 9", 0, 0.1, [1.0, 1.0], used, own=own[rank], loss_weight=loss_weight,
                               losses=losses) for k in range(steps)])
        for rank in (0, 1)
    ]  # fmt: skip


def said(told, **scaling):
    finding = find_scaled(told, LRScaling(**scaling))
    return finding.message if finding else None


def test_the_mean_is_no_fault():
    assert said(ranks(1)) is None
    assert said(ranks(1.001)) is None  # half precision on the way


def test_a_sum_is_a_step_so_many_times_as_long():
    assert "every step is 2 times as long" in said(ranks(2))


def test_a_sum_is_a_mean_where_the_loss_or_the_learning_rate_is_divided():
    assert said(ranks(2, loss_weight=0.5)) is None
    assert said(ranks(2), lr_divided=True) is None


@pytest.mark.parametrize("name", ["allgather", "grouped_allgather"])
def test_a_sum_is_right_where_each_gradient_is_a_part_of_one_loss_over_all(name):
    """Of a contrastive loss, say, over what all ranks have gathered."""

    def gathering(differentiable):
        call = Call(name, 0, "train.py, line 7", elements=64, differentiable=differentiable)
        return [RankEvents(rank.rank, [call, *rank.events]) for rank in ranks(2)]

    assert said(gathering(True)) is None
    assert "2 times as long" in said(gathering(False))


def test_a_sum_is_none_where_examples_change_hands_and_each_rank_has_a_loss_of_its_own():
    call = Call("alltoall", 0, "train.py, line 7", elements=64, differentiable=True)
    assert "2 times as long" in said([RankEvents(rank.rank, [call, *rank.events]) for rank in ranks(2)])


def test_passes_whose_losses_add_up_to_one_are_a_plain_loss():
    assert "2 times as long" in said(ranks(2, loss_weight=1.0, losses=4))


def test_a_mean_that_is_divided_again():
    assert "divided by their number, 2, once more" in said(ranks(0.5))
    assert said(ranks(0.5), scaled=True) is None  # the learning rate may be longer for it


def test_a_loss_that_is_multiplied_by_the_number_of_ranks():
    assert "The loss is multiplied" in said(ranks(1, loss_weight=2), loss_multiplied=True)
    assert said(ranks(1, loss_weight=2)) is None  # two losses, or one that weighs twice
    assert said(ranks(1, loss_weight=2, losses=2), loss_multiplied=True) is None


@pytest.mark.parametrize("factor", [0.7, 1.4, 3])
def test_other_factors_are_somebody_s_choice(factor):
    assert said(ranks(factor)) is None


def test_what_was_not_seen_is_no_fault():
    assert said(ranks(2, own=([], []))) is None
    assert said(ranks(2, loss_weight=0)) is None
    assert said(ranks(2, steps=1)) is None


def test_a_loss_that_nobody_sees_may_be_divided_by_the_examples_of_all_ranks():
    assert said(ranks(2, loss_weight=0.0, losses=0)) is None


def summed(weight, steps=3, factor=1):
    first, other = ranks(factor, loss_weight=0.6, steps=steps)
    losses = [SummedLoss(k, "train.py, line 8", weight) for k in range(steps)]
    return [RankEvents(0, [*losses, *first.events]), other]


def test_a_loss_that_is_added_up_over_the_ranks_counts_once_a_rank():
    finding = find_scaled(summed(1.0), LRScaling())
    assert "added up over the ranks before the backward" in finding.message
    assert finding.where == "train.py, line 8"


def test_but_not_where_the_sum_is_divided_or_the_gradients_are_no_mean():
    assert said(summed(0.5)) is None
    assert said(summed(1.0, factor=0.7)) is None
    assert said(summed(1.0, steps=1)) is None


@pytest.mark.parametrize(("used", "again", "found"), [
    ([1.5, -1.0], True, False),  # the mean: what is averaged again stays as it is
    ([9.0, 1.0], True, True),
    ([9.0, 1.0], False, False),  # by whatever means, but not by summing again
    ([0.3, -0.2], True, False),  # clipped
])  # fmt: skip
@pytest.mark.parametrize("size", [1.0, 1e6])
def test_what_is_summed_after_each_backward_is_summed_again(used, again, found, size):
    """`size`: of the gradients, beside which their sums may be mere rounding."""
    told = ranks(1)
    step = Step(0, "train.py, line 9", 0, 0.1, [1.0, 1.0], [value for one in used for value in (one, size * abs(one))])
    for rank in told:
        events = [
            msgspec.structs.replace(step, step=k, own=OWN[rank.rank], loss_weight=1.0, losses=4) for k in range(3)
        ]
        calls = [Call("allreduce_async_", k, "train.py, line 7", name, 10)
                 for k in range(3) for name in ("weight", "bias") for _ in range(1 + again)]  # fmt: skip
        rank.events[:] = [*calls, *events]
    assert (said([RankEvents(rank.rank, rank.events) for rank in told]) is not None) == (found and size == 1)
