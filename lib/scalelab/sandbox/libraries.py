"""Shared libraries outside /usr that the machine's loader finds: NVIDIA's image keeps those of MPI in /opt/hpcx."""

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

PLACE = Path("/opt")  # where packages lie that are not the distribution's (Filesystem Hierarchy Standard 3.0, 3.13)


@cache
def library_folders() -> list[Path]:
    """The folders below /opt that the loader's cache or $LD_LIBRARY_PATH names."""
    ldconfig = shutil.which("ldconfig", path="/usr/sbin:/sbin:/usr/bin")
    listing = subprocess.run([ldconfig, "-p"], capture_output=True, text=True).stdout if ldconfig else ""
    return folders_in(listing, os.environ.get("LD_LIBRARY_PATH", ""))


def folders_in(listing: str, search_path: str, place: Path = PLACE) -> list[Path]:
    """Those below `place` in a listing by `ldconfig -p` and in a path of folders with colons between them."""
    libraries = (line.partition(" => ")[2] for line in listing.splitlines())
    named = {Path(library).parent for library in libraries} | {Path(folder) for folder in search_path.split(":")}
    # Not what is relative, "" among them: that would be the folder in which the grader was started.
    known = (folder for folder in named if folder.is_absolute() and folder.is_dir())
    return sorted(folder for folder in known if place in folder.resolve().parents)
