"""How a run ended before its time: a rank that crashed, ranks that wait for others, ranks that ran out of batches."""

from collections.abc import Iterator, Sequence

from scalelab.check.events import Alive, Ended, RankEvents
from scalelab.check.findings.epochs import uneven
from scalelab.check.report import Finding
from scalelab.launch.diagnose import EXIT, VICTIM, explain_stall
from scalelab.launch.launch import Outcome

VICTIMS = (VICTIM, "Horovod has been shut down")


def find(ranks: list[RankEvents], outcome: Outcome) -> Iterator[Finding]:
    """rank-crashed, uneven-batches or stalled; nothing where the run came to an end of its own."""
    if outcome.ended == "finished":
        return
    crash = find_crash(ranks, outcome)
    if crash:
        yield crash
    elif not _cut_short(ranks, outcome):
        yield find_uneven(ranks) or find_stall(ranks, outcome)


def _cut_short(ranks: list[RankEvents], outcome: Outcome) -> bool:
    """Whether the check itself ended the ranks, and not because they waited.

    Ranks that average nothing run far apart: one that has shown enough may leave another waiting. And a script may
    be too slow, or too large, for the check's limits.
    """
    enough = any(rank.end and rank.end.enough for rank in ranks)
    return enough or (outcome.ended in ("timeout", "memory", "printed", "stopped") and not any(map(waits, ranks)))


def find_crash(ranks: list[RankEvents], outcome: Outcome) -> Finding | None:
    """The first rank that ended with an error of its own, or was killed; not those that fell with it."""
    for rank in ranks:
        if rank.end and rank.end.error and not _is_victim(rank.end.error):
            alone = sum(bool(r.end and r.end.error == rank.end.error) for r in ranks) < len(ranks)
            return _crashed(rank.rank if alone else None, rank.end.error.rstrip("."), rank.end.where, rank.end.through)
    for rank in ranks:
        if rank.end is None and (code := _exit_code(rank.rank, outcome)):
            signs = rank.of(Alive)
            how = f"was ended by signal {code - 128}" if code > 128 else f"ended with exit code {code}"
            return _crashed(rank.rank, f"no message: it {how}", signs[-1].where if signs else None)
    return None


def find_uneven(ranks: list[RankEvents]) -> Finding | None:
    """Some ranks wait within the loop over batches for others that are through with it, whatever their rank."""
    last = [_last(rank) for rank in ranks]
    done = [(rank.end and not rank.end.error and rank.steps > 0) or (waits(rank) and _is_through(now))
            for rank, now in zip(ranks, last, strict=True)]  # fmt: skip
    inside = [waits(rank) and now is not None and not now.left_loop and not now.by_rank
              for rank, now in zip(ranks, last, strict=True)]  # fmt: skip
    if not any(done) or not any(inside) or not all(a or b for a, b in zip(done, inside, strict=True)):
        return None
    waiting = ranks[inside.index(True)]
    return uneven([rank.steps for rank in ranks], _last_where(waiting), f" {'; '.join(map(_place, ranks))}.")


def _last(rank: RankEvents) -> Alive | Ended | None:
    signs = rank.of(Alive)
    return rank.end or (signs[-1] if signs else None)


def _is_through(now: Alive | Ended | None) -> bool:
    return now is not None and now.left_loop and not now.by_rank


def find_stall(ranks: list[RankEvents], outcome: Outcome) -> Finding:
    """Who waits at which call, who never came: from Horovod's report, or from the last signs of life."""
    places = "; ".join(_place(rank) for rank in ranks)
    noted = explain_stall(outcome.output)
    waiting = [rank for rank in ranks if waits(rank)]
    missing = [rank for rank in ranks if not waits(rank)]
    return Finding(
        id="stalled",
        severity="error",
        rank=missing[0].rank if waiting and len(missing) == 1 else None,
        where=_last_where(waiting[0]) if waiting else _last_where(ranks[0]),
        message=f"{noted or outcome.reason} {places}.",
        hint="Every rank must make the same collective calls, equally often and in the same order: look for calls "
        "under `if hvd.rank() == 0`, and for loops that are longer on some ranks.",
    )


def _place(rank: RankEvents) -> str:
    name = f"Rank {rank.rank}"
    if rank.end and not rank.end.error:
        return f"{name} had ended after {rank.steps} steps"
    where = _last_where(rank) or "the script"
    signs = rank.of(Alive)
    call = _call(signs[-1]) if signs else ""
    return f"{name} was at {where}{call}, after {rank.steps} steps"


def _call(sign: Alive) -> str:
    """As " in hvd.allreduce for 'loss'", or nothing."""
    if sign.call is None:
        return ""
    if sign.wrapped:
        return " in the averaging of gradients"
    return f" in hvd.{sign.call}" + (f" for {sign.tensor[:60]!r}" if sign.tensor else "")


def waits(rank: RankEvents) -> bool:
    """Whether the rank was in a call of Horovod to the last."""
    signs = rank.of(Alive)
    return bool(rank.end and rank.end.error) or (rank.end is None and bool(signs) and signs[-1].call is not None)


def _last_where(rank: RankEvents) -> str | None:
    if rank.end:
        return rank.end.where
    signs = rank.of(Alive)
    return signs[-1].where if signs else None


def _is_victim(error: str) -> bool:
    return any(word in error for word in VICTIMS)


def _exit_code(rank: int, outcome: Outcome) -> int | None:
    """The exit code that horovodrun reports for this rank, unless it is that of a rank ended by others."""
    for line in outcome.output.launcher() + outcome.output.of(None, "stdout"):
        match = EXIT.search(line)
        if match and int(match["rank"]) == rank and int(match["code"]) not in (0, 1, 143):
            return int(match["code"])
    return None


def _crashed(rank: int | None, error: str, where: str | None, through: Sequence[str] = ()) -> Finding:
    who = "Every rank" if rank is None else f"Rank {rank}"
    called = "".join(f", called from {line}" for line in through)
    return Finding(
        id="rank-crashed",
        severity="error",
        rank=rank,
        where=where,
        message=f"{who} stopped with {error}" + (f" at {where}{called}." if where else "."),
        hint="Mend this first: when one rank stops, all others lose their partner and stop as well.",
    )
