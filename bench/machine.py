"""What a figure was measured on: it stands with every stored result."""

import os
import platform
from importlib.metadata import version

from scalelab.install.machine import cpuinfo


def describe_machine() -> dict[str, str]:
    """Processor, cores, and the versions that matter."""
    processor = cpuinfo().get("model name") or platform.processor()
    cores = f"{len(os.sched_getaffinity(0))} cores"
    versions = {name: version(name) for name in ("torch", "horovod")}
    return {"machine": f"{processor}, {cores}", "python": platform.python_version(), **versions}
