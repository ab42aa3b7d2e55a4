"""Collectives: who sends what to whom, how many bytes, and how long it takes."""
