"""The labs of a class graded in one command, student by student."""
