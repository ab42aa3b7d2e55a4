"""How an all-reduce of a learner's communicates: run among many workers, judged by every message, and named."""

from scalelab.course.communication.expect import expect_all_reduce

__all__ = ["expect_all_reduce"]
