"""Grades the labs of a class in one command, student by student."""
