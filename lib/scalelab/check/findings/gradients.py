"""Whether the ranks step by the same gradients, whoever averaged them."""

from collections.abc import Iterator

from scalelab.check.events import Call, RankEvents, Step
from scalelab.check.findings.compare import AVERAGING, equal
from scalelab.check.report import Finding

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
    for steps in zip(*(rank.of(Step) for rank in ranks), strict=False):
        if steps[0].replaced and not equal([step.gradients for step in steps]):
            return _dropped(steps[0].where)
    return None


def find(ranks: list[RankEvents]) -> Iterator[Finding]:
    """rank-idle; optimizer-not-wrapped: gradients that differ and weights that move apart, or that nobody exchanges."""
    silent = not any(_exchanges(call) for rank in ranks for call in rank.of(Call))
    if silent and (idle := find_idle(ranks)):
        yield idle
        return
    for number in sorted({step.optimizer for step in ranks[0].of(Step)}):
        own = [[step for step in rank.of(Step) if step.optimizer == number] for rank in ranks]
        by_step = list(zip(*own, strict=False))
        if len(by_step) < 2:
            continue
        unequal = [steps for steps in by_step if not equal([step.gradients for step in steps])]
        if silent or (len(unequal) >= len(by_step) / 2 and _moves_apart(by_step)):
            yield _not_wrapped(by_step[0][0].where)
            return


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


def _moves_apart(by_step: list[tuple[Step, ...]]) -> bool:
    """Whether the ranks' weights change by different amounts in a step: sum of every tensor, before and after."""
    for before, after in zip(by_step, by_step[1:], strict=False):
        moved = [_difference(x.weights, y.weights) for x, y in zip(before, after, strict=True)]
        size = max((abs(value) for one in moved for value in one), default=0.0)
        spread = max((max(values) - min(values) for values in zip(*moved, strict=False)), default=0.0)
        if spread > 0.02 * size and not equal([step.weights for step in after], tolerance=1e-12):
            return True
    return False


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


def _not_wrapped(where: str | None) -> Finding:
    return Finding(
        id="optimizer-not-wrapped",
        severity="error",
        where=where,
        message="Each rank steps by its own gradients; they are never averaged, so the models drift apart.",
        hint="Wrap the optimizer: optimizer = hvd.DistributedOptimizer(optimizer, model.named_parameters()), "
        "or average every gradient with hvd.allreduce before the step.",
    )
