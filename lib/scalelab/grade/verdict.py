"""From measured accuracies to passed or not, a score, and one sentence."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from scalelab.grade.measure.evaluator_process import Accuracies
from scalelab.grade.measure.weights import BadCheckpointError, CutOffError
from scalelab.grade.plan import GradingPlan
from scalelab.grade.rubric import Targets
from scalelab.grade.run.checkpoint_watch import Checkpoint
from scalelab.grade.run.class_numbers import ClassNumbers
from scalelab.grade.run.run import Evidence

SAME = "The last two checkpoints are the same to the byte; each has to be written after more training."
ENDED_EARLY = ("failed", "memory", "printed", "stopped")


@dataclass(frozen=True)
class Verdict:
    """`score` runs from 0 to 100."""

    passed: bool
    score: float
    reason: str


@dataclass(frozen=True)
class Judgement:
    """The checkpoints of a run that count, their accuracies, and the verdict.

    `margin`: how far the worse of the two accuracies is above its target (below 0: short of it); None where the run
    left too little to say.
    """

    checkpoints: list[Checkpoint]
    measured: list[Accuracies]
    verdict: Verdict
    margin: float | None = None

    @property
    def seconds(self) -> float | None:
        """When the last of them was complete, at least; None where there are none."""
        return self.checkpoints[-1].seconds if self.checkpoints else None

    @property
    def seconds_at_most(self) -> float | None:
        """The same, at most."""
        return self.checkpoints[-1].at_most if self.checkpoints else None


def judge_run(evidence: Evidence, plan: GradingPlan, numbers: ClassNumbers) -> Judgement:
    """Measure what a run has left, by the numbers that the classes had in it, and judge it."""
    measure = partial(plan.prepared.evaluator.measure, numbers=numbers)
    try:
        judged, measured, cut_off = measure_last_two(evidence.checkpoints, lambda one: measure_as_seen(one, measure))
    except BadCheckpointError as bad:
        return Judgement(evidence.checkpoints[-2:], [], Verdict(False, 0.0, str(bad)))
    verdict = judge(measured, plan.targets, "; ".join(filter(None, (cut_off, evidence.passed_over))))
    if evidence.outcome.ended in ENDED_EARLY and not verdict.passed:
        # The cause first: a learner whose job crashed is not helped by a count of checkpoints.
        verdict = Verdict(False, verdict.score, f"{evidence.outcome.reason} {verdict.reason}")
    return Judgement(judged, measured, verdict, margin(measured, plan.targets))


def measure_as_seen(checkpoint: Checkpoint, measure: Callable[[Path], Accuracies]) -> Accuracies:
    """Its accuracies; raises CutOffError where it does not hold any more what it held when it was seen."""
    measured = measure(checkpoint.path)
    if checkpoint.sha256 and measured.sha256 != checkpoint.sha256:
        raise CutOffError(f"{checkpoint.path.name} was changed after second {checkpoint.seconds:.0f}, when it was seen")
    return measured


def measure_last_two(
    checkpoints: Sequence[Checkpoint], measure: Callable[[Checkpoint], Accuracies]
) -> tuple[list[Checkpoint], list[Accuracies], str]:
    """The last two checkpoints that were complete, their accuracies, and what was cut off, in words.

    Only the very last file can have been cut off, by the end of the budget; then the two before it are the last. That
    gives nothing away: who wants those to be judged need not write another. Raises BadCheckpointError for any other
    file that is no checkpoint of the model.
    """
    before, last = checkpoints[-2:-1], checkpoints[-1:]
    measured = [measure(one) for one in before]
    try:
        return [*before, *last], measured + [measure(one) for one in last], ""
    except CutOffError as cut:
        first = checkpoints[-3:-2]
        return [*first, *before], [measure(one) for one in first] + measured, str(cut)


def judge(measured: Sequence[Accuracies], targets: Targets, passed_over: str = "") -> Verdict:
    """Both of the last two checkpoints must meet both targets: one lucky checkpoint is not a trained model.

    The score is 100 for a pass. Below, it is the share of the way from the floor (what the script earns as handed
    out) to the target that the worse checkpoint went, averaged over the two targets, and at most 99.
    `passed_over`: what has the name of a checkpoint and does not count, in words.
    """
    if len(measured) < 2:
        there = "there was one" if measured else "there were none"
        also = f" ({passed_over})" if passed_over else ""
        return Verdict(False, 0.0, f"Two checkpoints are needed within the budget, but {there}{also}.")
    train, test = worse(measured)
    short = [
        f"{what} accuracy {reached:.3f} is below {target:.3f}"
        for what, reached, target in (
            ("training", train, targets.train_accuracy),
            ("test", test, targets.test_accuracy),
        )
        if reached < target
    ]
    if not short and measured[0].sha256 and measured[0].sha256 == measured[1].sha256:
        return Verdict(False, 0.0, SAME)
    if not short:
        reason = f"Training accuracy {train:.3f} and test accuracy {test:.3f} meet both targets."
        return Verdict(True, 100.0, reason)
    return Verdict(False, _partial_score(train, test, targets), f"{' and '.join(short).capitalize()}.")


def require_batch(verdict: Verdict, asked: int | None, seen: int | None) -> Verdict:
    """Not passed where a step took fewer images than the rubric asks for, or where nobody could count them.

    `seen` is what the conversion check counted. The score shrinks to the share that it is of `asked`; None: 0.
    """
    if asked is None or (seen is not None and seen >= asked):
        return verdict
    if seen is None:
        sentence = (
            f"Whether a step takes the {asked:,} images asked for could not be judged: the conversion check saw no "
            "step of at least two ranks by an optimizer of torch.optim; see what `scalelab check` says of it."
        )
    else:
        sentence = (
            f"An optimizer step takes {seen:,} images of all ranks together, and at least {asked:,} are asked for: "
            "give each rank larger batches, or let several backward passes share a step (backward_passes_per_step)."
        )
    return Verdict(False, round(verdict.score * (seen or 0) / asked, 1), f"{verdict.reason} {sentence}")


def margin(measured: Sequence[Accuracies], targets: Targets) -> float | None:
    """How far a run is above both targets (below 0: short of one of them); None where it left too little to say."""
    if len(measured) < 2:
        return None
    train, test = worse(measured)
    return min(train - targets.train_accuracy, test - targets.test_accuracy)


def worse(measured: Sequence[Accuracies]) -> tuple[float, float]:
    """The lower training and the lower test accuracy."""
    return min(m.train_accuracy for m in measured), min(m.test_accuracy for m in measured)


def _partial_score(train: float, test: float, targets: Targets) -> float:
    floor = targets.floor_accuracy
    shares = [
        min(1.0, max(0.0, (reached - floor) / (target - floor)))
        for reached, target in ((train, targets.train_accuracy), (test, targets.test_accuracy))
    ]
    return min(99.0, round(50 * sum(shares), 1))
