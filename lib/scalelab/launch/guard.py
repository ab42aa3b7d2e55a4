"""Runs a command and leaves none of its processes behind.

    python guard.py COMMAND ...

Ends with the command's exit code. Whoever starts it holds its standard input open: when that closes, because
the starter wants an end or was itself killed, everything ends. As the sub-reaper of its descendants (Linux) the
guard inherits what detached itself from the command (`setsid`, double fork), so that it can find and end that too.
"""

import ctypes
import os
import select
import signal
import subprocess
import sys
import time

import psutil

PR_SET_CHILD_SUBREAPER = 36


def guard(command: list[str]) -> int:
    """Run the command until it ends or standard input closes; give its exit code, 128 + n for signal n."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    try:
        while child.poll() is None and not starter_is_gone(within=0.1):
            reap_orphan(child.pid)
    finally:
        end_descendants()
    code = child.wait()
    return code if code >= 0 else 128 - code


def starter_is_gone(within: float) -> bool:
    """Whether standard input closes within so many seconds."""
    readable, _, _ = select.select([sys.stdin], [], [], within)
    return bool(readable) and not os.read(sys.stdin.fileno(), 1)


def reap_orphan(command: int) -> None:
    """Collect an adopted process that has ended, but leave the command itself to its `Popen`."""
    ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    if ended and ended.si_pid != command:
        os.waitpid(ended.si_pid, os.WNOHANG)


def end_descendants() -> None:
    """Kill until nobody is left: a process may start between listing and killing."""
    while alive := [p for p in psutil.Process().children(recursive=True) if is_alive(p)]:
        for process in alive:
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue
        time.sleep(0.01)


def is_alive(process: psutil.Process) -> bool:
    """Whether the process still runs; a zombie does not."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the starter's to handle
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    sys.exit(guard(sys.argv[1:]))
