"""Notes which checkpoints a run left, and when each was complete by the grader's own clock."""

import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

KINDS = {stat.S_IFLNK: "a link", stat.S_IFDIR: "a folder", stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket"}
MOST_SAID = 3
CANDIDATES = 3  # two are judged; the last may have been cut off while it was written
NAME = re.compile(r"epoch-([0-9]{3,9})\.safetensors")


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint and the second of the run at which the grader first saw it as it is now."""

    path: Path
    epoch: int
    seconds: float


class CheckpointWatch:
    """Looks at a folder again and again; a file that changes counts from its latest change."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.seen: dict[str, tuple[tuple, float]] = {}
        self.odd: dict[str, str] = {}

    def look(self, seconds: float) -> None:
        """Note what is there now, at this second of the run."""
        now = self._signatures()
        self.seen = {
            name: (signature, self.seen[name][1] if self.seen.get(name, [None])[0] == signature else seconds)
            for name, signature in now.items()
        }

    def last(self, budget_seconds: float) -> list[Checkpoint]:
        """The last CANDIDATES checkpoints seen within the budget, earliest first; fewer where there were fewer."""
        found = [
            Checkpoint(self.folder / name, int(match[1]), seconds)
            for name, (_, seconds) in self.seen.items()
            if seconds <= budget_seconds and (match := NAME.fullmatch(name))
        ]
        return sorted(found, key=lambda checkpoint: (checkpoint.epoch, checkpoint.seconds))[-CANDIDATES:]

    def passed_over(self, budget_seconds: float) -> str:
        """What has a checkpoint's name and does not count, in words; empty where there is nothing."""
        late = [name for name, (_, seconds) in self.seen.items() if seconds > budget_seconds]
        said = [f"{name} is {kind}" for name, kind in sorted(self.odd.items())]
        return "; ".join([*said, *(f"{name} was complete too late" for name in sorted(late))][:MOST_SAID])

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
