"""The class in nbgrader's own files: gradebook, course folders, notebooks, times."""
