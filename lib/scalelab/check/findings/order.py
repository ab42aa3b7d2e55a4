"""Whether the parts of a conversion come in their order: wrap, load, broadcast; backward, average once, step."""

from collections.abc import Iterator

from scalelab.check.events import LearningRate, RankEvents, Step, Wrapped, Zeroed
from scalelab.check.findings.compare import AVERAGING
from scalelab.check.report import Finding

RESET = "Call zero_grad() before backward(), or after step(): never between the two."
HOROVODS_OWN = "zero_grad() was called after loss.backward()"
MOST_APART = 0.05  # relative difference of learning rates, which may depend on the length of a rank's own part


def find(ranks: list[RankEvents], uneven: bool = False) -> Iterator[Finding]:
    """parts-out-of-step: the first of them that is found. `uneven` parts explain learning rates that differ."""
    for look in (find_late_wrapping, find_reset, find_averaged_twice, *([] if uneven else [find_lrs_apart])):
        if found := look(ranks):
            yield found
            return


def find_late_wrapping(ranks: list[RankEvents]) -> Finding | None:
    """An optimizer that was wrapped when it already had a state: Horovod makes a new one, without it."""
    for wrapped in ranks[0].of(Wrapped):
        if wrapped.state:
            return _out_of_step(
                wrapped.where,
                "The optimizer already had a state (momentum and the like) when it was wrapped; "
                "hvd.DistributedOptimizer makes a new optimizer, and that state is lost.",
                "Wrap the optimizer first, then load its state into the wrapped one, then broadcast it.",
            )
    return None


def find_reset(ranks: list[RankEvents]) -> Finding | None:
    """Gradients that are reset between backward and step: all zero when used, or Horovod refuses."""
    for rank in ranks:
        end = rank.end
        error = (end and end.error) or ""
        zeroed = {event.step: event for event in rank.of(Zeroed)}
        empty = [step for step in rank.of(Step) if step.step in zeroed and not any(step.gradients)]
        if end and HOROVODS_OWN in error:
            where = end.where
        elif len(empty) >= 2 or (zeroed and end and "NoneType" in error and end.step in zeroed):
            where = next(iter(zeroed.values())).where
        else:
            continue
        message = "The gradients are reset after backward() has made them and before step() uses them."
        return _out_of_step(where, message, RESET)
    return None


def find_averaged_twice(ranks: list[RankEvents]) -> Finding | None:
    """The script averages about as many numbers a step as its wrapped optimizer does."""
    own: dict[int, int] = {}
    wrapped: dict[int, int] = {}
    for call in ranks[0].of_calls(*AVERAGING):
        sums = wrapped if call.wrapped else own
        sums[call.step] = sums.get(call.step, 0) + call.elements
    twice = [step for step in wrapped if own.get(step, 0) >= wrapped[step] / 2 > 0]
    if len(twice) < max(2, len(wrapped) / 2):
        return None
    calls = [call for call in ranks[0].of_calls(*AVERAGING) if call.step in twice and not call.wrapped]
    where = max(calls, key=lambda call: call.elements).where
    return _out_of_step(
        where,
        "The gradients are averaged twice: by the script, and by the optimizer that hvd.DistributedOptimizer wraps.",
        "Keep one of the two: the wrapped optimizer averages in backward() and step(), by itself.",
    )


def find_lrs_apart(ranks: list[RankEvents]) -> Finding | None:
    """Ranks that step by the same gradients, but by different learning rates."""
    for steps_of_all in zip(*(rank.of(Step) for rank in ranks), strict=False):
        lrs = [step.lr for step in steps_of_all]
        if max(lrs) - min(lrs) > MOST_APART * max(map(abs, lrs)):
            return _lrs_apart(lrs, steps_of_all[0].where)
    changes = [{(change.step, change.optimizer): change.lr for change in rank.of(LearningRate)} for rank in ranks]
    for key in set.intersection(*map(set, changes)):
        lrs = [change[key] for change in changes]
        if max(lrs) - min(lrs) > MOST_APART * max(map(abs, lrs)):
            return _lrs_apart(lrs, None)
    return None


def _lrs_apart(lrs: list[float], where: str | None) -> Finding:
    each = ", ".join(f"{lr:g} on rank {rank}" for rank, lr in enumerate(lrs[:4]))
    return _out_of_step(
        where,
        f"The ranks step with different learning rates ({each}), so their weights part.",
        "Set the learning rate from what all ranks know alike: the step, the epoch, an averaged metric.",
    )


def _out_of_step(where: str | None, message: str, hint: str) -> Finding:
    return Finding(id="parts-out-of-step", severity="error", where=where, message=message, hint=hint)
