"""What people look at: the terminal now, figures and widgets later. Nothing below imports this folder."""
