"""`python -IS rank.py SOCKET SCRIPT ARGUMENTS...`: run the script in a child of the server, as this process would."""

import contextlib
import json
import os
import signal
import socket
import sys


def main() -> int:
    address, *words = sys.argv[1:]
    server = socket.socket(socket.AF_UNIX)
    try:
        server.connect(address)
    except OSError:  # no server any more
        os.execv(sys.executable, [sys.executable, "-u", *words])
    wish = json.dumps({"words": words, "environment": dict(os.environ), "folder": os.getcwd()})  # noqa: PTH109 - pathlib takes as long to load as all the rest
    socket.send_fds(server, [len(wish.encode()).to_bytes(8, "big")], [0, 1, 2])
    server.sendall(wish.encode())
    return end_like(int(server.recv(16) or b"1"))


def end_like(status: int) -> int:
    """The exit code of a process that ended with this status; one that was killed is followed in kind."""
    if os.WIFSIGNALED(status):
        with contextlib.suppress(OSError):  # nobody may say how SIGKILL is taken
            signal.signal(os.WTERMSIG(status), signal.SIG_DFL)
        os.kill(os.getpid(), os.WTERMSIG(status))
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main())
