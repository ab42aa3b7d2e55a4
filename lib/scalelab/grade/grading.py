"""One submission, from file to verdict."""

from pathlib import Path

from scalelab.data import load
from scalelab.grade import sandbox
from scalelab.grade.handout import Handout, make_handout
from scalelab.grade.measure import BadCheckpointError, Examiner, Measured
from scalelab.grade.order import Audience, Nobody, Order
from scalelab.grade.report import write_feedback
from scalelab.grade.result import Result
from scalelab.grade.run import Evidence, Terms, run_submission, set_terms
from scalelab.grade.submission import NotAcceptedError, read_submission
from scalelab.grade.verdict import Verdict, judge
from scalelab.train import read_record


def grade(order: Order, audience: Audience | None = None) -> Result:
    """Run the submission as K ranks under the budget, measure its last two checkpoints, and write the result.

    Leaves feedback.html, the submission's own folder `run`, and, last of all, result.json in `order.out`.
    Raises ScaleLabError where it could not be graded through no fault of the submission.
    """
    audience = audience or Nobody()
    order.check()
    refusal, source = _read(order.file)
    handout = make_handout(load("cifar10", order.data), order.rubric.train_images)
    targets = order.rubric.targets_for(handout.source)
    audience.say(f"Data: {handout.source}, {len(handout.train):,} training and {len(handout.test):,} held-out images")
    audience.say(f"Targets: training {targets.train_accuracy:.3f}, held-out {targets.test_accuracy:.3f}")
    result = _result(order, handout, refusal) if refusal else _run_and_judge(source, order, handout, audience)
    _write(result, order.out)
    return result


def _read(file: Path) -> tuple[Verdict | None, bytes]:
    """The submission, or the verdict on one that breaks the contract."""
    try:
        return None, read_submission(file)
    except NotAcceptedError as refusal:
        return Verdict(False, 0.0, str(refusal)), b""


def _run_and_judge(source: bytes, order: Order, handout: Handout, audience: Audience) -> Result:
    terms = set_terms(order, audience.say)
    audience.say(f"Running {terms.workers} ranks with a budget of {terms.budget_seconds:.0f} s")
    evidence = run_submission(source, order, handout, terms, audience)
    audience.say("Measuring the last two checkpoints")
    measured, verdict = _judge(evidence, order, handout)
    return _result(order, handout, verdict, terms, evidence, measured)


def _judge(evidence: Evidence, order: Order, handout: Handout) -> tuple[list[Measured], Verdict]:
    try:
        examiner = Examiner(order.rubric.model, handout, order.device)
        measured = [examiner.measure(checkpoint.path) for checkpoint in evidence.checkpoints]
    except BadCheckpointError as bad:
        return [], Verdict(False, 0.0, str(bad))
    verdict = judge(measured, order.rubric.targets_for(handout.source))
    if evidence.outcome.ended in ("failed", "memory") and not verdict.passed:
        # The cause first: a learner whose job crashed is not helped by a count of checkpoints.
        verdict = Verdict(False, verdict.score, f"{evidence.outcome.reason} {verdict.reason}")
    return measured, verdict


def _result(
    order: Order,
    handout: Handout,
    verdict: Verdict,
    terms: Terms | None = None,
    evidence: Evidence | None = None,
    measured: list[Measured] | None = None,
) -> Result:
    checkpoints = evidence.checkpoints if evidence else []
    targets = order.rubric.targets_for(handout.source)
    return Result(
        passed=verdict.passed,
        score=verdict.score,
        reason=verdict.reason,
        train_accuracy=[m.train_accuracy for m in measured or []],
        test_accuracy=[m.test_accuracy for m in measured or []],
        train_target=targets.train_accuracy,
        test_target=targets.test_accuracy,
        seconds=checkpoints[-1].seconds if checkpoints else None,
        budget_seconds=terms.budget_seconds if terms else order.budget_seconds,
        worker_images_per_second=terms.worker_images_per_second if terms else None,
        workers=order.workers or order.rubric.workers,
        device=order.device,
        dataset=handout.source,
        model=order.rubric.model,
        checkpoints=[checkpoint.path.name for checkpoint in checkpoints],
        seed=order.seed,
        sandbox=sandbox.KIND,
        run=evidence.outcome.reason if evidence else "",
        conversion=evidence.conversion if evidence else None,
    )


def _write(result: Result, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    write_feedback(result, read_record(out / "run" / "out"), out / "feedback.html")
    result.save(out / "result.json")
