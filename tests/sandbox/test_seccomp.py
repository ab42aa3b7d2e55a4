"""A program in the walls stays on the cores that it was started on, whatever it calls to leave them."""

import json
import os
import struct

import pytest

from scalelab.sandbox import seccomp

TRIES = """
import ctypes, errno, json, os, platform
libc, started_on = ctypes.CDLL(None, use_errno=True), os.sched_getaffinity(0)
def fails(number, *arguments):
    return errno.errorcode[ctypes.get_errno()] if libc.syscall(number, *arguments) < 0 else None
found = {}
os.sched_setaffinity(0, range(os.cpu_count()))
if platform.machine() == "x86_64":
    found["as an x32 program"] = fails(0x40000000 + 203, 0, 8, bytes([255] * 8))
found["opens a ring"] = fails(425, 1, bytes(120))
found["stays"] = os.sched_getaffinity(0) == started_on
print(json.dumps(found | {"cores": len(started_on)}))
"""
START = """
import os, subprocess, sys
from scalelab.sandbox import SandboxSpec, wrap_command
from scalelab.launch.command import python
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
subprocess.run(wrap_command(SandboxSpec(), [python(), "-c", sys.argv[1]]), check=True)
"""


def test_it_cannot_leave_its_cores_nor_open_files_that_nobody_sees(python_by):
    if seccomp.filter_file() is None:
        pytest.skip("needs a filter of system calls: a kernel that has one which does not slow programs down")
    done = python_by(START, TRIES, env=os.environ)
    found = json.loads(done.stdout or done.stderr)
    assert found.pop("stays")
    assert found.pop("cores") == 1
    assert set(found.values()) == {"EPERM"}


def outcome(machine: str, name: int, number: int) -> int:
    """What the filter for a machine answers to a call, as the kernel carries its steps out."""
    data = struct.pack("=II", number, name)  # the begin of a `struct seccomp_data`
    steps = list(struct.iter_unpack("=HBBI", seccomp.program(machine)))
    seen, place = 0, 0
    while True:
        code, then, otherwise, value = steps[place]
        if code == seccomp.RETURN:
            return value
        if code == seccomp.LOAD:
            (seen,) = struct.unpack_from("=I", data, value)
            place += 1
        else:
            holds = seen == value if code == seccomp.IF_EQUAL else seen >= value
            place += 1 + (then if holds else otherwise)


@pytest.mark.parametrize("machine", seccomp.MACHINES)
def test_it_answers_these_calls_and_refuses_other_machines_and_lets_all_others_pass(machine):
    name, numbers = seccomp.MACHINES[machine]
    others = {0, 1, 39, 59, 121, 123, 202, 204, 424, 426, 500}
    assert {call: outcome(machine, name, number) for call, number in numbers.items()} == seccomp.ANSWERS
    assert {outcome(machine, name, number) for number in others} == {seccomp.ALLOW}
    assert {outcome(machine, name, number + seccomp.OTHER_NUMBERS) for number in others} == {seccomp.REFUSE}
    assert {outcome(machine, 0x40000003, number) for number in others} == {seccomp.REFUSE}  # AUDIT_ARCH_I386


@pytest.mark.parametrize(("says", "has"), [("disabled via prctl and seccomp", False), ("disabled via prctl", True)])
def test_there_is_none_on_kernels_that_slow_down_who_has_one(tmp_path, monkeypatch, says, has):
    monkeypatch.setattr(seccomp, "SLOWED", tmp_path / "spec_store_bypass")
    seccomp.SLOWED.write_text(f"Mitigation: Speculative Store Bypass {says}\n")
    assert (seccomp.filter_file.__wrapped__() is not None) == (has and seccomp.SUPPORTED.is_file())
