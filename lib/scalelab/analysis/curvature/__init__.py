"""How sharp a minimum is, and what the loss looks like around it."""
