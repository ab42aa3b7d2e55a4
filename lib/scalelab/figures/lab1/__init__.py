"""Figures of Lab 1: descent, noise, batch size."""
