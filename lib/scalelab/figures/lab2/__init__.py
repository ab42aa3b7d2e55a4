"""Figures of Lab 2: many workers with Horovod."""
