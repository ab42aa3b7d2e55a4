"""How compute, data, batch size and loss grow with one another."""
