"""The conversion check: runs a script as K observed ranks and says what is wrong with its conversion."""

from scalelab.parallel.check.check import LIMITS, check
from scalelab.parallel.check.report import Finding, Report

__all__ = ["LIMITS", "Finding", "Report", "check"]
