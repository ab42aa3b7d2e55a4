"""When a rank has shown enough, and how all agree on the step they end after.

A rank that ended alone would leave the others waiting. So each says when it has shown enough, and once all have,
every rank ends two steps after the furthest of them: ranks that average gradients are never more than one apart. One
whose script is over has shown all it has; who makes two steps more without it does not wait for it.
"""

from scalelab.check.observe.batches import Batches
from scalelab.check.observe.heartbeat import end_together
from scalelab.check.observe.observer import FULL_STEPS, Rank

MOST_SECONDS = 12.0
MOST_SECONDS_FROZEN = 60.0  # since the first step: until parameters are unfrozen, as the script says
FEWEST_SECONDS = 1.5  # since the first step: much may still come in a script whose epochs are short


def perhaps_end(rank: Rank, batches: Batches) -> None:
    """Called after every step: say that it is enough, or end."""
    if rank.averaged_steps == 1:  # what came before, this rank has made alone, and counted otherwise
        (rank.traces / f"enough-{rank.rank}").unlink(missing_ok=True)
    if not has_shown_enough(rank, batches):
        return
    mark = rank.traces / f"enough-{rank.rank}"
    if not mark.exists():
        part = rank.traces / f"part-{rank.rank}"
        part.write_text(str(_count(rank)))
        part.rename(mark)
    steps = [step for other in range(rank.size) if (step := _enough_at(rank, other)) is not None]
    if len(steps) == rank.size and _count(rank) >= 2 + max(steps):
        end_together(rank, batches.into_second_epoch)


def _count(rank: Rank) -> int:
    """Steps as all ranks count them: one of them may make others alone."""
    return rank.averaged_steps or rank.step


def _enough_at(rank: Rank, other: int) -> int | None:
    """The step at which a rank had shown enough, or at which this one found it ended; None while it goes on."""
    mark = rank.traces / f"enough-{other}"
    if mark.exists():
        return int(mark.read_text())
    if (rank.traces / f"done-{other}").exists():
        return rank.found_ended.setdefault(other, _count(rank))
    return None


def has_shown_enough(rank: Rank, batches: Batches) -> bool:
    """The first steps in full, and the beginning of the second epoch, unless that is too far away."""
    if rank.frozen and not rank.unfrozen_at:
        return rank.seconds() > MOST_SECONDS_FROZEN
    seen = rank.step >= rank.unfrozen_at + FULL_STEPS and batches.into_second_epoch and rank.seconds() > FEWEST_SECONDS
    return seen or rank.seconds() > MOST_SECONDS
