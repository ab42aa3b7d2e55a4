"""Gradients in fewer bytes: what is lost, and how it is made good later."""
