"""What repeated runs show, and what they do not."""
