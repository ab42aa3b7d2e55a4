"""One submission, from file to verdict."""

from dataclasses import dataclass, field
from pathlib import Path

from scalelab.check import Report
from scalelab.grade.measure.evaluator_process import Measured
from scalelab.grade.measure.warm_evaluator import Prepared, prepare
from scalelab.grade.measure.weights import BadCheckpointError
from scalelab.grade.output_excerpt import last_words
from scalelab.grade.own_solution import settle
from scalelab.grade.repeats import chosen, in_words, margin, run_again
from scalelab.grade.report.claimed_record import reported
from scalelab.grade.report.feedback_page import write_feedback
from scalelab.grade.request import Audience, Nobody, Order
from scalelab.grade.result import Result, Run
from scalelab.grade.run.budget import Terms, set_terms
from scalelab.grade.run.checkpoint_watch import Checkpoint
from scalelab.grade.run.conversion_check import check_conversion
from scalelab.grade.run.run import Evidence, run_submission
from scalelab.grade.run.sandboxed_run import SCRIPT_NAME, WALLED, Room
from scalelab.grade.run.submission import NotAcceptedError, read_submission
from scalelab.grade.verdict import Verdict, judge, measure_last_two
from scalelab.train import Row
from scalelab.train.record import MOST_BYTES, RECORD_NAME

ENDED_EARLY = ("failed", "memory", "printed", "stopped")


@dataclass(frozen=True)
class Graded:
    """One run of the submission: with which seed, what it left, which checkpoints were judged, and the verdict."""

    seed: int
    folder: Path
    evidence: Evidence
    judged: list[Checkpoint]
    verdict: Verdict
    measured: list[Measured] = field(default_factory=list)
    conversion: Report | None = None


def grade(order: Order, audience: Audience | None = None) -> Result:
    """Run the submission as K ranks under the budget, measure its last two checkpoints, and write the result.

    Leaves feedback.html, the submission's own folder `run`, and, last of all, result.json in `order.out`.
    Raises ScaleLabError where it could not be graded through no fault of the submission.
    """
    audience = audience or Nobody()
    refusal, source = _read(order.file)
    order = settle(order, source)
    order.check()
    if order.unsafe:
        audience.say(f"Sandbox: {order.ground}")
    prepared = prepare(order)
    handout = prepared.handout
    targets = order.rubric.targets_for(handout.source)
    audience.say(f"Data: {handout.source}, {len(handout.train):,} training and {len(handout.test):,} held-out images")
    audience.say(f"Targets: training {targets.train_accuracy:.3f}, held-out {targets.test_accuracy:.3f}")
    order.out.mkdir(mode=0o700, parents=True, exist_ok=True)
    if refusal:
        result, record = _result(order, prepared, refusal), []
    else:
        terms = set_terms(order, audience.say)
        runs = _run(source, order, prepared, terms, audience)
        result, record = _weigh(runs, order, prepared, terms)
    result = result.plainly()
    write_feedback(result, record, order.out / "feedback.html")
    result.save(order.out / "result.json")
    return result


def _read(file: Path) -> tuple[Verdict | None, bytes]:
    """The submission, or the verdict on one that breaks the contract."""
    try:
        return None, read_submission(file)
    except NotAcceptedError as refusal:
        return Verdict(False, 0.0, str(refusal)), b""


def _run(source: bytes, order: Order, prepared: Prepared, terms: Terms, audience: Audience) -> list[Graded]:
    """As often as the rubric asks; the conversion is checked once."""
    targets = order.rubric.targets_for(prepared.handout.source)
    runs: list[Graded] = []
    while not runs or run_again([margin(run.measured, targets) for run in runs], order.rubric):
        runs.append(_run_once(source, order, prepared, terms, len(runs), audience))
    return runs


def _run_once(
    source: bytes, order: Order, prepared: Prepared, terms: Terms, number: int, audience: Audience
) -> Graded:
    folder, seed = order.out / ("run" if number == 0 else f"run-{number + 1}"), order.seed + number
    room = Room(folder, order)
    room.furnish(source, prepared.handout)
    audience.say(f"Running {terms.workers} ranks with a budget of {terms.budget_seconds:.0f} s, seed {seed}")
    with room:
        evidence = run_submission(room, terms, seed, audience)
        audience.say("Measuring the last two checkpoints")
        judged, measured, verdict = _judge(evidence, order, prepared)
        names = (checkpoint.path.name for checkpoint in judged)
        room.keep({RECORD_NAME: MOST_BYTES} | dict.fromkeys(names, prepared.examiner.most))
        conversion = None
        if order.check_conversion and number == 0:
            audience.say("Checking the conversion")
            conversion = check_conversion(room, terms.workers, seed)
    return Graded(seed, folder, evidence, judged, verdict, measured, conversion)


def _judge(evidence: Evidence, order: Order, prepared: Prepared) -> tuple[list[Checkpoint], list[Measured], Verdict]:
    """The checkpoints that count, what was measured of them, and the verdict on it."""
    try:
        judged, measured, cut_off = measure_last_two(evidence.checkpoints, prepared.examiner.measure)
    except BadCheckpointError as bad:
        return evidence.checkpoints[-2:], [], Verdict(False, 0.0, str(bad))
    passed_over = "; ".join(filter(None, (cut_off, evidence.passed_over)))
    verdict = judge(measured, order.rubric.targets_for(prepared.handout.source), passed_over)
    if evidence.outcome.ended in ENDED_EARLY and not verdict.passed:
        # The cause first: a learner whose job crashed is not helped by a count of checkpoints.
        verdict = Verdict(False, verdict.score, f"{evidence.outcome.reason} {verdict.reason}")
    return judged, measured, verdict


def _weigh(runs: list[Graded], order: Order, prepared: Prepared, terms: Terms) -> tuple[Result, list[Row]]:
    """The result by the run that counts, and that run's record."""
    targets = order.rubric.targets_for(prepared.handout.source)
    margins = [margin(run.measured, targets) for run in runs]
    counts = runs[chosen(margins, order.rubric)]
    verdict = Verdict(
        counts.verdict.passed, counts.verdict.score, counts.verdict.reason + in_words(margins, order.rubric)
    )
    result = _result(order, prepared, verdict, terms, counts, runs)
    return result, reported(counts.folder / "out", counts.evidence.outcome.seconds)


def _result(
    order: Order,
    prepared: Prepared,
    verdict: Verdict,
    terms: Terms | None = None,
    counts: Graded | None = None,
    runs: list[Graded] | None = None,
) -> Result:
    checkpoints = counts.judged if counts else []
    targets = order.rubric.targets_for(prepared.handout.source)
    measured = counts.measured if counts else []
    return Result(
        passed=verdict.passed,
        score=verdict.score,
        reason=verdict.reason,
        train_accuracy=[m.train_accuracy for m in measured],
        test_accuracy=[m.test_accuracy for m in measured],
        train_target=targets.train_accuracy,
        test_target=targets.test_accuracy,
        seconds=checkpoints[-1].seconds if checkpoints else None,
        budget_seconds=terms.budget_seconds if terms else order.budget_seconds,
        worker_images_per_second=terms.worker_images_per_second if terms else None,
        workers=order.workers or order.rubric.workers,
        device=order.device,
        dataset=prepared.handout.source,
        model=order.rubric.model,
        checkpoints=[checkpoint.path.name for checkpoint in checkpoints],
        seed=counts.seed if counts else order.seed,
        sandbox=order.ground if order.unsafe else WALLED,
        run=counts.evidence.outcome.reason if counts else "",
        run_seconds=counts.evidence.outcome.seconds if counts else None,
        runs=[_short(run) for run in runs or []],
        conversion=runs[0].conversion if runs else None,
        printed=last_words(counts.evidence.outcome.output, SCRIPT_NAME) if counts else [],
    )


def _short(run: Graded) -> Run:
    return Run(
        seed=run.seed,
        train_accuracy=[m.train_accuracy for m in run.measured],
        test_accuracy=[m.test_accuracy for m in run.measured],
        seconds=run.judged[-1].seconds if run.judged else None,
        run=run.evidence.outcome.reason,
    )
