"""A folder for the ranks to run in, so that the check overwrites nothing of the learner's.

It holds the working folder's files as links. A rank that opens one to write gets a copy first, and one that changes
something in a folder that is linked as a whole gets a folder of links (scalelab.check.observe.links). What a
script writes under an absolute path stays where it writes it.
"""

from pathlib import Path

MOST_FILES = 2000


def lay(folder: Path, scratch: Path) -> None:
    """Fill `scratch` with links to the files of `folder`; folders beyond MOST_FILES files, and hidden, as a whole."""
    left = MOST_FILES
    waiting = [(folder, scratch)]
    while waiting:
        source, target = waiting.pop(0)
        for entry in sorted(source.iterdir()):
            if entry.resolve() == scratch.resolve():
                continue
            whole = entry.name.startswith(".") or entry.is_symlink() or left <= 0
            if entry.is_dir() and not whole:
                (target / entry.name).mkdir()
                waiting.append((entry, target / entry.name))
            else:
                (target / entry.name).symlink_to(entry.resolve())
            left -= 1
