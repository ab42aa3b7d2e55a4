"""Says what a run's seconds went into: a machine that was not as fast as when the budget was measured, a long start."""

from scalelab.grade.run.run import Evidence

WORTH_A_WORD = 0.15
ENOUGH = 2  # checkpoints, to be judged


def describe_pace(evidence: Evidence) -> str:
    """Sentences to follow how the run ended: where about as many seconds counted as passed on the wall nothing of the
    machine, and of the start nothing where checkpoints came in time.
    """
    started = f" {evidence.time_went}" if evidence.time_went and len(evidence.checkpoints) < ENOUGH else ""
    return _machine(evidence) + started


def _machine(evidence: Evidence) -> str:
    wall, counted = evidence.outcome.seconds, evidence.clock.counted(evidence.outcome.seconds)
    if not wall or abs(counted / wall - 1) < WORTH_A_WORD:
        return ""
    how = "slower or busier" if counted < wall else "faster"
    return f" The machine was {how} than when the budget was measured: {wall:.0f} s counted as {counted:.0f} s."
