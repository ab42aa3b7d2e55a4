"""How the ranks begin: initialised, from the same weights and the same optimizer state."""

from collections.abc import Iterator

from scalelab.check.events import Call, Step, Untrained, Wrapped
from scalelab.check.findings.compare import DECAY, equal, optimizers, steps_of_all
from scalelab.check.findings.out_of_step import out_of_step
from scalelab.check.rank_events import RankEvents
from scalelab.check.report import Finding

BROADCASTS = ("broadcast_parameters", "broadcast_", "broadcast_async_", "broadcast_object", "broadcast")
NOT_YET = ("Horovod has not been initialized", "process group has not been initialized")


def is_serial(ranks: list[RankEvents]) -> bool:
    """Whether Horovod was never initialised although the script ran: everything else follows from that."""
    return not any(rank.initialized for rank in ranks)


def find(ranks: list[RankEvents]) -> Iterator[Finding]:
    """not-initialized, weights-not-broadcast, optimizer-state-not-broadcast; parts-out-of-step for a late broadcast."""
    if is_serial(ranks):
        crashed = any(rank.end and rank.end.error for rank in ranks)
        if asked_too_early(ranks) or not crashed or all(rank.steps for rank in ranks):
            yield _not_initialized(len(ranks), _asked_at(ranks))
        return
    unequal = list(find_unequal_start(ranks))
    yield from unequal or find_unequal_untrained(ranks)
    yield from find_unequal_state(ranks)


def asked_too_early(ranks: list[RankEvents]) -> bool:
    """Whether the script ended because it asked Horovod something without ever having initialised it."""
    return any(_too_early(rank) for rank in ranks)


def _asked_at(ranks: list[RankEvents]) -> str | None:
    """The line that asked too early."""
    return next((rank.end.where for rank in ranks if rank.end and _too_early(rank)), None)


def _too_early(rank: RankEvents) -> bool:
    return any(words in _error(rank) for words in NOT_YET)


def _error(rank: RankEvents) -> str:
    return (rank.end and rank.end.error) or ""


def find_unequal_start(ranks: list[RankEvents]) -> Iterator[Finding]:
    """The weights before the first step of each optimizer, compared among ranks."""
    for steps in _first_steps(ranks):
        if equal([step.weights for step in steps], tolerance=DECAY):
            continue
        wraps = ranks[0].of(Wrapped) if ranks[0].engine == "ddp" else []
        equal_once: list[Call | Wrapped] = [*ranks[0].calls("broadcast_parameters"), *wraps]
        early = [event for event in equal_once if event.step <= steps[0].step]
        late = [call for call in ranks[0].calls(*BROADCASTS) if call.step > steps[0].step and call.elements]
        late += [call for call in ranks[0].calls("broadcast_parameters") if call.step > steps[0].step]
        if late:
            yield _broadcast_late(late[0].where)
        else:
            yield _changed_since(early[-1].where) if early else _not_broadcast(steps[0].where)
        return


def find_unequal_state(ranks: list[RankEvents]) -> Iterator[Finding]:
    """The optimizers' momentum and the like before their first step, compared among ranks."""
    for steps in _first_steps(ranks):
        states = [step.state for step in steps]
        held = any(number for state in states for number in state)
        if held and (len({len(state) for state in states}) > 1 or not equal(states)):
            yield _state_not_broadcast(steps[0].where)
            return


def find_unequal_untrained(ranks: list[RankEvents]) -> Iterator[Finding]:
    """The weights of networks that no optimizer trains, where all ranks call one at the same line and step."""
    called = [{(event.where, event.step): event for event in rank.of(Untrained)} for rank in ranks]
    for key in called[0]:
        weights = [of_rank[key].weights for of_rank in called if key in of_rank]
        if len(weights) == len(ranks) and not equal(weights, tolerance=DECAY):
            yield _untrained_differs(key[0])
            return


def _first_steps(ranks: list[RankEvents]) -> list[tuple[Step, ...]]:
    """The first step of each optimizer that steps on all ranks, one of each rank."""
    return [steps for steps in steps_of_all(ranks) if optimizers(ranks[0])[steps[0].optimizer].first == steps[0].step]


def _not_initialized(workers: int, where: str | None) -> Finding:
    return Finding(
        id="not-initialized",
        severity="error",
        where=where,
        message=f"Horovod was never initialised: these are {workers} copies of a serial program, "
        "which know nothing of one another.",
        hint="Call hvd.init() at the beginning, after `import horovod.torch as hvd`.",
    )


def _not_broadcast(where: str | None) -> Finding:
    return Finding(
        id="weights-not-broadcast",
        severity="error",
        where=where,
        message="The ranks make their first step from different weights, so they never train the same model.",
        hint="Call hvd.broadcast_parameters(model.state_dict(), root_rank=0) before the first step. "
        "(Equal seeds do not replace it: the check starts the ranks apart on purpose.)",
    )


def _changed_since(where: str | None) -> Finding:
    return Finding(
        id="weights-not-broadcast",
        severity="error",
        where=where,
        message="The weights are broadcast here, and yet the ranks make their first step from different ones: what is "
        "loaded, made or set after the broadcast is each rank's own, and parameters that were not given to it as well.",
        hint="First make the whole model and load the checkpoint, on rank 0 at least; then broadcast all of it: "
        "hvd.broadcast_parameters(model.state_dict(), root_rank=0).",
        about="later",
    )


def _untrained_differs(where: str | None) -> Finding:
    return Finding(
        id="weights-not-broadcast",
        severity="error",
        where=where,
        message="The network that is called here is trained by no optimizer, and has other weights on each rank: the "
        "ranks learn from different teachers.",
        hint="Broadcast it as well, hvd.broadcast_parameters(network.state_dict(), root_rank=0), or copy it from the "
        "trained one after that one's broadcast.",
        about="untrained",
    )


def _state_not_broadcast(where: str | None) -> Finding:
    return Finding(
        id="optimizer-state-not-broadcast",
        severity="error",
        where=where,
        message="The ranks make their first step with different optimizer states (momentum and the like), so their "
        "weights part at that step.",
        hint="Call hvd.broadcast_optimizer_state(optimizer, root_rank=0) after the state was loaded, before the first "
        "step.",
    )


def _broadcast_late(where: str | None) -> Finding:
    return out_of_step(
        where,
        "The weights are broadcast only after the first step: until then the ranks trained different models.",
        "Move the broadcast to where the model and its optimizer have just been made, before the loop.",
        about="broadcast",
    )
