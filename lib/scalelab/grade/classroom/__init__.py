"""A class graded: a queue that can be killed and resumed, on all of a machine or of a cluster."""

from scalelab.grade.classroom.grade_class import grade_class
from scalelab.grade.classroom.request import ClassOrder
from scalelab.grade.classroom.table import Row

__all__ = ["ClassOrder", "Row", "grade_class"]
