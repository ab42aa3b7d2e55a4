"""A grading that outlives the page or shell that has started it."""
