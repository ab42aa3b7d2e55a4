"""What the text puts beside what it does not belong to: gathered values, and statistics of a rank's own part."""

from collections.abc import Iterator

from scalelab.check.report import Finding
from scalelab.check.source.calls import ScriptCalls


def find(calls: ScriptCalls) -> Iterator[Finding]:
    """gathered-mismatched, statistics-by-rank."""
    if calls.mismatch:
        where, paired = calls.mismatch
        yield _labels(where) if paired == "labels" else _targets(where)
    if calls.own_statistics:
        yield _statistics(calls.own_statistics)


def _labels(where: str) -> Finding:
    return Finding(
        id="gathered-mismatched",
        severity="error",
        where=where,
        message="What was gathered stands one rank's part after another, and is put beside labels in the data set's "
        "order, which DistributedSampler deals out in turn: they do not belong together.",
        hint="Gather the labels in the same way as the predictions, in the same loop.",
    )


def _targets(where: str) -> Finding:
    return Finding(
        id="gathered-mismatched",
        severity="error",
        where=where,
        message="Each rank's own examples are compared with those of all ranks, and the targets count from 0 on every "
        "rank: only on rank 0 are these its own examples.",
        hint="What was gathered stands one rank's part after another: add rank * batch size to the targets.",
        about="targets",
    )


def _statistics(where: str) -> Finding:
    return Finding(
        id="statistics-by-rank",
        severity="error",
        where=where,
        message="Each rank prepares its data by a statistic of its own part, so one and the same example becomes "
        "another input on each rank.",
        hint="Compute it from all the data before they are cut, or average it over the ranks.",
    )
