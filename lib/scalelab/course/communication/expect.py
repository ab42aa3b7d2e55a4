"""The test of an exercise whose answer is an all-reduce."""

from collections.abc import Sequence

from scalelab.course.communication.case_run import Case
from scalelab.course.communication.judge import Wanted, find_fault
from scalelab.course.communication.runs import run_cases
from scalelab.course.exercises.expect import NotYet
from scalelab.parallel.collectives.protocol import Collective


def expect_all_reduce(collective: Collective, wanted: Wanted, workers: Sequence[int], elements: Sequence[int]) -> None:
    """Raise NotYet with the first thing to mend, unless the function is the all-reduce that is wanted;
    NotImplementedError where there is no answer yet.

    It is run among each number of workers, with vectors of each length, on messages that are written down.
    """
    if not callable(collective):
        raise NotYet(f"Expected a function, got {type(collective).__name__}.")
    cases = [Case(size, length) for size in workers for length in elements]
    runs = run_cases(collective, cases)
    for run in runs:
        if run.report.not_begun is not None:
            raise NotImplementedError(run.report.not_begun)
    if fault := find_fault(runs, wanted):
        raise NotYet(fault)
