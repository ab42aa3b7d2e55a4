"""Two runs of one script can disagree: how often a submission is run, and which of its runs counts, by rule."""

from collections.abc import Sequence

from scalelab.grade.examine import Measured
from scalelab.grade.rubric import Rubric, Targets
from scalelab.grade.verdict import worse


def margin(measured: Sequence[Measured], targets: Targets) -> float | None:
    """How far a run is above both targets (below 0: short of one of them); None where it left too little to say."""
    if len(measured) < 2:
        return None
    train, test = worse(measured)
    return min(train - targets.train_accuracy, test - targets.test_accuracy)


def chosen(margins: Sequence[float | None], rubric: Rubric) -> int:
    """Which of the runs counts: the best, or the median one; of an even number, the lower of the two in the middle."""
    order = sorted(range(len(margins)), key=lambda run: (margins[run] is not None, margins[run] or 0.0))
    return order[-1] if rubric.take == "best" else order[(len(order) - 1) // 2]


def run_again(margins: Sequence[float | None], rubric: Rubric) -> bool:
    """Whether one more run is due: the rubric's number is not reached, or the run that counts is close to the target.

    A run that left nothing to measure is not repeated: what it lacked was not luck.
    """
    if margins[-1] is None:
        return False
    if len(margins) < rubric.runs:
        return True
    return len(margins) < rubric.most_runs and close(margins, rubric)


def close(margins: Sequence[float | None], rubric: Rubric) -> bool:
    """Whether the run that counts is within the spread of the target: another run might say otherwise."""
    counts = margins[chosen(margins, rubric)]
    return counts is not None and abs(counts) <= rubric.spread


def in_words(margins: Sequence[float | None], rubric: Rubric) -> str:
    """What the repetition did, as a sentence to follow the verdict; empty where there was none."""
    sentences = []
    if len(margins) > rubric.runs:
        sentences.append(f"It was within the spread of {rubric.spread:g} of the target, so it was run again.")
    if len(margins) > 1:
        sentences.append(f"Of {len(margins)} runs the {rubric.take} counts.")
    if rubric.spread and close(margins, rubric):
        sentences.append(f"This is within {rubric.spread:g} of the target, as far as one run differs from another.")
    return "".join(f" {sentence}" for sentence in sentences)
