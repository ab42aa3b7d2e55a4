"""Notes which checkpoints a run left, and when each was complete by the grader's own clock."""

import hashlib
import os
import re
import stat
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from scalelab.files.untrusted import open_plain

KINDS = {stat.S_IFLNK: "a link", stat.S_IFDIR: "a folder", stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket"}
MOST_SAID = 3
CANDIDATES = 3  # two are judged; the last may have been cut off while it was written
SETTLING = 1.0  # seconds for which what was written at one moment of the file system's clock may still be coming
MOST_BYTES = 1 << 22  # of a checkpoint of a small model
WEIGHTS = (".pt", ".pth", ".ckpt", ".bin", ".safetensors", ".tar", ".npz")
MOST_FOLDERS, MOST_FILES = 100, 1000  # that are looked at for them
PLAIN = re.compile(r"[\w ./-]{1,80}", re.ASCII)  # a path that can be said
NAME = re.compile(r"epoch-([0-9]{3,9})\.safetensors")


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint, the second of the run at which the grader first saw it as it is now, and what it held then.

    `seconds` is of the run's clock, at least; `at_most` where that counts all that it may (scalelab.grade.run.clock).
    `sha256` is of its bytes at that second ("": not known): what is measured later has to be the same.
    """

    path: Path
    epoch: int
    seconds: float
    sha256: str = ""
    at_most: float = 0.0


@dataclass(frozen=True)
class _Seen:
    """A file as it was seen first with this signature and these bytes."""

    signature: tuple
    seconds: float
    sha256: str
    at_most: float


class CheckpointWatch:
    """Looks at a folder again and again; a file that changes counts from its latest change.

    A change shows in the size and the times of a file, but not if it is made through a map of the file in memory. So
    the bytes are looked at too: as long as they may still be coming, and once more by whoever measures them. Only those
    of the last files that could count, and not of more than `most_bytes`: a submission must not keep the grader busy.
    """

    def __init__(self, folder: Path, most_bytes: int = MOST_BYTES):
        self.folder, self.most_bytes = folder, most_bytes
        self.seen: dict[str, _Seen] = {}
        self.odd: dict[str, str] = {}

    def look(self, seconds: float, at_most: float | None = None) -> None:
        """Note what is there now, at this second of the run; `at_most` is the same second unless given."""
        now = seconds, seconds if at_most is None else at_most
        signatures = self._signatures()
        last = sorted(signatures, key=_epoch)[-CANDIDATES:]
        self.seen = {name: self._see(name, signature, now, name in last) for name, signature in signatures.items()}

    def _see(self, name: str, signature: tuple, now: tuple[float, float], counts: bool) -> _Seen:
        seconds, at_most = now
        before = self.seen.get(name)
        unchanged = before is not None and before.signature == signature
        if before and unchanged and (not counts or (before.sha256 and seconds > before.seconds + SETTLING)):
            return before
        sha256 = _sha256(self.folder / name, self.most_bytes) if counts else ""
        same = before is not None and unchanged and before.sha256 == sha256
        return before if before and same else _Seen(signature, seconds, sha256, at_most)

    def last(self, budget_seconds: float) -> list[Checkpoint]:
        """The last CANDIDATES checkpoints seen within the budget, earliest first; fewer where there were fewer."""
        found = [
            Checkpoint(self.folder / name, int(match[1]), seen.seconds, seen.sha256, seen.at_most)
            for name, seen in self.seen.items()
            if seen.seconds <= budget_seconds and (match := NAME.fullmatch(name))
        ]
        return sorted(found, key=lambda checkpoint: (checkpoint.epoch, checkpoint.seconds))[-CANDIDATES:]

    def passed_over(self, budget_seconds: float) -> str:
        """What has a checkpoint's name and does not count, in words; empty where there is nothing."""
        late = [name for name, seen in self.seen.items() if seen.seconds > budget_seconds]
        said = [f"{name} is {kind}" for name, kind in sorted(self.odd.items())]
        said = [*said, *(f"{name} was complete too late" for name in sorted(late))][:MOST_SAID]
        if len(self.last(budget_seconds)) < 2 and (others := weights_elsewhere(self.folder)):
            said.append(f"{', '.join(others)} lay there, and a checkpoint is OUT/epoch-001.safetensors and so on")
        return "; ".join(said)

    def _signatures(self) -> dict[str, tuple]:
        """Size and times of every regular file with a checkpoint's name."""
        signatures, self.odd = {}, {}
        for name in self._names():
            try:
                status = os.lstat(self.folder / name)
            except OSError:  # gone since we looked: the folder is the submission's to change
                continue
            if stat.S_ISREG(status.st_mode):
                signatures[name] = (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
            else:
                self.odd[name] = KINDS.get(stat.S_IFMT(status.st_mode), "a device")
        return signatures

    def _names(self) -> list[str]:
        try:
            return [path.name for path in self.folder.iterdir() if NAME.fullmatch(path.name)]
        except OSError:
            return []


def weights_elsewhere(folder: Path) -> list[str]:
    """Files below that may hold weights and are no checkpoints by their name or place; some of them, by their paths."""
    found = []
    for place, _, names in islice(os.walk(folder), MOST_FOLDERS):
        for name in sorted(names)[:MOST_FILES]:
            inside = Path(place, name).relative_to(folder)
            checkpoint = len(inside.parts) == 1 and NAME.fullmatch(name)
            if inside.suffix.lower() in WEIGHTS and not checkpoint and PLAIN.fullmatch(str(inside)):
                found.append(str(inside))
    return sorted(found)[:MOST_SAID]


def _epoch(name: str) -> int:
    return int(name.partition("-")[2].partition(".")[0])


def _sha256(path: Path, most_bytes: int) -> str:
    """Of its bytes; empty where it cannot be read, or is too large for a checkpoint."""
    try:
        with open_plain(path) as file:
            if os.fstat(file.fileno()).st_size > most_bytes:
                return ""
            return hashlib.sha256(file.read(most_bytes)).hexdigest()
    except OSError:  # gone, or another thing, since we looked
        return ""
