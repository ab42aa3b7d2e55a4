"""Memory is counted as the machine has it: what processes share once, what none has a name for as well."""

import subprocess
import sys

import pytest

from scalelab.launch.guarded_command import _memory

MB = 1_000_000
TWO_SHARE = """
import mmap, os, time
shared = mmap.mmap(-1, 100_000_000)
shared.write(b"x" * 100_000_000)
os.fork()
sum(shared[::4096])
os.write(1, b"ready\\n")
time.sleep(600)
"""
TWO_HAVE = TWO_SHARE.replace("os.fork()", "os.fork()\nown = bytearray(b'x' * 100_000_000)").replace(
    'shared = mmap.mmap(-1, 100_000_000)\nshared.write(b"x" * 100_000_000)\n', "shared = b''\n"
)


@pytest.mark.parametrize(("source", "least", "most"), [(TWO_SHARE, 100, 190), (TWO_HAVE, 200, 290)])
def test_what_two_processes_share_counts_once(source, least, most):
    """The starter is a process of its own, for it is its descendants that are counted; each Python has some 25 MB."""
    starter = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]])"
    job = subprocess.Popen([sys.executable, "-c", starter, source], stdout=subprocess.PIPE, start_new_session=True)
    try:
        assert [job.stdout.readline() for _process in range(2)] == 2 * [b"ready\n"]
        assert least * MB <= _memory(job.pid, 0) <= most * MB
        assert _memory(job.pid, 1e12) >= _memory(job.pid, 0)
    finally:
        subprocess.run(["pkill", "-KILL", "-s", str(job.pid)], check=True)
        job.wait()
        job.stdout.close()
