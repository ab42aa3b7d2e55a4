"""Keeps a script of torch.distributed from hanging, or aborting, at its very end.

When a collective call has returned, a thread of gloo drops the call's tensors, for which it needs Python's lock. A
script that ends at that moment takes its process group apart while it holds the lock, and waits for that thread for
ever; or Python shuts down, and the process aborts. (Seen with PyTorch 2.13.) So groups outlive the script, and
the threads get a moment before Python shuts down.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

SECONDS_TO_SETTLE = 0.1

_kept: list[Any] = []


@contextmanager
def outliving_groups() -> Iterator[None]:
    """Process groups that are destroyed within the block are let go at the end of Python only."""
    import torch.distributed as dist

    if not dist.is_available():
        yield
        return
    destroy = dist.destroy_process_group

    def keep(*arguments: Any, **options: Any) -> None:
        _kept.extend(dist.distributed_c10d._world.pg_map)
        destroy(*arguments, **options)

    for owner in (dist, dist.distributed_c10d):
        owner.destroy_process_group = keep  # type: ignore[attr-defined]
    try:
        yield
    finally:
        time.sleep(SECONDS_TO_SETTLE)
