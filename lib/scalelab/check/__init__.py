"""The conversion check: runs a script as K observed ranks and says what is wrong with its conversion."""

from scalelab.check.check import check
from scalelab.check.judging import judge_observation
from scalelab.check.observation import Observation
from scalelab.check.report import Finding, Report
from scalelab.check.run import LIMITS, observe_run

__all__ = ["LIMITS", "Finding", "Observation", "Report", "check", "judge_observation", "observe_run"]
