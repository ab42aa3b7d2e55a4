"""Gradient descent and its noisy kin, on problems whose exact answer is known."""
