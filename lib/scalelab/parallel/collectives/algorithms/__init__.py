"""The collectives themselves, an algorithm a file, each as one worker runs it (..protocol)."""
