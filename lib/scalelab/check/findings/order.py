"""Whether the parts of a conversion come in their order: wrap, load, broadcast; backward, average once, step."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from scalelab.check.events import LearningRate, Step, Wrapped, Zeroed
from scalelab.check.findings.compare import optimizers, steps_of_all
from scalelab.check.findings.out_of_step import out_of_step
from scalelab.check.rank_events import RankEvents
from scalelab.check.report import Finding
from scalelab.check.source.calls import NO_CALLS, ScriptCalls

RESET = "Call zero_grad() before backward(), or after step(): never between the two."
HOROVODS_OWN = "zero_grad() was called after loss.backward()"
REDUCING = (
    "allreduce", "grouped_allreduce", "sparse_allreduce", "reducescatter", "grouped_reducescatter", "all_reduce",
    "reduce_scatter",
)  # fmt: skip
MOST_APART = 0.05  # relative difference of learning rates, which may depend on the length of a rank's own part


def find(ranks: list[RankEvents], uneven: bool = False, calls: ScriptCalls = NO_CALLS) -> Iterator[Finding]:
    """parts-out-of-step: the first of them that is found. `uneven` parts explain learning rates that differ."""
    found = find_late_wrapping(ranks) or find_reset(ranks, calls) or find_averaged_twice(ranks, calls)
    if found := found or (None if uneven else find_lrs_apart(ranks)):
        yield found


def find_late_wrapping(ranks: list[RankEvents]) -> Finding | None:
    """An optimizer that was wrapped when it already had a state: Horovod makes a new one, without it."""
    for wrapped in ranks[0].of(Wrapped):
        if wrapped.state:
            return out_of_step(
                wrapped.where,
                "The optimizer already had a state (momentum and the like) when it was wrapped; "
                "hvd.DistributedOptimizer makes a new optimizer, and that state is lost.",
                "Wrap the optimizer first, then load its state into the wrapped one, then broadcast it.",
            )
    return None


def find_reset(ranks: list[RankEvents], calls: ScriptCalls = NO_CALLS) -> Finding | None:
    """Gradients that are reset between backward and step: all zero when used, or Horovod refuses.

    Horovod refuses also where nobody meant them: those that another loss has left, or whose step a scaler has skipped.
    """
    for rank in ranks:
        end = rank.end
        error = (end and end.error) or ""
        zeroed = {event.step: event for event in rank.of(Zeroed)}
        empty = [step for step in rank.of(Step) if step.step in zeroed and not any(step.gradients)]
        if end and HOROVODS_OWN in error:
            where = end.where
            if calls.scales and not calls.synchronizes:
                return _skipped(rank.rank, calls.scales)
            if not zeroed and len({step.optimizer for step in rank.of(Step)}) > 1:
                return _left_by_another_loss(where)
        elif len(empty) >= 2 or (zeroed and end and "NoneType" in error and end.step in zeroed):
            where = next(iter(zeroed.values())).where
        else:
            continue
        message = "The gradients are reset after backward() has made them and before step() uses them."
        return out_of_step(where, message, RESET, about="reset")
    return None


def find_averaged_twice(ranks: list[RankEvents], calls: ScriptCalls = NO_CALLS) -> Finding | None:
    """One line of the script averages in each step just as many numbers as its wrapped optimizer does.

    A loss, embeddings or factors that are exchanged in each step are of other numbers; a single one may be anything.
    """
    wrapped: dict[int, int] = Counter()
    own: dict[str | None, dict[int, int]] = defaultdict(Counter)
    for call in ranks[0].of_calls(*REDUCING):
        if calls.torch.in_comm_hook(call.where):  # which averages in the wrapper's place
            continue
        (wrapped if call.wrapped else own[call.where])[call.step] += call.elements
    again = {where: sum(line.get(step) == count > 1 for step, count in wrapped.items()) for where, line in own.items()}
    found = [where for where, steps in again.items() if steps >= max(2, len(wrapped) / 2)]
    if not found:
        return None
    return out_of_step(
        found[0],
        "The gradients are averaged twice: by the script, and by the optimizer that hvd.DistributedOptimizer wraps.",
        "Keep one of the two: the wrapped optimizer averages in backward() and step(), by itself.",
        about="twice",
    )


def find_lrs_apart(ranks: list[RankEvents]) -> Finding | None:
    """Ranks that step by the same gradients, but by different learning rates."""
    for steps in steps_of_all(ranks):
        lrs = [step.lr for step in steps]
        if max(lrs) - min(lrs) > MOST_APART * max(map(abs, lrs)):
            return _lrs_apart(lrs, steps[0].where)
    changes = [{own[change.optimizer].at(change.step): change.lr
                for change in rank.of(LearningRate) if change.optimizer in own}
               for rank in ranks for own in [optimizers(rank)]]  # fmt: skip
    for key in set.intersection(*map(set, changes)):
        lrs = [change[key] for change in changes]
        if max(lrs) - min(lrs) > MOST_APART * max(map(abs, lrs)):
            return _lrs_apart(lrs, None)
    return None


def _skipped(rank: int, where: str) -> Finding:
    return out_of_step(
        where,
        f"The GradScaler looks for infinite gradients before they are averaged: it skipped the step on rank {rank}, "
        "where the others made theirs.",
        "Let all ranks see the same gradients first: optimizer.synchronize(), then scaler.unscale_(optimizer), then "
        "with optimizer.skip_synchronize(): scaler.step(optimizer).",
    )


def _left_by_another_loss(where: str | None) -> Finding:
    return out_of_step(
        where,
        "Horovod is still averaging gradients here that the backward of another loss has left in this optimizer's "
        "parameters, and refuses to reset them.",
        "Freeze these parameters for that backward (module.requires_grad_(False)), or call optimizer.synchronize() "
        "before optimizer.zero_grad().",
    )


def _lrs_apart(lrs: list[float], where: str | None) -> Finding:
    each = ", ".join(f"{lr:g} on rank {rank}" for rank, lr in enumerate(lrs[:4]))
    return out_of_step(
        where,
        f"The ranks step with different learning rates ({each}), so their weights part.",
        "Set the learning rate from what all ranks know alike: the step, the epoch, an averaged metric.",
    )
