"""Experiments small enough to run while you read, by question."""
