"""Resolves a request once into a frozen plan, which the rest of a grading reads."""

from dataclasses import dataclass
from pathlib import Path

from scalelab.grade.measure.warm_evaluator import Prepared, WarmEvaluator
from scalelab.grade.own_solution import resolve_sandbox
from scalelab.grade.progress import ProgressListener, StepStarted
from scalelab.grade.request import SANDBOXED, GradeRequest
from scalelab.grade.rubric import Rubric, Targets
from scalelab.grade.run.budget import Budget, resolve_budget
from scalelab.grade.run.handout import Handout
from scalelab.grade.run.submission import NotAcceptedError, read_submission


@dataclass(frozen=True, kw_only=True)
class Requirements:
    """What a submission is held to, whatever is in it. `sandbox` is what keeps its ranks in, in words."""

    out: Path
    rubric: Rubric
    targets: Targets
    workers: int
    device: str
    dataset: str
    seed: int
    sandbox: str


@dataclass(frozen=True, kw_only=True)
class Refused(Requirements):
    """A file that breaks the contract: nothing is run. `budget_seconds`: what it would have had, where it was given."""

    reason: str
    budget_seconds: float | None


@dataclass(frozen=True, kw_only=True)
class GradingPlan(Requirements):
    """A submission that will run. `unsafe`: without a sandbox; `check_conversion`: asked for, or needed to judge."""

    source: bytes
    prepared: Prepared
    budget: Budget
    check_conversion: bool
    unsafe: bool


def resolve(request: GradeRequest, listener: ProgressListener, warm: WarmEvaluator) -> GradingPlan | Refused:
    """Read the submission, look up what it is held to, and get ready to measure.

    Raises ScaleLabError where it cannot be graded through no fault of the submission; what costs nothing is looked at
    first.
    """
    source, refusal = _read(request.file)
    request = resolve_sandbox(request, source)
    request.check()
    if request.unsafe:
        listener.on(StepStarted(f"Sandbox: {request.ground}"))
    prepared = warm.prepare(request)
    handout, requirements = prepared.handout, _requirements(request, prepared.handout)
    train, test, targets = len(handout.train), len(handout.test), requirements.targets
    listener.on(StepStarted(f"Data: {handout.source}, {train:,} training and {test:,} test images"))
    words = f"training {targets.train_accuracy:.3f}, test {targets.test_accuracy:.3f}"
    if batch := request.rubric.effective_batch_size:
        words += f", an effective batch of at least {batch:,} images"
    listener.on(StepStarted(f"Targets: {words}"))
    if refusal:
        return Refused(**vars(requirements), reason=refusal, budget_seconds=request.budget_seconds)
    return GradingPlan(
        **vars(requirements),
        source=source,
        prepared=prepared,
        budget=resolve_budget(request, listener),
        check_conversion=request.check_conversion or request.rubric.effective_batch_size is not None,
        unsafe=request.unsafe,
    )


def _requirements(request: GradeRequest, handout: Handout) -> Requirements:
    return Requirements(
        out=request.out,
        rubric=request.rubric,
        targets=request.rubric.targets_for(handout.source),
        workers=request.workers or request.rubric.workers,
        device=request.device,
        dataset=handout.source,
        seed=request.seed,
        sandbox=request.ground if request.unsafe else SANDBOXED,
    )


def _read(file: Path) -> tuple[bytes, str]:
    """The submission, and why it breaks the contract, if it does."""
    try:
        return read_submission(file), ""
    except NotAcceptedError as refusal:
        return b"", str(refusal)
