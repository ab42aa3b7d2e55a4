"""System calls that have no effect within the walls: a filter that the kernel applies (seccomp(2)).

It stays on the cores that it was started on, which are its slot's, and opens no file where `/proc` does not show it.
"""

import errno
import os
import platform
import struct
from functools import cache
from pathlib import Path

# From linux/audit.h and the tables of system calls: what the kernel calls the machine, and the numbers there.
MACHINES = {
    "x86_64": (0xC000003E, {"sched_setaffinity": 203, "io_uring_setup": 425}),
    "aarch64": (0xC00000B7, {"sched_setaffinity": 122, "io_uring_setup": 425}),
}
OTHER_NUMBERS = 0x40000000  # from here on they are those of x32, the same calls once more (Linux's asm/unistd.h)
# Instructions of the classic Berkeley packet filter (linux/bpf_common.h), and what they look at (linux/seccomp.h).
LOAD, IF_EQUAL, IF_AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06
NUMBER, MACHINE = 0, 4
ALLOW, FAIL = 0x7FFF0000, 0x00050000
REFUSE = FAIL | errno.EPERM
# A script that pins its ranks, as some do for speed, goes on as if it had; it stays where it is.
ANSWERS = {"sched_setaffinity": FAIL, "io_uring_setup": REFUSE}
# Kernels before 5.16 make every program that has a filter slower, against side channels; a budget is measured without.
SLOWED = Path("/sys/devices/system/cpu/vulnerabilities/spec_store_bypass")
SUPPORTED = Path("/proc/sys/kernel/seccomp/actions_avail")


def program(machine: str) -> bytes:
    """The filter: a call in another way than this machine's own fails with EPERM, others have their answer."""
    name, numbers = MACHINES[machine]
    # A jump counts the steps that it leaves out: each condition decides whether the one after it is taken.
    steps = [_step(LOAD, MACHINE), _step(IF_EQUAL, name, then=1), _step(RETURN, REFUSE)]
    steps += [_step(LOAD, NUMBER), _step(IF_AT_LEAST, OTHER_NUMBERS, otherwise=1), _step(RETURN, REFUSE)]
    for call, answer in ANSWERS.items():
        steps += [_step(IF_EQUAL, numbers[call], otherwise=1), _step(RETURN, answer)]
    return b"".join([*steps, _step(RETURN, ALLOW)])


def _step(code: int, value: int, then: int = 0, otherwise: int = 0) -> bytes:
    """A `struct sock_filter` (linux/filter.h)."""
    return struct.pack("=HBBI", code, then, otherwise, value)


@cache
def filter_file() -> int | None:
    """The filter in an open file that is in memory; None where this kernel has none, or makes programs pay for it."""
    slowed = SLOWED.is_file() and "seccomp" in SLOWED.read_text()
    if platform.machine() not in MACHINES or not SUPPORTED.is_file() or slowed:
        return None
    file = os.memfd_create("scalelab-filter")
    os.write(file, program(platform.machine()))
    return file
