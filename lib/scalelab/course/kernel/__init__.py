"""A notebook's kernel in a sandbox, and the outputs of its cells."""
