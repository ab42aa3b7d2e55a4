"""Whether a run is an all-reduce of the form that was asked for; if not, the first thing to mend, in a sentence."""

from collections.abc import Iterator, Sequence
from typing import Literal

from scalelab.course.communication.case_run import BYTES, CaseRun
from scalelab.course.communication.styles import has_marks, recognise
from scalelab.course.communication.sums import find_wrong_sum

Wanted = Literal["a ring", "halving and doubling"]
SHOWS_SUMS, SHOWS_FORMS = 4, 8  # workers: among fewer, several slips, and forms, look alike


def find_fault(runs: Sequence[CaseRun], wanted: Wanted) -> str | None:
    """The first fault; None where all runs have the right sums and communicate as `wanted` does."""
    for run, fault in _faults(runs, wanted):
        if fault:
            return f"With {run.case}: {fault}."
    return None


def _faults(runs: Sequence[CaseRun], wanted: Wanted) -> Iterator[tuple[CaseRun, str | None]]:
    """What each look at each run finds. Where several runs are wrong, the one that shows best why comes first; one that
    came to no end is wrong in a way that tells less.
    """
    complete = [run for run in runs if not _stopped(run)]
    for run in sorted(complete, key=lambda run: (abs(run.case.size - SHOWS_SUMS), -run.case.elements)):
        yield run, _silent(run) or _other_numbers(run) or find_wrong_sum(run)
    for run in runs:
        yield run, _stopped(run) or _left(run)
    for run in sorted(runs, key=lambda run: (abs(run.case.size - SHOWS_FORMS), -run.case.elements)):
        yield run, _communication(run, wanted)


def rounds_of(wanted: Wanted, size: int) -> int:
    """In how many rounds it is done; halving and doubling for powers of two."""
    return 2 * (size - 1) if wanted == "a ring" else 2 * (size.bit_length() - 1)


def _stopped(run: CaseRun) -> str | None:
    if run.report.error:
        error = run.report.error.rstrip(".")
        return error[0].lower() + error[1:] if error.startswith("Worker ") else f"it stopped with {error}"
    if not run.report.waits:
        return None
    worker, source = min(run.report.waits.items())
    if not run.report.messages:
        return (
            f"all wait and nobody has sent anything (worker {worker} waits for worker {source}, and so on); a worker "
            "has to send before it receives"
        )
    if source in run.report.ended:
        return (
            f"worker {worker} waits for a message of worker {source}, which has ended; as many messages must be sent "
            "to a worker as it receives"
        )
    waits = ", ".join(f"{one} for {other}" for one, other in sorted(run.report.waits.items())[:4])
    return f"all wait for one another (worker {waits}), after {len(run.report.messages)} messages"


def _silent(run: CaseRun) -> str | None:
    if run.report.messages or run.case.size == 1:
        return None
    return "nothing was sent, so no worker can know of the others' vectors"


def _other_numbers(run: CaseRun) -> str | None:
    """Messages of another type than the vectors: half the bytes, and rounded."""
    for message in run.report.messages:
        if message.elements and message.bytes != BYTES * message.elements:
            each = message.bytes // message.elements
            return (
                f"worker {message.sender} sends numbers of {each} bytes where the vectors have {BYTES}; send them "
                "as they are"
            )
    return None


def _left(run: CaseRun) -> str | None:
    if not run.report.left:
        return None
    message, more = run.report.left[0], len(run.report.left) - 1
    others = f" ({more} more were not received either)" if more else ""
    return f"worker {message.receiver} never received a message that worker {message.sender} sent it{others}"


def _communication(run: CaseRun, wanted: Wanted) -> str | None:
    """What it sends, beside what has to be sent."""
    rounds = rounds_of(wanted, run.case.size)
    if has_marks(run, wanted) and run.traffic.rounds <= rounds:
        return _memory(run)
    if has_marks(run, wanted):
        return (
            f"the sums are right, and this is {wanted}, but in {run.traffic.rounds} rounds where {rounds} are enough; "
            "send before you receive, and each piece in one message"
        )
    style = recognise(run)
    name = f"This is {style.name}" if style else "This is none of the known forms"
    hint = f": {style.says}" if style and style.says else ""
    return (
        f"the sums are right. {name}{hint}. Its busiest worker carries {run.vectors_carried:.3g} vectors in "
        f"{run.traffic.rounds} rounds, and there are {len(run.report.messages)} messages; {wanted} needs "
        f"{run.least_bytes / run.case.bytes:.3g} in {rounds} rounds, and {rounds * run.case.size} messages"
    )


def _memory(run: CaseRun) -> str | None:
    most = max(run.report.peak_bytes, default=0)
    if most <= run.case.bytes:
        return None
    return (
        f"bytes and rounds are right, but a worker holds {most / run.case.bytes:.2g} vectors of others at a time; add "
        "what comes at once, and let it go"
    )
