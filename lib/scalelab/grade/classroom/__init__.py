"""A class graded: a queue that can be killed and resumed, on all of a machine or of a cluster."""
