"""The clock of a run, which counts what the machine could do."""
