"""The notebooks as an nbgrader course: how answers are compared, released and run."""

from scalelab.course.exercises.expect import NotYet, expect, require

__all__ = ["NotYet", "expect", "require"]
