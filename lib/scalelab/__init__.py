"""ScaleLab: a course on training with many workers that runs on your laptop.

Nothing is imported here until it is asked for: `python -m scalelab.install` runs before torch is there, and
`scalelab --help` answers at once. `scalelab.launch` starts a script as K ranks, `scalelab.check` says what is
wrong with its conversion; the rest is in the folders.
"""

__version__ = "0.1.0"


def __getattr__(name: str):
    if name == "launch":
        from scalelab.parallel import launch

        return launch
    if name == "check":
        from scalelab.parallel.check import check

        return check
    raise AttributeError(f"module 'scalelab' has no attribute {name!r}")
