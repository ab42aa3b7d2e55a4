"""In which order examples are drawn, and how well they are shuffled."""
