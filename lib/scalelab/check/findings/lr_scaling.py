"""Advice on the learning rate, since K workers take K batches a step."""

from collections.abc import Iterator

from scalelab.check.events import LearningRate, Step
from scalelab.check.findings.effective_batch import images_by_step
from scalelab.check.rank_events import RankEvents
from scalelab.check.report import Finding
from scalelab.check.source.lr_scaling import LRScaling

SAME = 0.01  # relative


def find(ranks: list[RankEvents], scaling: LRScaling) -> Iterator[Finding]:
    """learning-rate-scaled-twice; learning-rate-not-scaled, or else no-warmup, but neither where the batch was made
    smaller instead.
    """
    steps = ranks[0].of(Step)
    if steps and scaling.scaled_again and (twice := _scaled_again(ranks[0], len(ranks))):
        yield _scaled_twice(len(ranks), twice, steps[0].where)
        return
    if not steps or not all(rank.batches for rank in ranks) or scaling.batch_divided:
        return
    sizes = [next(iter(images_by_step(rank).values())) for rank in ranks]  # of the first step
    if scaling.scaled and scaling.unscaled_group:
        yield _group_not_scaled(scaling.unscaled_group)
    elif not scaling.scaled:
        yield _not_scaled(len(ranks), sizes, steps[0])
    elif not _rises(ranks[0]) and not (scaling.speaks_of_warmup and not _saw_an_epoch(ranks[0])):
        yield _no_warmup(sizes, steps[0])


def _scaled_again(rank: RankEvents, workers: int) -> LearningRate | None:
    """Where a schedule has brought the learning rate to that which its optimizer was made with, times the workers."""
    highest: dict[int, LearningRate] = {}
    for change in rank.of(LearningRate):
        if change.lr >= highest.get(change.optimizer, change).lr:
            highest[change.optimizer] = change
    wanted = [(one, one.made * workers) for one in highest.values() if one.made]
    return next((one for one, twice in wanted if abs(one.lr - twice) <= SAME * twice), None)


def _rises(rank: RankEvents) -> bool:
    """Whether any optimizer's learning rate was seen to grow."""
    last: dict[int, float] = {}
    for change in rank.of(LearningRate):
        if change.lr > last.get(change.optimizer, change.lr):
            return True
        last[change.optimizer] = change.lr
    return False


def _saw_an_epoch(rank: RankEvents) -> bool:
    """Whether a learning rate that is set once an epoch would have been seen to grow."""
    end = rank.end
    return end is not None and (end.second_epoch or not (end.error or end.enough))  # or the script was run to its end


def _scaled_twice(workers: int, highest: LearningRate, where: str | None) -> Finding:
    return Finding(
        id="learning-rate-scaled-twice",
        severity="error",
        where=where,
        message=f"The optimizer is made with a learning rate that is scaled by the number of workers already, "
        f"{highest.made:g}, and the schedule multiplies it by {workers} once more, to {highest.lr:g}.",
        hint="Scale it once: make the optimizer with the learning rate of one worker, or let the warmup end at 1, not "
        "at hvd.size().",
    )


def _not_scaled(workers: int, sizes: list[int], step: Step) -> Finding:
    return Finding(
        id="learning-rate-not-scaled",
        severity="advice",
        where=step.where,
        message=f"The effective batch size is {sum(sizes)} ({workers} workers of {sizes[0]} images each), but the "
        f"learning rate, {step.lr:g}, does not depend on the number of workers.",
        hint="A step now averages over more images, so it may be longer: try the learning rate times hvd.size() for "
        "SGD (Goyal et al. 2017), or times its square root, with a warmup; measure which is best.",
    )


def _group_not_scaled(where: str) -> Finding:
    return Finding(
        id="learning-rate-not-scaled",
        severity="advice",
        where=where,
        message="This group of parameters has a learning rate of its own, which does not depend on the number of "
        "workers, while that of the others does: it now learns more slowly beside them than in the serial script.",
        hint="Scale every group's: its learning rate times hvd.size() as well, or each group's after the optimizer is "
        'made, in a loop over optimizer.param_groups: group["lr"] *= hvd.size().',
    )


def _no_warmup(sizes: list[int], step: Step) -> Finding:
    return Finding(
        id="no-warmup",
        severity="advice",
        where=step.where,
        message=f"Training begins at once with the scaled learning rate, {step.lr:g}, at an effective batch size of "
        f"{sum(sizes)}.",
        hint="Let the learning rate grow from that of one worker to its full value over the first epochs (gradual "
        "warmup, Goyal et al. 2017, section 2.2): the first steps are the ones that diverge.",
    )
