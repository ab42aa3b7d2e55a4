"""One submission, from file to verdict."""

from contextlib import nullcontext
from dataclasses import replace
from typing import Any

from scalelab.grade.graded_run import GradedRun
from scalelab.grade.measure.warm_evaluator import WarmEvaluator
from scalelab.grade.output_excerpt import last_words
from scalelab.grade.plan import GradingPlan, Refused, Requirements, resolve
from scalelab.grade.progress import ProgressListener, Silence
from scalelab.grade.repeats import GradedRuns, run_as_often_as_asked
from scalelab.grade.report.claimed_record import reported
from scalelab.grade.report.feedback_page import write_feedback
from scalelab.grade.report.pace import describe_pace
from scalelab.grade.request import GradeRequest
from scalelab.grade.result import Result, Run
from scalelab.grade.run.sandboxed_run import SCRIPT_NAME
from scalelab.grade.verdict import require_batch


def grade(request: GradeRequest, listener: ProgressListener | None = None, warm: WarmEvaluator | None = None) -> Result:
    """Run the submission as K ranks under the budget, measure its last two checkpoints, and write the result.

    `warm`: what measured for the request before, and is kept for the next one.
    Leaves feedback.html, the submission's own folder `run`, and, last of all, result.json in `request.out`.
    Raises ScaleLabError where it could not be graded through no fault of the submission.
    """
    listener = listener or Silence()
    with nullcontext(warm) if warm else WarmEvaluator() as evaluator:
        return _carry_out(resolve(request, listener, evaluator), listener)


def _carry_out(plan: GradingPlan | Refused, listener: ProgressListener) -> Result:
    plan.out.mkdir(mode=0o700, parents=True, exist_ok=True)
    if isinstance(plan, Refused):
        result, record = _refusal(plan), []
    else:
        graded = run_as_often_as_asked(plan, listener)
        result = _verdict(plan, graded)
        evidence = graded.counts.evidence
        record = reported(graded.counts.folder / "out", evidence.outcome.seconds, evidence.clock.counted)
    result = result.plainly()
    write_feedback(result, record, plan.out / "feedback.html")
    result.save(plan.out / "result.json")
    return result


def _refusal(plan: Refused) -> Result:
    return Result(passed=False, score=0.0, reason=plan.reason, budget_seconds=plan.budget_seconds, **_said_of(plan))


def _verdict(plan: GradingPlan, graded: GradedRuns) -> Result:
    """By the run that counts."""
    counts, conversion = graded.counts, graded.runs[0].conversion
    judgement, outcome = counts.judgement, counts.evidence.outcome
    by_accuracy = replace(judgement.verdict, reason=judgement.verdict.reason + graded.sentence)
    seen = conversion.effective_batch_size if conversion else None
    verdict = require_batch(by_accuracy, plan.rubric.effective_batch_size, seen)
    return Result(
        **_said_of(plan) | {"seed": counts.seed},
        passed=verdict.passed,
        score=verdict.score,
        reason=verdict.reason,
        train_accuracy=[m.train_accuracy for m in judgement.measured],
        test_accuracy=[m.test_accuracy for m in judgement.measured],
        seconds=judgement.seconds,
        seconds_at_most=judgement.seconds_at_most,
        budget_seconds=plan.budget.seconds,
        worker_images_per_second=plan.budget.worker_images_per_second,
        checkpoints=[checkpoint.path.name for checkpoint in judgement.checkpoints],
        checkpoint_seconds=[checkpoint.seconds for checkpoint in judgement.checkpoints],
        run=outcome.reason + describe_pace(counts.evidence),
        run_seconds=outcome.seconds,
        runs=[_short(run) for run in graded.runs],
        conversion=conversion,
        output_excerpt=last_words(outcome.output, SCRIPT_NAME),
    )


def _said_of(requirements: Requirements) -> dict[str, Any]:
    """What every result says of the requirements."""
    return {
        "train_target": requirements.targets.train_accuracy,
        "test_target": requirements.targets.test_accuracy,
        "effective_batch_asked": requirements.rubric.effective_batch_size,
        "workers": requirements.workers,
        "device": requirements.device,
        "dataset": requirements.dataset,
        "model": requirements.rubric.model,
        "seed": requirements.seed,
        "sandbox": requirements.sandbox,
    }


def _short(run: GradedRun) -> Run:
    judgement = run.judgement
    return Run(
        seed=run.seed,
        train_accuracy=[m.train_accuracy for m in judgement.measured],
        test_accuracy=[m.test_accuracy for m in judgement.measured],
        seconds=judgement.seconds,
        run=run.evidence.outcome.reason,
    )
