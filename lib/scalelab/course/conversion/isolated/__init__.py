"""Runs a learner's script as K ranks, each as if on a machine of its own, and keeps what each of them did."""

from scalelab.course.conversion.isolated.run import Apart, run_apart
from scalelab.course.conversion.isolated.trace import Batch, Measured, Reported, Told

__all__ = ["Apart", "Batch", "Measured", "Reported", "Told", "run_apart"]
