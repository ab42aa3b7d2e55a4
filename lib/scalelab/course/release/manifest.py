"""Records what a release wrote into a working folder, so that the next one can tell the learner's changes."""

import hashlib
from pathlib import Path

import msgspec

from scalelab.files.atomic import write_folder

FOLDER, FILE = ".scalelab", "release.json"


class Manifest(msgspec.Struct, kw_only=True):
    """Paths are relative to the working folder, digests are sha256.

    `source`: the fingerprint of the course it was made of; `current`: that release's files; `laid`: every version
    of a file that was ever laid; `offered`: the newest version that was laid beside a file which stayed.
    """

    source: str = ""
    current: dict[str, str] = {}
    laid: dict[str, list[str]] = {}
    offered: dict[str, str] = {}

    def remember(self, path: str, version: str) -> None:
        """Count this version as laid by a release."""
        if not self.is_ours(path, version):
            self.laid.setdefault(path, []).append(version)

    def is_ours(self, path: str, version: str) -> bool:
        """Whether a file with this content is as a release laid it, so that nobody's work is in it."""
        return version in self.laid.get(path, ())


def digest(content: bytes) -> str:
    """sha256, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def read_manifest(work: Path) -> Manifest:
    """An empty one where there is none that can be read: then every file counts as the learner's."""
    try:
        return msgspec.json.decode((work / FOLDER / FILE).read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError):
        return Manifest()


def write_manifest(work: Path, manifest: Manifest) -> None:
    """Raises ScaleLabError where it cannot be written."""
    content = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
    write_folder(work / FOLDER, {FILE: content}, replaces=lambda _: False)
