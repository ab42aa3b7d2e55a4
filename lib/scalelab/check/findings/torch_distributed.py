"""What can be wrong only with scripts of torch.distributed: how a model is wrapped, called, moved and saved."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import msgspec

from scalelab.check.events import Alive, Saved, Wrapped
from scalelab.check.findings.out_of_step import out_of_step
from scalelab.check.rank_events import RankEvents
from scalelab.check.report import Finding
from scalelab.check.source.calls import ScriptCalls
from scalelab.check.source.torch_calls import TorchCalls


class Known(NamedTuple):
    """What torch says when it ends a rank; the finding's id, the cause and the cure."""

    error: re.Pattern[str]
    id: str
    message: str
    hint: str


KNOWN = [
    Known(
        re.compile("Expected to have finished reduction in the prior iteration"),
        id="unused-parameters",
        message="Some parameters took no part in a backward, so DistributedDataParallel still waits for their "
        "gradients and refuses the next forward.",
        hint="Let each forward use all parameters and the loss all outputs, or wrap with find_unused_parameters=True.",
    ),
    Known(
        re.compile("modified by an inplace operation"),
        id="buffers-overwritten",
        message="The model is called again before the backward of its first call, and each call of "
        "DistributedDataParallel puts rank 0's buffers (batch norm's statistics) in the place of those that the first "
        "call still needs.",
        hint="Call it once, on both batches together, or wrap it with broadcast_buffers=False.",
    ),
    Known(
        re.compile("No backend type associated with device type"),
        id="backend-not-for-device",
        message="The process group has no backend for the device that holds the tensors: gloo is for the CPU, nccl for "
        "GPUs.",
        hint="Call init_process_group() without a backend, which takes one for each device, or keep the tensors of a "
        "collective call on the backend's.",
    ),
    Known(
        re.compile("device_ids.*only work with"),
        id="backend-not-for-device",
        message="DistributedDataParallel was given device_ids for a model that is not on that GPU.",
        hint="Move the model to its GPU first, model.to(local_rank), then wrap it; on a CPU leave device_ids out.",
    ),
]


def what_applies(calls: ScriptCalls) -> ScriptCalls:
    """Without what is a mistake under Horovod alone: gradients are averaged in the backward, and clipped after it."""
    return replace(calls, clips=None, may_clip=None, synchronizes=None, torch_sync_batch_norm=None, dropped=None)


def find_mixed(ranks: list[RankEvents]) -> Iterator[Finding]:
    """engines-mixed: Horovod and torch.distributed are both begun."""
    for rank in ranks:
        if rank.calls("init") and (others := rank.calls("init_process_group")):
            yield Finding(
                id="engines-mixed",
                severity="error",
                where=others[0].where,
                message="The script begins Horovod and torch.distributed: each counts its own ranks, is started by its "
                "own launcher, and knows nothing of what the other averages.",
                hint="Keep one: hvd.init() with hvd.DistributedOptimizer, or init_process_group() with "
                "DistributedDataParallel.",
            )
            return


def find(ranks: list[RankEvents], calls: TorchCalls) -> Iterator[Finding]:
    """parts-out-of-step for a model that is moved when it is wrapped; result-dropped; checkpoint-prefixed."""
    if calls.moved:
        yield out_of_step(
            calls.moved,
            "The model is moved to its device when DistributedDataParallel has it already, which has laid out its "
            "gradients for the parameters as they were.",
            "Move first, then wrap: model = DistributedDataParallel(model.to(device)).",
            about="device",
        )
    if calls.not_awaited:
        yield Finding(
            id="result-dropped",
            severity="error",
            where=calls.not_awaited,
            message="Nobody keeps the handle of this call, which only begins the exchange: what is read next may be "
            "each rank's own still.",
            hint="Keep it and wait: handle = dist.all_reduce(x, async_op=True), and handle.wait() before x is read; or "
            "leave async_op out.",
            about="async",
        )
    if saved := [event for rank in ranks for event in rank.of(Saved)]:
        yield Finding(
            id="checkpoint-prefixed",
            severity="advice",
            where=saved[0].where,
            message='All names in the checkpoint begin with "module.", which DistributedDataParallel puts there: the '
            "model itself, and the assessment's grader, know them without.",
            hint="Save what is wrapped: model.module.state_dict().",
        )


def explained(finding: Finding, ranks: list[RankEvents]) -> Finding:
    """The finding, or what torch's own error, or the calls that were seen, say of its cause."""
    if finding.id == "rank-crashed":
        return _known(finding, ranks)
    if finding.id == "stalled" and any(_calls_wrapper_alone(rank) for rank in ranks):
        return msgspec.structs.replace(finding, about="alone")
    if finding.id == "optimizer-not-wrapped":
        return msgspec.structs.replace(finding, id="gradients-not-averaged", about=_why_not_averaged(finding, ranks[0]))
    return finding


def _calls_wrapper_alone(rank: RankEvents) -> bool:
    """Whether it stood in the wrapped model's forward, where a condition on the rank had led it."""
    signs = [sign for sign in rank.of(Alive) if sign.call]
    return bool(signs) and signs[-1].by_rank and signs[-1].call == "DistributedDataParallel.forward"


def _known(crash: Finding, ranks: list[RankEvents]) -> Finding:
    errors = [rank.end.error for rank in ranks if rank.end and rank.end.error]
    wrapped = any(rank.of(Wrapped) for rank in ranks)
    for known in KNOWN:
        if any(map(known.error.search, errors)) and (wrapped or known.id != "buffers-overwritten"):
            return Finding(id=known.id, severity="error", where=crash.where, message=known.message, hint=known.hint)
    return crash


def _why_not_averaged(finding: Finding, rank: RankEvents) -> str:
    """What keeps DistributedDataParallel from averaging; empty where there is none."""
    if rank.of(Wrapped) and not rank.calls("forward"):
        return "module"
    return "no_sync" if rank.calls("no_sync") else finding.about
