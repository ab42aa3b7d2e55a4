"""Says how fast the machine was in a run, where that was not as fast as when the budget was measured."""

from scalelab.grade.run.run import Evidence

WORTH_A_WORD = 0.15


def describe_pace(evidence: Evidence) -> str:
    """A sentence to follow how the run ended; empty where about as many seconds counted as passed on the wall."""
    wall, counted = evidence.outcome.seconds, evidence.clock.counted(evidence.outcome.seconds)
    if not wall or abs(counted / wall - 1) < WORTH_A_WORD:
        return ""
    how = "slower or busier" if counted < wall else "faster"
    return f" The machine was {how} than when the budget was measured: {wall:.0f} s counted as {counted:.0f} s."
