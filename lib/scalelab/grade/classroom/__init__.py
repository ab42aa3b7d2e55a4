"""Grades a class: a queue that can be killed and resumed, on all of a machine or a cluster."""
