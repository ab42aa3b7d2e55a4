"""ScaleLab: a course on training with many workers that runs on your laptop.

Nothing is imported here: `python -m scalelab.install` runs before torch is there, and `scalelab --help` answers
at once.
"""

__version__ = "0.1.0"
