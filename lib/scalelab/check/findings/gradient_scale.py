"""Whether the ranks step by the mean of their gradients, or by a multiple of it."""

from collections import Counter

from scalelab.check.events import AVERAGING, Step, SummedLoss, Wrapped
from scalelab.check.findings.compare import SCALE_TOLERANCE, equal, steps_of_all
from scalelab.check.rank_events import RankEvents
from scalelab.check.report import Finding
from scalelab.check.source.lr_scaling import LRScaling

MIXED = 0.1  # of its size, by which a gradient is another than the mean, and not only rounded
NOISE = 1e-3  # of the size, below which a sum is rounding: that of a softmax layer's gradient is 0
UNDIVIDED = 0.9  # the weight of a mean loss that nobody has divided by the number of workers


def find_scaled(ranks: list[RankEvents], scaling: LRScaling) -> Finding | None:
    """gradients-scaled: what steps is the mean of the ranks' own gradients times their number, or divided by it.

    A loss or a learning rate that is divided by the number of workers makes a sum a mean. A loss that is not seen may
    be. Where gradients flow through what the ranks have gathered, each rank's is a part of that of one whole loss, and
    their sum is what it should be.
    """
    summed = [loss for loss in ranks[0].of(SummedLoss) if loss.weight >= UNDIVIDED]
    for number in sorted({step.optimizer for step in ranks[0].of(Step)}):
        by_step = steps_of_all(ranks, number)
        for found, holds in (
            (_summed, not (scaling.lr_divided or _whole_loss(ranks[0])) and _mostly(by_step, len(ranks))),
            (_divided, not scaling.scaled and _mostly(by_step, 1 / len(ranks))),
            (_loss_multiplied, scaling.loss_multiplied and _mostly(by_step, 1, loss=len(ranks))),
        ):
            if holds and len(ranks) > 1:
                return found(len(ranks), exchanged_at(ranks[0]))
        if len(ranks) > 1 and _mostly_mixed(by_step) and (where := _exchanged_again(ranks[0], by_step)):
            return _summed_again(where)
        if len(summed) >= max(2, len(by_step) / 2) and _mostly(by_step, 1, loss=0):
            return _loss_summed(len(ranks), summed[0].where)
    return None


def _whole_loss(rank: RankEvents) -> bool:
    """Whether it takes its loss over what all ranks have gathered, with gradients."""
    return any(call.differentiable for call in rank.of_calls("allgather", "grouped_allgather"))


def _mostly(by_step: list[tuple[Step, ...]], factor: float, loss: float = 1) -> bool:
    """Whether rank 0 mostly steps by `factor` times the mean of all ranks' gradients, of losses that weigh `loss`
    at least.
    """
    return sum(_steps_by(steps, factor, loss) for steps in by_step) >= max(2, len(by_step) / 2)


def _steps_by(steps: tuple[Step, ...], factor: float, loss: float) -> bool:
    used = steps[0].gradients[::2]  # the sum of each gradient, which is linear in it
    if any(len(step.own) != len(used) or not _weighs(step, loss) for step in steps):
        return False
    mean = [sum(values) / len(steps) for values in zip(*(step.own for step in steps), strict=True)]
    size = sum(value * value for value in mean)
    distance = sum((value - factor * wanted) ** 2 for value, wanted in zip(used, mean, strict=True))
    return size > 0 and distance <= (SCALE_TOLERANCE * factor) ** 2 * size


def _mostly_mixed(by_step: list[tuple[Step, ...]]) -> bool:
    """Whether rank 0 mostly steps by no multiple of the mean of all ranks' gradients, however long."""
    return sum(map(_is_mixed, by_step)) >= max(2, len(by_step) / 2)


def _is_mixed(steps: tuple[Step, ...]) -> bool:
    used = steps[0].gradients[::2]
    if not used or not equal([step.gradients for step in steps]) or any(len(step.own) != len(used) for step in steps):
        return False
    mean = [sum(values) for values in zip(*(step.own for step in steps), strict=True)]
    size, product = (sum(a * b for a, b in zip(mean, other, strict=True)) for other in (mean, used))
    if not size:
        return False
    residual = sum((value - product / size * wanted) ** 2 for value, wanted in zip(used, mean, strict=True))
    added, sizes = (sum(value * value for value in values) for values in (used, steps[0].gradients[1::2]))
    return residual > MIXED**2 * added and residual > NOISE**2 * sizes


def _exchanged_again(rank: RankEvents, by_step: list[tuple[Step, ...]]) -> str | None:
    """Where the script averages each tensor more than once in a step, as after each of several backwards."""
    full_steps = {steps[0].step for steps in by_step}
    named = Counter((call.step, call.where, call.tensor, call.elements) for call in rank.of_calls(*AVERAGING)
                    if call.step in full_steps and call.elements and not call.wrapped)  # fmt: skip
    again = [where for (_, where, _, _), times in named.items() if times > 1]
    return again[0] if len(again) > len(named) / 2 else None


def _weighs(step: Step, loss: float) -> bool:
    """Whether the step's losses weigh so much: all together, if they are plain, else each."""
    weight = step.loss_weight if loss == 1 else step.loss_weight / max(1, step.losses)
    return weight >= UNDIVIDED * loss


def exchanged_at(rank: RankEvents) -> str | None:
    """The line that wraps the optimizer, or else that exchanges the most numbers in a step."""
    if wrapped := rank.of(Wrapped):
        return wrapped[0].where
    calls = [call for call in rank.of_calls(*AVERAGING) if call.elements]
    return max(calls, key=lambda call: call.elements).where if calls else None


def _summed(workers: int, where: str | None) -> Finding:
    return _scaled(
        where,
        f"The gradients are summed over the ranks, not averaged: every step is {workers} times as long.",
        "Take the mean: leave out op=hvd.Sum (hvd.Average is what Horovod does unasked), or divide by hvd.size().",
    )


def _summed_again(where: str | None) -> Finding:
    return _scaled(
        where,
        "The gradients are summed over the ranks after each of several backwards, and what was summed once is summed "
        "again: the first of them weigh many times as much as the last.",
        "Sum once, when all backwards of the step are done.",
    )


def _divided(workers: int, where: str | None) -> Finding:
    return _scaled(
        where,
        f"The mean of the ranks' gradients is divided by their number, {workers}, once more: the steps are too short.",
        "hvd.allreduce gives the mean unasked; divide only what was added up with op=hvd.Sum.",
    )


def _loss_multiplied(workers: int, where: str | None) -> Finding:
    return _scaled(
        where,
        f"The loss is multiplied by the number of ranks, and the gradients are averaged: every step is {workers} "
        "times as long.",
        "Leave the loss as it is: the mean over the ranks has the length of one rank's gradient.",
    )


def _loss_summed(workers: int, where: str | None) -> Finding:
    return _scaled(
        where,
        f"The loss is added up over the ranks before the backward, so every gradient counts once for each rank: "
        f"what is averaged is {workers} times as long.",
        "Let each rank's backward begin at its own loss; what is printed may be averaged apart from it: "
        'hvd.allreduce(loss.detach(), name="loss").',
    )


def _scaled(where: str | None, message: str, hint: str) -> Finding:
    return Finding(id="gradients-scaled", severity="error", where=where, message=message, hint=hint)
