"""A grading that outlives the page or shell that started it."""
