"""The two hosts themselves: apart from each other, joined by a cable, and gone without a trace."""

import subprocess
import sys
import time
from pathlib import Path

import psutil

BOOT = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from hosts import boot_two
print(*(host.pid for host in boot_two(Path(sys.argv[2]))), flush=True)
sys.stdin.read()
"""


def on(host, *words: str) -> str:
    done = subprocess.run(host.enter(list(words), Path("/")), capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip()


def test_each_has_its_own_name_and_processes_and_reaches_the_other(two_hosts):
    a, b = two_hosts
    assert (on(a, "hostname"), on(b, "hostname")) == ("node1", "node2")
    assert on(a, "ssh", "node2", "hostname") == "node2"
    seen = on(a, "ps", "-e", "-o", "args=").splitlines()
    assert seen[-1].startswith("ps ")
    assert len(seen) == 3  # besides `ps`, the first process and sshd


def test_what_is_unplugged_is_out_of_reach_and_the_other_keeps_its_address(two_hosts):
    a, b = two_hosts
    b.unplug()
    assert "timed out" in on(a, "ssh", "-o", "ConnectTimeout=1", "node2", "true")
    b.power_off()
    assert "10.77.0.1/24" in a.network("address", "show", "eth0")


def test_nothing_is_left_if_the_tests_are_killed(tmp_path, need_hosts):
    command = [sys.executable, "-c", BOOT, str(Path(__file__).parent), str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as owner:
        firsts = [psutil.Process(int(pid)) for pid in owner.stdout.readline().split()]
        everyone = [*firsts, *(child for first in firsts for child in first.children(recursive=True))]
        assert len(everyone) == 4  # and an sshd each
        owner.kill()
    end = time.monotonic() + 5
    while any(process.is_running() for process in everyone):
        assert time.monotonic() < end
        time.sleep(0.05)
