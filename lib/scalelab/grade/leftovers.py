"""What a stranger's program has left on the disk, once it has ended."""

import subprocess
from pathlib import Path

from scalelab.files.untrusted import clear


def make_private(path: Path) -> None:
    """Close all that lies there to others and open it to us, whatever it was; links are not followed.

    Set-user-ID bits go too: an ordinary user who grades owns the files, and whoever ran one would act for him.
    """
    if not path.is_symlink():
        # As for `clear`, folders may lie a thousand deep.
        subprocess.run(["chmod", "-R", "u=rwX,go=,a-st", "--", str(path)], stderr=subprocess.DEVNULL, check=False)


def clear_closed(path: Path) -> None:
    """Remove it also where its folders were closed to us."""
    make_private(path)
    clear(path)
