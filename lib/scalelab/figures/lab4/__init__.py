"""The figures of Lab 4's notebooks."""
