"""What the terminal shows while a script, a class or a sweep runs."""
