"""What a stranger's program has put on the disk, looked at while it may still be changing it."""

import contextlib
import os
from pathlib import Path

from scalelab.sandbox.caps import Caps

DEEPEST = 16  # folders within folders; paths that are too long to be named are deeper


def over_cap(folder: Path, caps: Caps) -> str | None:
    """The cap that the folder is over, in words; None where it is within all."""
    used, entries, waiting = 0, 0, [(str(folder), 0)]
    while waiting:
        place, depth = waiting.pop()
        if depth > DEEPEST:
            return f"{DEEPEST} folders within one another"
        try:
            found = os.scandir(place)
        except FileNotFoundError:  # gone since we looked
            continue
        except OSError:
            return "can be looked into"
        with found:
            for entry in found:
                entries += 1
                if entries > caps.entries:
                    return f"{caps.entries:,} files and folders"
                with contextlib.suppress(OSError):
                    used += entry.stat(follow_symlinks=False).st_blocks * 512
                if entry.is_dir(follow_symlinks=False):
                    waiting.append((entry.path, depth + 1))
    return f"{caps.disk_mb:,} MB" if used > caps.disk_mb * 1_000_000 else None
