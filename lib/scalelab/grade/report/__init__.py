"""The feedback page, and what a submission claims of itself."""
