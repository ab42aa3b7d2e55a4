"""How much of the machine a stranger's program may take."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Caps:
    """Of all its processes together: memory, number of processes and threads, disk, number of files and folders there.

    Of each process: the size of a file, and open files. `tmp_mb` is the size of its own /tmp and of its /dev/shm; both
    lie in memory. `printed_mb` is what all may print.
    """

    memory_gb: float = 12.0
    processes: int = 512
    disk_mb: int = 2_000
    entries: int = 5_000
    file_mb: int = 1_000
    open_files: int = 1_024
    tmp_mb: int = 1_000
    printed_mb: int = 50
