"""Figures of Lab 3: large batches."""
