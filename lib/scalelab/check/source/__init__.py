"""What the text of a script says by itself: where values come from, and what surrounds a line."""
