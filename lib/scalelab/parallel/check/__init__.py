"""The conversion check: runs a script as K observed ranks and says what is wrong with its conversion."""

from scalelab.parallel.check.check import check
from scalelab.parallel.check.judging import judge_observation
from scalelab.parallel.check.observation import Observation
from scalelab.parallel.check.report import Finding, Report
from scalelab.parallel.check.run import LIMITS, observe_run

__all__ = ["LIMITS", "Finding", "Observation", "Report", "check", "judge_observation", "observe_run"]
