"""Decides how often a submission is run, and which run counts: two runs of one script can disagree."""

from collections.abc import Sequence
from dataclasses import dataclass

from scalelab.grade.graded_run import GradedRun, run_and_judge
from scalelab.grade.plan import GradingPlan
from scalelab.grade.progress import ProgressListener
from scalelab.grade.rubric import Rubric


@dataclass(frozen=True)
class GradedRuns:
    """All runs of a submission, the one that counts, and what the repetition did, as a sentence ("": nothing)."""

    runs: list[GradedRun]
    counts: GradedRun
    sentence: str


def run_as_often_as_asked(plan: GradingPlan, listener: ProgressListener) -> GradedRuns:
    """Run and judge the submission until the rubric is content."""
    runs: list[GradedRun] = []
    margins: list[float | None] = []
    while not runs or run_again(margins, plan.rubric):
        runs.append(run_and_judge(plan, len(runs), listener))
        margins.append(runs[-1].judgement.margin)
    return GradedRuns(runs, runs[chosen(margins, plan.rubric)], describe_repeats(margins, plan.rubric))


def chosen(margins: Sequence[float | None], rubric: Rubric) -> int:
    """Which of the runs counts: the best, or the median one; of an even number, the lower of the two in the middle."""
    request = sorted(range(len(margins)), key=lambda run: (margins[run] is not None, margins[run] or 0.0))
    return request[-1] if rubric.take == "best" else request[(len(request) - 1) // 2]


def run_again(margins: Sequence[float | None], rubric: Rubric) -> bool:
    """Whether one more run is due: the rubric's number is not reached, or the run that counts is close to the target.

    Where no run has left anything to measure there is none: what they lacked was not luck. Where one has, a run that
    left nothing counts as the lowest, and does not end the repetition while it is the one that counts.
    """
    if all(margin is None for margin in margins):
        return False
    if len(margins) < rubric.runs:
        return True
    in_doubt = close(margins, rubric) or margins[chosen(margins, rubric)] is None
    return len(margins) < rubric.most_runs and in_doubt


def close(margins: Sequence[float | None], rubric: Rubric) -> bool:
    """Whether the run that counts is within the spread of the target: another run might say otherwise."""
    counts = margins[chosen(margins, rubric)]
    return counts is not None and abs(counts) <= rubric.spread


def describe_repeats(margins: Sequence[float | None], rubric: Rubric) -> str:
    """What the repetition did, as a sentence to follow the verdict; empty where there was none."""
    sentences = []
    if len(margins) > rubric.runs:
        near = f"It was within the spread of {rubric.spread:g} of the target, so it was run again."
        nothing = "Some runs left nothing to measure, so it was run again."
        sentences.append(near if close(margins[: rubric.runs], rubric) else nothing)
    if len(margins) > 1:
        sentences.append(f"Of {len(margins)} runs the {rubric.take} counts.")
    if rubric.spread and close(margins, rubric):
        sentences.append(f"This is within {rubric.spread:g} of the target, as far as one run differs from another.")
    return "".join(f" {sentence}" for sentence in sentences)
