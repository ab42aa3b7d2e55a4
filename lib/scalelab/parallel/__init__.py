"""What the course teaches about many workers: how they sum their gradients, and what that costs."""
