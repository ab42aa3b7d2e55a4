"""What the ranks print, taken apart again: `horovodrun` mixes their output and puts a rank before every line."""

import re
from collections import defaultdict, deque
from dataclasses import dataclass, field

LINES_KEPT = 400
LINE_LENGTH = 2_000

# Gloo writes "[1]<stderr>:text", MPI "[1,1]<stderr>:text".
PREFIX = re.compile(r"\[(?:\d+,)?(\d+)\]<(stdout|stderr)>:(.*)", re.DOTALL)
TORCHS_PREFIX = re.compile(r"\[rank\d+\]: ?")  # before each line of a traceback, once torch.distributed has begun


@dataclass(frozen=True)
class Line:
    """One printed line; `rank` is None where `horovodrun` itself speaks."""

    rank: int | None
    stream: str
    text: str


def parse_line(raw: str) -> Line:
    """Take the rank off a line of `horovodrun`'s output; lines are cut at LINE_LENGTH characters."""
    raw = raw.rstrip("\n")[:LINE_LENGTH]
    if match := PREFIX.match(raw):
        return Line(int(match[1]), match[2], TORCHS_PREFIX.sub("", match[3], count=1))
    return Line(None, "stderr", raw)


@dataclass
class Output:
    """The last LINES_KEPT lines of every rank and stream: enough for any traceback, bounded for any babbler.

    A line of a rank that is none of the `workers` is the launcher's, through which somebody has forged it: else each
    such rank would be one more to keep lines of.
    """

    workers: int | None = None
    kept: dict[tuple[int | None, str], deque[str]] = field(
        default_factory=lambda: defaultdict(lambda: deque(maxlen=LINES_KEPT))
    )

    def add(self, line: Line) -> None:
        """Keep a line; one of a rank that there is not is taken for forged, and kept as nobody's."""
        forged = line.rank is not None and self.workers is not None and line.rank >= self.workers
        self.kept[(None, "stderr") if forged else (line.rank, line.stream)].append(line.text)

    def of(self, rank: int | None, stream: str) -> list[str]:
        """The last lines of a rank (None: of `horovodrun` itself) on a stream."""
        return list(self.kept.get((rank, stream), ()))

    def launcher(self) -> list[str]:
        """What `horovodrun` itself said."""
        return self.of(None, "stderr")
