"""Grades the conversion of a serial script into one for K workers, step by step, by what its ranks do."""

from scalelab.course.conversion.expect_step import expect_step
from scalelab.course.conversion.steps import STEPS

__all__ = ["STEPS", "expect_step"]
