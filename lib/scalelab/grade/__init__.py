"""The grader: runs a submission, believes only what it has measured itself."""

from scalelab.grade.grade import grade
from scalelab.grade.request import Audience, Order
from scalelab.grade.result import Result
from scalelab.grade.rubric import Rubric, load_rubric

__all__ = ["Audience", "Order", "Result", "Rubric", "grade", "load_rubric"]
