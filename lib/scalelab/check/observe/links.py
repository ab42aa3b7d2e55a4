"""Puts files and folders of the check's own in the place of its links to the learner's, before they are changed.

All ranks work in one folder, and may do so at the same moment. So a folder is made whole aside, under a name that all
ranks give it, and the link to the learner's gives way to a link to this one in a single act.
"""

import os
import shutil
import tempfile
from pathlib import Path


def detach_file(link: Path, keep: bool) -> None:
    """A copy, or nothing, in the place of a link to one of the learner's files."""
    original = link.resolve()
    link.unlink(missing_ok=True)
    if keep and original.is_file():
        shutil.copy(original, link)


def detach_folders(path: Path, top: Path, aside: Path) -> None:
    """Folders full of links in the place of links to the learner's, from `top` down to what holds `path`."""
    for part in [*reversed(path.relative_to(top).parents)][1:]:
        folder = top / part
        if folder.is_symlink() and folder.is_dir() and not folder.resolve().is_relative_to(aside):
            _detach_folder(folder, aside / str(part).replace(os.sep, "%"))


def _detach_folder(link: Path, own: Path) -> None:
    own.parent.mkdir(exist_ok=True)
    if not own.exists():
        new = Path(tempfile.mkdtemp(dir=own.parent))
        for entry in link.resolve().iterdir():
            (new / entry.name).symlink_to(entry)
        _rename(new, own)
    other = Path(tempfile.mkdtemp(dir=own.parent)) / link.name
    other.symlink_to(own)
    other.replace(link)
    other.parent.rmdir()


def _rename(new: Path, own: Path) -> None:
    try:
        new.rename(own)
    except OSError:  # another rank has been quicker
        shutil.rmtree(new)
