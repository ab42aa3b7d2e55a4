"""Schedules of the learning rate that are each rank's own, or longer than the training."""

from collections.abc import Iterator

from scalelab.check.events import Plateau
from scalelab.check.rank_events import RankEvents
from scalelab.check.report import Finding
from scalelab.check.source.calls import ScriptCalls
from scalelab.check.source.lr_scaling import LRScaling

SAME = 1e-6  # relative; ranks that add in another order differ by less


def find(ranks: list[RankEvents], scaling: LRScaling, calls: ScriptCalls) -> Iterator[Finding]:
    """schedule-by-rank, schedule-too-long."""
    for events in zip(*(rank.of(Plateau) for rank in ranks), strict=False):
        metrics = [one.metric for one in events]
        if max(metrics) - min(metrics) > SAME * max(map(abs, metrics)):
            yield _by_rank(events[0].where, metrics)
            break
    if calls.long_schedule and not scaling.batch_divided:
        yield _too_long(calls.long_schedule, len(ranks))


def _by_rank(where: str | None, metrics: list[float]) -> Finding:
    low, high = sorted((metrics.index(min(metrics)), metrics.index(max(metrics))))
    return Finding(
        id="schedule-by-rank",
        severity="error",
        where=where,
        message=f"ReduceLROnPlateau decides by each rank's own metric, {metrics[low]:.4g} on rank {low} and "
        f"{metrics[high]:.4g} on rank {high}: once they cut the learning rate at different epochs, the models drift "
        "apart.",
        hint='Let all decide by one number: metric = hvd.allreduce(metric, name="metric"), then the schedule.',
    )


def _too_long(where: str, workers: int) -> Finding:
    return Finding(
        id="schedule-too-long",
        severity="error",
        where=where,
        message=f"The schedule counts the batches of all the data, but each of {workers} ranks makes one in {workers} "
        "of these steps: training ends in the middle of it, at a high learning rate.",
        hint="Count the rank's own batches: len(loader), with the sampler in it, times the epochs.",
    )
