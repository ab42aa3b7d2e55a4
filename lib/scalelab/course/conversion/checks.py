"""Checks what a step should have changed, in runs of the script: each gives a sentence where it has not."""

import re
from collections import Counter
from collections.abc import Callable, Sequence

from scalelab.course.conversion.evidence import Evidence
from scalelab.course.conversion.isolated import IsolatedRanks
from scalelab.course.conversion.metrics import judge_metrics
from scalelab.course.conversion.runs import EPOCHS, OUT
from scalelab.course.conversion.steps import RECORD

FEWEST_CLASSES = 3  # below that, equal labels may be chance
NAMES_A_RANK = re.compile(r"\b(rank|worker)", re.IGNORECASE)


def judge_end(evidence: Evidence) -> str | None:
    """The run came to its end on ranks that share no disk, and each of them trained: idle ranks are all alike."""
    if not evidence.fresh.finished:
        return f"With each rank on a machine of its own: {evidence.fresh.reason}"
    for number, rank in enumerate(evidence.fresh.ranks):
        if not rank.start_weights:
            return f"Rank {number} makes no optimizer step: every rank trains, each by its own optimizer.step()."
    return None


def judge_log(evidence: Evidence) -> str | None:
    """Rank 0 prints and keeps the record, and nobody else."""
    run = evidence.fresh
    lines = [[*run.lines[rank], *run.ranks[rank].logged] for rank in range(run.workers)]
    if not lines[0]:
        return "Rank 0 prints nothing any more: keep the lines of the log on that rank, so that somebody is told."
    if sum(bool(line.strip()) for line in lines[0]) < EPOCHS:
        return "Rank 0 does not print a line after each epoch any more: keep these lines on that rank, as they were."
    for rank in range(1, run.workers):
        for line in lines[rank]:
            if line.strip() and not NAMES_A_RANK.search(line):
                return (
                    f"Rank {rank} prints {line.strip()[:60]!r}, too: print only where hvd.rank() is 0 "
                    "(hvd.local_rank() is 0 once on every machine)."
                )
        if f"{OUT}/{RECORD}" in run.files[rank]:
            return f"Rank {rank} writes a run record, too: RunRecord(arguments.out, hvd.rank()) writes on rank 0 alone."
    if f"{OUT}/{RECORD}" not in run.files[0]:
        return "Rank 0 keeps no run record any more: make a RunRecord there, and write a row after every epoch."
    return None


def judge_wrapping(evidence: Evidence) -> str | None:
    """What a checkpoint holds of the optimizer is still there after wrapping."""
    run = evidence.resumed_isolated
    if not run.finished:
        return _resumed(run)
    if run.ranks[0].start_state != evidence.fresh.ranks[0].end_state:
        return (
            "Resumed from a checkpoint, rank 0 does not begin with the momentum that was saved: wrap the optimizer "
            "first, then load its state into the wrapped one."
        )
    return None


def judge_broadcast(evidence: Evidence) -> str | None:
    """Resumed, with another checkpoint on the other ranks' disks, all begin from what rank 0 loaded."""
    run, saved = evidence.resumed_isolated, evidence.fresh.ranks[0]
    if not run.finished:
        return _resumed(run)
    if len({rank.start_weights for rank in run.ranks}) > 1:
        return (
            "Resumed from a checkpoint, the ranks make their first step from different weights: load on rank 0 "
            "first, then broadcast what it has loaded (the weights last where there is weight decay: where a rank has "
            "no state yet, hvd.broadcast_optimizer_state makes a step to get one)."
        )
    if run.ranks[0].start_weights != saved.end_weights:
        return (
            "Resumed from a checkpoint, rank 0 does not begin with the weights that it saved: load them there, and "
            "broadcast from it, root_rank=0."
        )
    if len({rank.start_state for rank in run.ranks}) > 1:
        return (
            "Resumed from a checkpoint, all ranks have rank 0's weights, but not its momentum: call "
            "hvd.broadcast_optimizer_state(optimizer, root_rank=0) as well, after the state was loaded."
        )
    return None


def judge_division(evidence: Evidence) -> str | None:
    """An epoch is all images once, dealt anew each time; the effective batch is that of all ranks."""
    run = evidence.fresh
    steps = [len(rank.batches) / EPOCHS for rank in run.ranks]
    if len(set(steps)) > 1:
        return f"The ranks make different numbers of steps in an epoch: {_listed(steps)}. Give them equal parts."
    together, spare = sum(rank.images for rank in run.ranks) / EPOCHS, run.workers - 1
    dropped = _short_batches_dropped(run, evidence.images - together)
    if abs(together - evidence.images) > spare and not dropped:
        why = "divide the epoch, once." if together > evidence.images else "is the epoch divided twice?"
        return f"In an epoch the ranks train on {together:g} images together, and there are {evidence.images}: {why}"
    if run.workers > 1 and any(_same_images(run, 0, rank) for rank in range(1, run.workers)):
        return (
            "With each rank on a machine of its own, ranks train on the same images: hvd.local_rank() is 0 on each of "
            "these machines, so the part must be that of hvd.rank()."
        )
    if all(_labels(run, rank, 0) == _labels(run, rank, 1) for rank in range(run.workers)):
        return (
            "Each rank trains on the same images in every epoch: shuffle all of them first, alike on every rank and "
            "anew in each epoch, and then take a part."
        )
    epochs = [sum((_labels(run, rank, epoch) for rank in range(run.workers)), Counter()) for epoch in (0, 1)]
    if sum(((epochs[0] - epochs[1]) + (epochs[1] - epochs[0])).values()) > 2 * (
        spare + max(0, evidence.images - together)
    ):
        return (
            "In an epoch some images come more than once, and others never: shuffle the numbers of all images and cut "
            "that; do not draw them one by one."
        )
    return _effective_batch(run)


def _short_batches_dropped(run: IsolatedRanks, missing: float) -> bool:
    """Whether what is missing in an epoch may be the short last batches: all that came are full, and it is less."""
    lengths = {len(batch.labels) for rank in run.ranks for batch in rank.batches}
    return len(lengths) == 1 and 0 < missing < run.workers * max(lengths)


def _effective_batch(run: IsolatedRanks) -> str | None:
    """The batch size that is reported is the number of images in a step of all ranks."""
    reported = [row.values.get("effective_batch_size") for row in run.ranks[0].reported]
    actual = sum(max(len(batch.labels) for batch in rank.batches) for rank in run.ranks)
    if reported and reported[0] is not None and reported[0] != actual:
        of_one = actual // run.workers
        if actual < reported[0] < actual + run.workers:
            return (
                f"The record says effective_batch_size={reported[0]:g}, but {reported[0]:g} images cannot be shared "
                f"equally by {run.workers} ranks: each takes {of_one}, so a step takes {actual}. Report that."
            )
        return (
            f"A step takes {actual} images, those of all ranks together, but the record says "
            f"effective_batch_size={reported[0]:g}: it is the batch size of one rank times hvd.size()."
        )
    return None


def judge_checkpoint(evidence: Evidence) -> str | None:
    """Rank 0 writes it and reads it; the others go on from where it stands."""
    run = evidence.fresh
    if not run.files[0] - {f"{OUT}/{RECORD}"}:
        return "Rank 0 writes no checkpoint any more, and it is the one that should."
    for rank in range(1, run.workers):
        if others := sorted(run.files[rank] - {f"{OUT}/{RECORD}"}):
            return f"Rank {rank} writes {others[0]}, too: write the checkpoint on one rank alone, if hvd.rank() == 0."
    return _going_on(evidence.resumed, run)


def _going_on(run: IsolatedRanks, before: IsolatedRanks) -> str | None:
    if "FileNotFoundError" in run.reason:
        return (
            f"{_resumed(run)} Only rank 0 has the checkpoint on its disk: let it read, and tell the other ranks "
            "what they need to know, hvd.broadcast_object(epochs_done, root_rank=0)."
        )
    steps = [len(rank.batches) for rank in run.ranks]
    wanted = [len(rank.batches) / EPOCHS for rank in before.ranks]
    if steps != wanted and (any(steps) or run.finished):
        if len(set(steps)) == 1 and steps[0] > wanted[0]:
            return (
                f"Resumed for one epoch more, of {wanted[0]:g} steps, every rank makes {steps[0]}, as from an earlier "
                "epoch: write the checkpoint after each epoch, and let epochs_done be what rank 0 has read, on all "
                "ranks: hvd.broadcast_object(epochs_done, root_rank=0)."
            )
        return (
            f"Resumed for one epoch more, of {wanted[0]:g} steps, the ranks make these: {_listed(steps)}. All of them "
            "have to know how many epochs are done: hvd.broadcast_object(epochs_done, root_rank=0)."
        )
    if not run.finished:
        return _resumed(run)
    if {rank.start_weights for rank in run.ranks} != {before.ranks[0].end_weights}:
        return "Resumed from a checkpoint that rank 0 has read, the others do not begin from its weights."
    if {rank.start_state for rank in run.ranks} != {before.ranks[0].end_state}:
        return (
            "Resumed from a checkpoint, the ranks do not begin with the momentum that rank 0 ended with: save the "
            "optimizer's state beside the weights and the epochs done, load it on rank 0, and broadcast it."
        )
    return None


def _resumed(run: IsolatedRanks) -> str:
    return f"Resumed from a checkpoint: {run.reason}"


def _same_images(run: IsolatedRanks, rank: int, other: int) -> bool:
    """Whether two ranks train on the same labels in the same batches throughout, enough of them not to be luck."""
    mine, theirs = ([batch.labels for batch in run.ranks[number].batches] for number in (rank, other))
    return mine == theirs and len({label for labels in mine for label in labels}) >= FEWEST_CLASSES


def _labels(run: IsolatedRanks, rank: int, epoch: int) -> Counter:
    """What tells one part of the images from another, whatever its order."""
    return Counter(label for batch in run.ranks[rank].epoch(epoch, EPOCHS) for label in batch.labels)


def _listed(values: Sequence[float]) -> str:
    return ", ".join(f"{value:g} on rank {rank}" for rank, value in enumerate(values))


CHECKS: dict[str, tuple[Callable[[Evidence], str | None], ...]] = {
    "initialise": (judge_end,),
    "log": (judge_end, judge_log),
    "wrap": (judge_end, judge_wrapping),
    "broadcast": (judge_end, judge_broadcast),
    "divide": (judge_end, judge_division),
    "average": (judge_end, judge_metrics),
    "checkpoint": (judge_end, judge_checkpoint),
}
