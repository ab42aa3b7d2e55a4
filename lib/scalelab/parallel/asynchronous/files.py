"""What a process of scalelab.parallel.asynchronous.processes finds and leaves in its folder."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from scalelab.parallel.asynchronous.remote import Address

TASK = "task.pickle"  # Served or Work
ADDRESS = "address.json"  # a server is there
RESULT = "result.pickle"  # a worker is done


@dataclass(frozen=True)
class Served:
    """Serve what `make` gives, to those who know the key."""

    make: Callable[[], object]
    key: bytes


@dataclass(frozen=True)
class Work:
    """Do the work as worker `number`, with the servers at these addresses."""

    work: Callable[..., Any]
    addresses: list[Address]
    key: bytes
    number: int
