"""What a figure was measured on: it stands with every stored result."""

import os
import platform
from importlib.metadata import version
from pathlib import Path


def describe_machine() -> dict[str, str]:
    """Processor, cores, and the versions that matter."""
    processor = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    cores = f"{len(os.sched_getaffinity(0))} cores"
    versions = {name: version(name) for name in ("torch", "horovod")}
    return {"machine": f"{processor}, {cores}", "python": platform.python_version(), **versions}
