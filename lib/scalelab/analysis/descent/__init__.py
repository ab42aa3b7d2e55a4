"""Gradient descent and its noisy kin where the exact answer is known."""
