"""The conversion check: runs a script as K observed ranks and says what is wrong with its conversion."""

from scalelab.parallel.check.check import check
from scalelab.parallel.check.report import Finding, Report

__all__ = ["Finding", "Report", "check"]
