"""How a run ended before its time: a rank that crashed or is slow, ranks that wait for others or ran out of batches."""

import signal
from collections.abc import Iterator, Sequence

from scalelab.check.events import Alive, Ended
from scalelab.check.findings.epochs import uneven
from scalelab.check.rank_events import RankEvents
from scalelab.check.report import Finding
from scalelab.launch.diagnose import EXIT, describe_code, explain_stall, is_victim
from scalelab.launch.engine import Engine
from scalelab.launch.launch import Outcome

TERMINATED = 128 + signal.SIGTERM
NAMED_BY_TYPE = ("broadcast_object", "allgather_object")


def find(ranks: list[RankEvents], outcome: Outcome) -> Iterator[Finding]:
    """rank-crashed, uneven-batches, slow-rank or stalled; nothing where the run came to an end of its own."""
    if outcome.ended == "finished" or all(rank.end and not rank.end.error for rank in ranks):
        return
    crash = find_crash(ranks, outcome)
    if crash:
        yield crash
    elif not _cut_short(ranks, outcome):
        yield (
            find_lone_join(ranks)
            or find_uneven(ranks, outcome)
            or find_slow(ranks, outcome)
            or find_stall(ranks, outcome)
        )


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
        if rank.end and rank.end.error and not is_victim(rank.end.error):
            alone = sum(bool(r.end and r.end.error == rank.end.error) for r in ranks) < len(ranks)
            return _crashed(rank.rank if alone else None, rank.end.error.rstrip("."), rank.end.where, rank.end.through)
    for rank in ranks:
        if rank.end is None and (code := _exit_code(rank.rank, outcome)) and not _aborted_by_gloo(rank, code):
            signs = rank.of(Alive)
            return _killed(rank.rank, describe_code(code), signs[-1].where if signs else None)
    return None


def _aborted_by_gloo(rank: RankEvents, code: int) -> bool:
    """Whether its call met another one of a rank that was elsewhere: then Gloo ends the process."""
    return rank.engine == "ddp" and code == 128 + signal.SIGABRT and waits(rank)


def find_uneven(ranks: list[RankEvents], outcome: Outcome) -> Finding | None:
    """Some ranks wait within the loop over batches for others that are through with it, whatever their rank."""
    last = [_last(rank) for rank in ranks]
    done = [(rank.end and not rank.end.error and rank.steps > 0) or (waits(rank, outcome) and _is_through(now))
            for rank, now in zip(ranks, last, strict=True)]  # fmt: skip
    inside = [waits(rank, outcome) and now is not None and not now.left_loop and not now.by_rank
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


def find_lone_join(ranks: list[RankEvents]) -> Finding | None:
    """Some ranks have called `join`, and one that never did is over: it will not come."""
    if ranks[0].engine != "horovod":  # torch's Join tells the others
        return None
    joined = [call for rank in ranks for call in rank.calls("join")[:1]]
    over = [rank for rank in ranks if rank.end and not rank.end.error and not rank.end.enough]
    absent = [rank.rank for rank in over if not rank.calls("join")]
    if not joined or not absent:
        return None
    return Finding(
        id="stalled",
        severity="error",
        rank=absent[0],
        where=joined[0].where,
        message=f"hvd.join() waits here until every rank has called it, and rank {absent[0]} never does; meanwhile the "
        "others average with zeros in the place of what this rank would give.",
        hint="Let all ranks call hvd.join(), after their last batch, or none; to wait for one another there is "
        "hvd.barrier().",
        about="join",
    )


def find_slow(ranks: list[RankEvents], outcome: Outcome) -> Finding | None:
    """A rank that computes, and is in no collective call, while all the others wait for it."""
    busy = [rank for rank in ranks if rank.end is None and not waits(rank, outcome) and rank.of(Alive)]
    waiting = [rank for rank in ranks if waits(rank, outcome)]
    if len(busy) != 1 or len(waiting) + 1 < len(ranks) or not busy[0].steps:
        return None
    rank, signs = busy[0], busy[0].of(Alive)
    return Finding(
        id="slow-rank",
        severity="warning",
        rank=rank.rank,
        where=signs[-1].where,
        message=f"Rank {rank.rank} was still computing at {signs[-1].where} while the others waited "
        f"({_place(waiting[0])}), and the check waited no longer. What came before is judged.",
        hint="If it would come to an end, all ranks wait for one: share what it does among them. More time for the "
        "check: scalelab check --timeout 300.",
    )


def find_stall(ranks: list[RankEvents], outcome: Outcome) -> Finding:
    """Who waits at which call, who never came: from Horovod's report, or from the last signs of life."""
    if call := _same_call_unnamed(ranks):
        return _other_names(call, ranks[0])
    places = "; ".join(_place(rank) for rank in ranks)
    noted = explain_stall(outcome.output)
    waiting = [rank for rank in ranks if waits(rank, outcome)]
    missing = [rank for rank in ranks if not waits(rank, outcome)]
    return Finding(
        id="stalled",
        severity="error",
        rank=missing[0].rank if waiting and len(missing) == 1 else None,
        where=_last_where(waiting[0]) if waiting else _last_where(ranks[0]),
        message=f"{noted or outcome.reason} {places}.",
        hint="Every rank must make the same collective calls, equally often and in the same order: look for calls "
        "under `if hvd.rank() == 0`, and for loops that are longer on some ranks.",
    )


def _same_call_unnamed(ranks: list[RankEvents]) -> str | None:
    """The call of Horovod in which all wait at one line, without a name of the script's; None where they do not."""
    if ranks[0].engine != "horovod":  # torch's calls have no names
        return None
    last = [sign for rank in ranks if waits(rank) and (sign := _last_sign(rank))]
    calls = {(sign.call, sign.where) for sign in last}
    named = any(sign.wrapped or (sign.tensor and sign.call not in NAMED_BY_TYPE) for sign in last)
    return last[0].call if len(last) == len(ranks) and len(calls) == 1 and not named else None


def _other_names(call: str, first: RankEvents) -> Finding:
    unnamed = (
        "it is named after the type of its object, which differs among the ranks"
        if call in NAMED_BY_TYPE
        else "it is named by a number that counts such calls, and one rank has made more of them (hvd.join() lets it)"
    )
    return Finding(
        id="stalled",
        severity="error",
        where=_last_where(first),
        message=f"All ranks wait in hvd.{call}, each for another name: {unnamed}.",
        hint=f'Give the call a name of your own, the same on every rank: hvd.{call}(x, name="x").',
        about="name",
    )


def _place(rank: RankEvents) -> str:
    name = f"Rank {rank.rank}"
    if rank.end and not rank.end.error:
        return f"{name} had ended after {rank.steps} steps"
    where = _last_where(rank) or "the script"
    sign = _last_sign(rank)
    call = _call(sign, rank.engine) if sign else ""
    return f"{name} was at {where}{call}, after {rank.steps} steps"


def _last_sign(rank: RankEvents) -> Alive | None:
    """Of one that fell with the others: where it was until then."""
    signs = rank.of(Alive)
    if rank.end:
        signs = [sign for sign in signs if sign.call] or signs
    return signs[-1] if signs else None


def _call(sign: Alive, engine: Engine) -> str:
    """As " in hvd.allreduce for 'loss'", or nothing."""
    if sign.call is None:
        return ""
    if sign.wrapped:
        return " in the averaging of gradients"
    return f" in {name_of(sign.call, engine)}" + (f" for {sign.tensor[:60]!r}" if sign.tensor else "")


def waits(rank: RankEvents, outcome: Outcome | None = None) -> bool:
    """Whether the rank was in a collective call to the last; or was ended there, before it could say so, when another
    rank had fallen (torchrun does that).
    """
    signs = rank.of(Alive)
    if rank.engine == "ddp" and rank.end is None and signs and outcome and _code(rank.rank, outcome) == TERMINATED:
        return True
    return bool(rank.end and rank.end.error) or (rank.end is None and bool(signs) and signs[-1].call is not None)


def name_of(call: str, engine: Engine) -> str:
    """A collective call as scripts write it."""
    if engine == "horovod":
        return f"hvd.{call}"
    return call if call == "wait" or "." in call or not call.islower() else f"dist.{call}"


def _last_where(rank: RankEvents) -> str | None:
    if rank.end:
        return rank.end.where
    signs = rank.of(Alive)
    return signs[-1].where if signs else None


def _code(rank: int, outcome: Outcome) -> int | None:
    """The exit code that the launcher reports for this rank."""
    lines = outcome.output.launcher() + outcome.output.of(None, "stdout")
    found = [match for line in lines if (match := EXIT.search(line)) and int(match["rank"]) == rank]
    return int(found[0]["code"]) if found else None


def _exit_code(rank: int, outcome: Outcome) -> int | None:
    """The same, unless it is that of a rank ended by others."""
    code = _code(rank, outcome)
    return None if code in (0, 1, TERMINATED) else code


def _killed(rank: int, how: str, where: str | None) -> Finding:
    return _fell(rank, where, f"Rank {rank} {how}" + (f"; it was last at {where}." if where else "."))


def _crashed(rank: int | None, error: str, where: str | None, through: Sequence[str] = ()) -> Finding:
    who = "Every rank" if rank is None else f"Rank {rank}"
    called = "".join(f", called from {line}" for line in through)
    return _fell(rank, where, f"{who} stopped with {error}" + (f" at {where}{called}." if where else "."))


def _fell(rank: int | None, where: str | None, message: str) -> Finding:
    hint = "Mend this first: when one rank stops, all others lose their partner and stop as well."
    return Finding(id="rank-crashed", severity="error", rank=rank, where=where, message=message, hint=hint)
