"""Whether the reported metrics cover all ranks: compared with what the ranks computed on the way."""

from dataclasses import dataclass

from scalelab.course.conversion.evidence import Evidence
from scalelab.course.conversion.isolated import IsolatedRanks
from scalelab.course.conversion.runs import EPOCHS

TOLERANCE = 2e-5  # relative; sums of a few hundred numbers in single precision


@dataclass(frozen=True)
class Parts:
    """A quantity of each rank: sums over its examples, and how many they were."""

    sums: list[float]
    counts: list[int]

    @property
    def of_all(self) -> float:
        """The mean over all examples."""
        return sum(self.sums) / sum(self.counts)

    @property
    def of_rank_0(self) -> float:
        """The mean over rank 0's own examples."""
        return self.sums[0] / self.counts[0]

    @property
    def mean_of_means(self) -> float:
        """The mean of the ranks' means, which weighs a short part as much as a long one."""
        return sum(s / n for s, n in zip(self.sums, self.counts, strict=True)) / len(self.sums)


def judge_metrics(evidence: Evidence) -> str | None:
    """The first report of rank 0: images, loss and training accuracy of all, validation accuracy over every image."""
    run = evidence.fresh
    if not run.ranks[0].reported:
        return "Rank 0 reports nothing to the run record any more."
    reported = run.ranks[0].reported[0].values
    training = [rank.epoch(0, EPOCHS) for rank in run.ranks]
    counts = [sum(len(batch.labels) for batch in batches) for batches in training]
    if sum(counts) > evidence.images + run.workers - 1:
        return "Every rank trains on all images, so there is nothing to average yet: divide the epoch first (step 5)."
    loss = Parts([sum(batch.loss for batch in batches) for batches in training], counts)
    right = Parts([sum(batch.right for batch in batches) for batches in training], counts)
    return (
        _compare("loss", reported, loss)
        or _compare("train_accuracy", reported, right)
        or _images(reported, counts)
        or _validation(run, reported, evidence.validation)
    )


def _validation(run: IsolatedRanks, reported: dict[str, float], validation: int) -> str | None:
    measured = [rank.measured_in(0, EPOCHS) for rank in run.ranks]
    whole = [one for one in measured[0] if one.images == validation]
    value = reported.get("validation_accuracy")
    if not any(measured) or value is None or any(_near(value, one.accuracy) for one in whole):
        return None  # measured in some way of its own, or by rank 0 on all images
    parts = [Parts([one.accuracy * one.images], [one.images]) for of_rank in measured for one in of_rank]
    all_parts = Parts([part.sums[0] for part in parts], [part.counts[0] for part in parts])
    if sum(all_parts.counts) < validation:
        return (
            f"Of the {validation} validation images the ranks measure {sum(all_parts.counts)} together: every one of "
            "them counts once, also where their number is no multiple of hvd.size()."
        )
    each_all = set(all_parts.counts) == {validation}  # every image counts as often as any other
    if sum(all_parts.counts) > validation and not each_all and _near(value, all_parts.of_all):
        return (
            f"There are {validation} validation images, and the ranks measure {sum(all_parts.counts)} together: some "
            "count twice. Each rank measures its own part, by hvd.rank()."
        )
    return _compare("validation_accuracy", reported, all_parts)


def _compare(name: str, reported: dict[str, float], parts: Parts) -> str | None:
    value = reported.get(name)
    if value is None or _near(value, parts.of_all):
        return None
    slips = {
        "that is rank 0's own": parts.of_rank_0,
        "that is the mean of the ranks' means, but their parts are not equally long; add up first, divide then":
            parts.mean_of_means,
        "that is the sum over the ranks": parts.of_all * len(parts.sums),
    }  # fmt: skip
    why = next((words for words, slip in slips.items() if _near(value, slip)), "it is something else")
    return (
        f"The reported {name} is {value:.5f}, but over all ranks it is {parts.of_all:.5f}: {why}. "
        "Sum over the ranks what was counted, with hvd.allreduce(sums, op=hvd.Sum), and report quotients of it."
    )


def _images(reported: dict[str, float], counts: list[int]) -> str | None:
    value = reported.get("images")
    if value is None or value == sum(counts):
        return None
    whose = "one rank's own" if value == counts[0] else "not those of all ranks"
    remedy = "Sum over the ranks (op=hvd.Sum); hvd.allreduce alone gives their mean."
    if value == sum(counts) * len(counts):
        whose, remedy = "counted for every rank again", "Sum over the ranks once; a sum needs no factor hvd.size()."
    return (
        f"After the first epoch the record says images={value:g}, which are {whose}: all ranks together have trained "
        f"on {sum(counts)}. {remedy}"
    )


def _near(value: float, wanted: float) -> bool:
    return abs(value - wanted) <= TOLERANCE * max(abs(wanted), 1e-3)
