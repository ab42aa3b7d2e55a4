"""What pip on this machine has been told (index, certificate, folders of packages), handed on to pip in a build."""

import ast
import os
import subprocess
import sys
from pathlib import Path

INSIDE = Path("/run/host-pip")  # never a path of the machine's own: its certificates would hide the image's
SOURCES = ("index-url", "extra-index-url", "find-links")


def build_options(room: Path) -> list[str]:
    """Options for `buildah build`; the file that they mount is written into the folder `room`."""
    told, mounts = settings(), {}
    text = "[global]\n" + "".join(f"{name} = {moved(value, mounts)}\n" for name, value in told.items())
    (room / "pip.conf").write_text(text, encoding="utf-8")
    volumes = [f"{room / 'pip.conf'}:/etc/pip.conf:ro", *(f"{here}:{there}:ro" for here, there in mounts.items())]
    options = [word for volume in volumes for word in ("--volume", volume)]
    index = os.environ.get("TORCH_INDEX") or None
    if index is None and any(name in told for name in SOURCES):
        index = ""  # then this machine's pip knows where torch comes from, as it does in `make setup`
    return [*options, *(() if index is None else ("--build-arg", f"TORCH_INDEX={index}"))]


def settings() -> dict[str, str]:
    """pip's settings by their names, from the environment first, as pip lists them."""
    command = [sys.executable, "-m", "pip", "config", "list"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    told: dict[str, str] = {}
    for line in listed.splitlines():
        name, _, value = line.partition("=")
        told.setdefault(name.rpartition(".")[2], ast.literal_eval(value))
    return told


def moved(value: str, mounts: dict[Path, Path]) -> str:
    """The value with every path of this machine in it replaced by where that is to be mounted."""
    return " ".join(_place(word, mounts) for word in value.split())


def _place(word: str, mounts: dict[Path, Path]) -> str:
    path = Path(word.removeprefix("file://"))
    if not path.is_absolute() or not path.exists():
        return word
    # With all that lies beside it, for the pages of an index may point there.
    there = mounts.setdefault(path.parent, INSIDE / str(len(mounts)))
    return word[: -len(str(path))] + str(there / path.name)
