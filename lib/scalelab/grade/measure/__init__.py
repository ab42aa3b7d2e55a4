"""What the checkpoints of a submission reach, measured in a process of its own."""
