"""ScaleLab: a course on training with many workers that runs on your laptop.

Nothing is imported here until it is asked for: `python -m scalelab.install` runs before torch is there, and
`scalelab --help` answers at once. The README's "How it is built" says what is in which folder.
"""

__version__ = "0.1.0"
