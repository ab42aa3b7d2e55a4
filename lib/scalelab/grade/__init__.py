"""The grader: runs a submission, believes only what it has measured itself."""
