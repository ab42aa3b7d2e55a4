"""An error whose text is a hundred megabytes long, on one line and on many."""

raise RuntimeError("learning " * 10_000_000 + "\n" + "learning\n" * 1_000_000)
