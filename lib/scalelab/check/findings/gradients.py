"""Whether the ranks step by the same gradients, whoever averaged them, and by their mean."""

from collections.abc import Iterator
from itertools import pairwise

from scalelab.check.events import AVERAGING, Call, Step, Wrapped
from scalelab.check.findings.compare import DECAY, SCALE_TOLERANCE, equal, steps_of_all
from scalelab.check.findings.gradient_scale import exchanged_at
from scalelab.check.findings.out_of_step import out_of_step
from scalelab.check.rank_events import RankEvents
from scalelab.check.report import Finding
from scalelab.check.source.calls import NO_CALLS, ScriptCalls

LATE = 2  # of the last steps, in which what came late is seen
HOROVODS_OWN = "computed more than backward_passes_per_step times"


def find_dropped(ranks: list[RankEvents]) -> Finding | None:
    """optimizer-not-wrapped: the result of DistributedOptimizer is not what steps.

    How that ends hangs on Python's garbage collector: while the result lives, Horovod waits for its step and refuses
    the second backward; once it is collected, nothing is averaged.
    """
    for rank in ranks:
        first = next(iter(rank.of(Step)), None)
        if first and first.replaced and rank.end and HOROVODS_OWN in (rank.end.error or ""):
            return _dropped(first.where)
    for steps in steps_of_all(ranks):
        if steps[0].replaced and not equal([step.gradients for step in steps]):
            return _dropped(steps[0].where)
    return None


def find(ranks: list[RankEvents], calls: ScriptCalls = NO_CALLS, begun_alike: bool = True) -> Iterator[Finding]:
    """rank-idle; optimizer-idle; optimizer-not-wrapped: gradients that differ and weights that move apart, or that
    nobody exchanges; parts-out-of-step for gradients that are clipped while they are averaged; weights-not-broadcast
    for what one rank changes in mid-training, unless the ranks have not even `begun_alike`.
    """
    silent = not any(_exchanges(call) for rank in ranks for call in rank.of(Call))
    if silent and (idle := find_idle(ranks)):
        yield idle
        return
    if calls.clips and not calls.waits and ranks[0].of(Wrapped):  # who is first, Horovod or the clipping, is luck
        yield _clipped(calls.clips)
        return
    for number in sorted({step.optimizer for step in ranks[0].of(Step)}):
        by_step = steps_of_all(ranks, number)
        if len(by_step) < 2:
            continue
        if _does_nothing(by_step):
            yield _optimizer_idle(by_step[0][0].where)
            return
        unequal = [steps for steps in by_step if not equal([step.gradients for step in steps])]
        own_steps = len(unequal) >= len(by_step) / 2 or unequal[-LATE:] == by_step[-LATE:]
        if own_steps and not ranks[0].of(Wrapped) and _weights_averaged(by_step, ranks[0]):
            yield _averaged_weights(exchanged_at(ranks[0]))
            return
        parting = (
            _exchanges_nothing(by_step, ranks[0])
            or _moves_differing(by_step)
            or _drifts(by_step)
            or _passes_wrapper_by(ranks[0])
        )
        if silent or (own_steps and parting):
            yield _not_averaged(by_step, ranks[0].of(Wrapped) if by_step[-1][0].wrapped else [], calls)
            return
        if begun_alike and not unequal and (parted := _parted(by_step)):
            yield _changed_alone(parted)
            return


def _passes_wrapper_by(rank: RankEvents) -> bool:
    """Whether DistributedDataParallel got no forward, or was forbidden to average: ZeRO's weights are equal even so."""
    wraps = rank.engine == "ddp" and rank.of(Wrapped)
    return bool(wraps) and (not rank.calls("forward") or bool(rank.calls("no_sync")))


def _does_nothing(by_step: list[tuple[Step, ...]]) -> bool:
    """Whether an optimizer steps parameters that never have a gradient and never change, on every rank."""
    first = by_step[0]
    return all(step.idle and step.weights == of_first.weights
               for steps in by_step for step, of_first in zip(steps, first, strict=True))  # fmt: skip


def _not_averaged(by_step: list[tuple[Step, ...]], wrapped: list[Wrapped], calls: ScriptCalls) -> Finding:
    """Gradients are each rank's own; where an optimizer is wrapped, what keeps it from averaging them."""
    last = by_step[-1]
    differing = _differing(last)
    if wrapped and calls.may_clip and not calls.waits:
        return _clipped(calls.may_clip)
    tensors = len(last[0].gradients) // 2
    unknown = not any(step.own for step in last) and len(differing) < tensors  # frozen when the optimizer was made
    if wrapped and differing and (unknown or all(_is_own(step, tensor) for step in last for tensor in differing)):
        return _not_covered(wrapped[0].where, len(differing), tensors)
    return _not_wrapped(by_step[0][0].where, len(differing), tensors)


def _parted(by_step: list[tuple[Step, ...]]) -> Step | None:
    """The first step at which weights differ that were alike before, though gradients and learning rates are."""
    unlike = [steps for steps in by_step if not equal([step.weights for step in steps], DECAY)]
    same_lrs = all(len({step.lr for step in steps}) == 1 for steps in by_step)
    return unlike[0][0] if same_lrs and unlike and unlike == by_step[-len(unlike) :] != by_step else None


def _differing(steps: tuple[Step, ...]) -> list[int]:
    """Which gradients differ among the ranks in a step, by their place."""
    tensors = range(len(steps[0].gradients) // 2)
    return [tensor for tensor in tensors if not equal([step.gradients[2 * tensor :][:2] for step in steps])]


def _is_own(step: Step, tensor: int) -> bool:
    """Whether the gradient that the rank used is what its own backward made."""
    used, size = step.gradients[2 * tensor :][:2]
    return tensor < len(step.own) and abs(used - step.own[tensor]) <= SCALE_TOLERANCE * size


def _weights_averaged(by_step: list[tuple[Step, ...]], rank: RankEvents) -> bool:
    """Whether the ranks begin each step from equal weights, or some again that had parted, because they average them;
    with momentum or the like that each has made itself.
    """
    alike = [equal([step.weights for step in steps]) for steps in by_step[1:]]
    sent = any(call.step > 0 and call.name.startswith("broadcast") for call in rank.of(Call))
    again = any(not before and now for before, now in pairwise(alike)) and not sent
    each_step = all(alike) and all(steps[0].keeps_state for steps in by_step[1:])
    return (again or (each_step and not _exchanges_nothing(by_step, rank))) and bool(exchanged_at(rank))


def _exchanges_nothing(by_step: list[tuple[Step, ...]], rank: RankEvents) -> bool:
    """Whether most steps come without any call that moves numbers: weights may be equal even so, as with ZeRO."""
    moving = {call.step for call in rank.of(Call) if call.elements}
    return not rank.of(Wrapped) and sum(steps[0].step not in moving for steps in by_step) > len(by_step) / 2


def find_idle(ranks: list[RankEvents]) -> Finding | None:
    """A rank that makes no step while another makes several, and not because it crashed."""
    busy = [rank for rank in ranks if len(rank.of(Step)) > 1]
    idle = [rank for rank in ranks if not rank.of(Step) and not (rank.end and rank.end.error)]
    if not busy or not idle:
        return None
    return Finding(
        id="rank-idle",
        severity="error",
        rank=idle[0].rank,
        where=busy[0].of(Step)[0].where,
        message=f"Rank {idle[0].rank} makes no step: rank {busy[0].rank} trains alone, as a serial script would.",
        hint="Take the training out from under `if hvd.rank() == 0`; only what is printed and written belongs there.",
    )


def _exchanges(call: Call) -> bool:
    """Whether this may be an exchange of gradients or weights during training."""
    return call.name.startswith(AVERAGING) or (call.step > 0 and call.name.startswith("broadcast"))


def _moves_differing(by_step: list[tuple[Step, ...]]) -> bool:
    """Whether the ranks' weights change by different amounts in a step: sum of every tensor, before and after."""
    for before, after in zip(by_step, by_step[1:], strict=False):
        moved = [_difference(x.weights, y.weights) for x, y in zip(before, after, strict=True)]
        size = max((abs(value) for one in moved for value in one), default=0.0)
        spread = max((max(values) - min(values) for values in zip(*moved, strict=False)), default=0.0)
        if spread > 0.02 * size and not equal([step.weights for step in after], tolerance=1e-12):
            return True
    return False


def _drifts(by_step: list[tuple[Step, ...]]) -> bool:
    """Whether the ranks' weights are alike at first and differ before each of the last steps."""
    alike = [equal([step.weights for step in steps]) for steps in by_step]
    return alike[0] and not any(alike[-LATE:])


def _difference(before: list[float], after: list[float]) -> list[float]:
    return [b - a for a, b in zip(before, after, strict=False)]


def _dropped(where: str | None) -> Finding:
    return Finding(
        id="optimizer-not-wrapped",
        severity="error",
        where=where,
        message="The optimizer that steps is the one that was given to hvd.DistributedOptimizer, not the one that it "
        "returned, so its gradients are not averaged.",
        hint="Keep the result: optimizer = hvd.DistributedOptimizer(optimizer, model.named_parameters()).",
    )


def _optimizer_idle(where: str | None) -> Finding:
    return Finding(
        id="optimizer-idle",
        severity="error",
        where=where,
        message="The optimizer steps parameters that never get a gradient: those of the model that is trained are "
        "others, made or replaced after it.",
        hint="Make the optimizer last, from the parameters of the model as it is trained: wrapped, unfrozen, sharded.",
    )


def _changed_alone(step: Step) -> Finding:
    return Finding(
        id="weights-not-broadcast",
        severity="error",
        where=step.where,
        message=f"The ranks' weights are alike at first and differ before step {step.step + 1}, although all step by "
        "the same gradients: something has changed them on some of the ranks alone.",
        hint="What is loaded or set on one rank must reach the others: hvd.broadcast_parameters(model.state_dict(), "
        "root_rank=0) after it.",
        about="alone",
    )


def _clipped(where: str) -> Finding:
    return out_of_step(
        where,
        "The gradients are clipped while Horovod is still averaging them, so each rank steps by its own.",
        "Call optimizer.synchronize() first, then clip, then step without averaging again: "
        "with optimizer.skip_synchronize(): optimizer.step().",
        about="clip",
    )


def _not_covered(where: str | None, differing: int, tensors: int) -> Finding:
    return Finding(
        id="optimizer-not-wrapped",
        severity="error",
        where=where,
        message=f"Of {tensors} gradients {differing} are each rank's own, although the optimizer is wrapped: it "
        "averages only those parameters that were there, and not frozen, when it was wrapped.",
        hint="Unfreeze, add or replace parameters first and wrap the optimizer then, or wrap a new one after that.",
        about="parameters",
    )


def _averaged_weights(where: str | None) -> Finding:
    return Finding(
        id="weights-averaged",
        severity="warning",
        where=where,
        message="Each rank steps by its own gradients, and the weights are averaged afterwards: momentum and the like "
        "stay each rank's own unless they are averaged as well, and a checkpoint holds one rank's.",
        hint="Average the gradients before the step: hvd.DistributedOptimizer(optimizer, model.named_parameters()), or "
        "hvd.allreduce on every gradient.",
    )


def _not_wrapped(where: str | None, differing: int, tensors: int) -> Finding:
    partly = 0 < differing < tensors
    some = (
        f"Of {tensors} gradients {differing} are each rank's own" if partly else "Each rank steps by its own gradients"
    )
    return Finding(
        id="optimizer-not-wrapped",
        severity="error",
        where=where,
        message=f"{some}; they are not averaged between backward() and step(), so the models drift apart.",
        hint="Wrap the optimizer: optimizer = hvd.DistributedOptimizer(optimizer, model.named_parameters()), "
        "or average every gradient with hvd.allreduce after backward() and before step().",
    )
