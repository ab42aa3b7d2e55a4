"""What a cell may use, and how it went."""

from dataclasses import dataclass, field

from nbformat import NotebookNode


@dataclass(frozen=True)
class Limits:
    """Of one cell: seconds until it is interrupted, seconds more until its kernel is killed, memory of the kernel."""

    seconds: float
    grace_seconds: float
    memory_gb: float


@dataclass
class Ran:
    """How a cell went. `trouble` says in words why it was ended, or how it ended the kernel; None: it came to its end.

    `values` are the texts of the expressions that were asked for along with it.
    """

    outputs: list[NotebookNode]
    trouble: str | None = None
    failed: bool = False
    values: dict[str, str] = field(default_factory=dict)
