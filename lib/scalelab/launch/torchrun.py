"""`torchrun` for ranks on this machine: marks their lines as `horovodrun` does, and ends those that wait for ever.

    python -P torchrun.py RANKS STALL_SECONDS COMMAND ...

A rank that has waited in one call for STALL_SECONDS ends the job, with a sentence that says where each rank stood.
"""

import json
import logging
import os
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from scalelab.launch.torch_rank import SIGNS
from scalelab.launch.torch_waits import BACKWARD

if TYPE_CHECKING:
    from torch.distributed.elastic.multiprocessing.api import LogsSpecs

SECONDS_TO_END = 2  # for ranks that lost another one, before they are killed
SECONDS_TO_DRAIN = 5.0  # what the ranks have printed, once they are over


def main() -> int:
    """Run the command as so many ranks; 0 where all of them ended with 0."""
    from torch.distributed.elastic.multiprocessing.errors import ChildFailedError
    from torch.distributed.launcher.api import LaunchConfig, elastic_launch

    ranks, stall_seconds, command = int(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]
    logging.disable(logging.CRITICAL)  # what its agent tells is told again, shorter
    lines = RankLines(ranks)
    with tempfile.TemporaryDirectory(prefix="scalelab-signs-") as folder:
        os.environ |= {SIGNS: folder, "TORCH_ELASTIC_SHUTDOWN_TIMEOUT": str(SECONDS_TO_END)}
        watch = StallWatch(Path(folder), ranks, stall_seconds)
        threading.Thread(target=watch.run, daemon=True).start()
        config = LaunchConfig(
            min_nodes=1, max_nodes=1, nproc_per_node=ranks, run_id=f"scalelab-{os.getpid()}", rdzv_backend="c10d",
            rdzv_endpoint="localhost:0", local_addr="127.0.0.1", max_restarts=0, start_method="spawn",
            logs_specs=lines.specs(),
        )  # fmt: skip
        try:
            elastic_launch(config, command[0])(*command[1:])
        except ChildFailedError as failed:
            codes = {rank: failure.exitcode for rank, failure in failed.failures.items()}
            return _report(lines, codes)
        lines.drain()
    return 0


def _report(lines: "RankLines", codes: Mapping[int, int]) -> int:
    """Say of each rank that fell how it ended, in horovodrun's words, after its own last ones."""
    lines.drain()
    for rank, code in codes.items():
        print(f"Process {rank} exit with status code {code if code >= 0 else 128 - code}.", file=sys.stderr, flush=True)
    return 1


class RankLines:
    """Pipes that the ranks print into; each line is passed on behind the number of its rank."""

    def __init__(self, ranks: int):
        self.ranks, self.writing, self.readers = ranks, [], []
        self.paths: dict[str, dict[int, str]] = {"stdout": {}, "stderr": {}}
        self.turn = threading.Lock()
        opened = f"/proc/{os.getpid()}/fd" if Path("/proc/self/fd").exists() else "/dev/fd"
        for stream, paths in self.paths.items():
            for rank in range(ranks):
                read, write = os.pipe()
                os.set_inheritable(read, False)
                self.writing.append(write)
                paths[rank] = f"{opened}/{write}"
                reader = threading.Thread(target=self._pass_on, args=(read, f"[{rank}]<{stream}>:"), daemon=True)
                reader.start()
                self.readers.append(reader)

    def specs(self) -> "LogsSpecs":
        """What tells torchrun's agent of the pipes."""
        from torch.distributed.elastic.multiprocessing.api import LogsDest, LogsSpecs

        blank, nowhere = (dict.fromkeys(range(self.ranks), path) for path in ("", os.devnull))
        pipes = LogsDest(self.paths["stdout"], self.paths["stderr"], blank, blank, nowhere)

        class Pipes(LogsSpecs):
            root_log_dir = os.devnull

            def reify(self, envs: object) -> LogsDest:
                return pipes

        return Pipes()

    def drain(self) -> None:
        """Wait until all that the ranks have printed is passed on; not for processes that they have left behind."""
        for write in self.writing:
            os.close(write)
        until = time.monotonic() + SECONDS_TO_DRAIN
        for reader in self.readers:
            reader.join(max(0.0, until - time.monotonic()))

    def _pass_on(self, read: int, mark: str) -> None:
        with os.fdopen(read, "rb") as stream:
            for line in stream:
                with self.turn:
                    sys.stdout.buffer.write(mark.encode() + line.rstrip(b"\n") + b"\n")
                    sys.stdout.buffer.flush()


class StallWatch:
    """Looks at the ranks' signs once a second."""

    def __init__(self, folder: Path, ranks: int, stall_seconds: float):
        self.folder, self.ranks, self.stall_seconds = folder, ranks, stall_seconds
        self.since: dict[int, float] = {}
        self.signs: dict[int, dict[str, str | None]] = {}

    def run(self) -> None:
        """Until a rank has waited too long; then say so, and end this process, whose guard ends the ranks."""
        while not self.stalled(time.monotonic()):
            time.sleep(1.0)
        print(self.sentence(), file=sys.stderr, flush=True)
        os._exit(1)

    def stalled(self, now: float) -> bool:
        """Whether a rank has stood in one and the same call for so long."""
        for rank in range(self.ranks):
            sign = _read(self.folder / str(rank))
            if sign.get("call") is None or sign != self.signs.get(rank):
                self.since[rank] = now
            self.signs[rank] = sign
        return any(now - since > self.stall_seconds for since in self.since.values())

    def sentence(self) -> str:
        """Where each of them stood."""
        return f"Stalled: {'; '.join(f'rank {rank} {_place(sign)}' for rank, sign in self.signs.items())}."


def _read(sign: Path) -> dict[str, str | None]:
    try:
        return dict(json.loads(sign.read_text()))
    except (OSError, ValueError, TypeError):
        return {}


def _place(sign: Mapping[str, str | None]) -> str:
    where = sign.get("where") or "the script"
    if (call := sign.get("call")) is None:
        return f"was at {where}"
    return f"waited at {where} in {'the averaging of gradients' if call == BACKWARD else call}"


if __name__ == "__main__":
    sys.exit(main())
