"""Runs a learner's script as K ranks, each as if on a machine of its own, and keeps what each of them did."""

from scalelab.course.conversion.isolated.run import IsolatedRanks, run_isolated
from scalelab.course.conversion.isolated.trace import Batch, MeasuredAccuracy, RankTrace, ReportedValues

__all__ = ["Batch", "IsolatedRanks", "MeasuredAccuracy", "RankTrace", "ReportedValues", "run_isolated"]
