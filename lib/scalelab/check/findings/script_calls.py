"""What the script's text shows and a run on one machine need not: results that nobody takes, and the like.

Each is told only where Horovod was seen to be used.
"""

from collections.abc import Iterator

from scalelab.check.events import SaltedHash, Wrapped
from scalelab.check.findings.out_of_step import out_of_step
from scalelab.check.rank_events import RankEvents
from scalelab.check.report import Finding
from scalelab.check.source.calls import ScriptCalls


def find(ranks: list[RankEvents], calls: ScriptCalls) -> Iterator[Finding]:
    """result-dropped, local-rank-as-rank, parts-out-of-step for two averagings, sync-batch-norm-idle,
    optimizer-state-not-broadcast for a state that one rank has loaded alone, parts-overlap for a salted hash.
    """
    if calls.dropped:
        yield _dropped(*calls.dropped)
    if calls.local_rank_as_rank:
        yield _local_rank(calls.local_rank_as_rank)
    if calls.synchronizes and not calls.skips and any(rank.of(Wrapped) for rank in ranks):
        yield _averaged_again(calls.synchronizes)
    if calls.hashes_by_size and any(rank.of(SaltedHash) for rank in ranks):
        yield _dealt_by_hash(calls.hashes_by_size)
    if calls.state_loaded_alone:
        yield _loaded_alone(calls.state_loaded_alone)
    if calls.torch_sync_batch_norm and not calls.uses_torch_distributed:
        yield _idle_batch_norm(calls.torch_sync_batch_norm)


def _dropped(where: str, name: str) -> Finding:
    return Finding(
        id="result-dropped",
        severity="error",
        where=where,
        message=f"Nobody takes what hvd.{name} gives back: it leaves its argument as it was, so each rank goes on with "
        "its own.",
        hint=f'Keep the result, as in x = hvd.{name}(x, name="x"); the functions whose names end in _ work in place.',
    )


def _local_rank(where: str) -> Finding:
    return Finding(
        id="local-rank-as-rank",
        severity="error",
        where=where,
        message="The part of the data is chosen by the local rank, which counts the ranks of one machine: on two "
        "machines both train on the same parts, and on one alone nobody sees it.",
        hint="Use hvd.rank() for parts; hvd.local_rank() is for the number of a rank's GPU.",
    )


def _dealt_by_hash(where: str) -> Finding:
    return Finding(
        id="parts-overlap",
        severity="error",
        where=where,
        message="The data are dealt out by Python's hash() of a text, which is another number in every process: some "
        "examples come on two ranks, and as many on none.",
        hint="Use one that is the same everywhere: zlib.crc32(text.encode()).",
        about="hash",
    )


def _averaged_again(where: str) -> Finding:
    return out_of_step(
        where,
        "optimizer.synchronize() averages the gradients, and optimizer.step() then averages them once more: twice the "
        "traffic, and what was clipped between the two is averaged after it was clipped.",
        "Step without the second: with optimizer.skip_synchronize(): optimizer.step().",
        about="synchronize",
    )


def _loaded_alone(where: str) -> Finding:
    return Finding(
        id="optimizer-state-not-broadcast",
        severity="error",
        where=where,
        message="Rank 0 alone loads the optimizer's state, and nobody sends it to the others: after a resumed start "
        "they begin with empty momentum, and the models drift apart.",
        hint="hvd.broadcast_optimizer_state(optimizer, root_rank=0) after it; or let every rank load the file.",
        about="loaded",
    )


def _idle_batch_norm(where: str) -> Finding:
    return Finding(
        id="sync-batch-norm-idle",
        severity="warning",
        where=where,
        message="torch's SyncBatchNorm asks torch.distributed, which nobody has begun here: under Horovod each rank "
        "normalises by its own images, as BatchNorm does.",
        hint="Use hvd.SyncBatchNorm where the ranks' batches are small, or leave it at BatchNorm.",
    )
