"""`python server.py SOCKET`: has torch and Horovod loaded, and forks a child for every rank that asks.

A child whose rank is gone is killed. The server ends when its standard input closes.
"""

import contextlib
import gc
import json
import os
import selectors
import signal
import socket
import sys
from pathlib import Path

from script import run_script


def main() -> int:
    """Serve; in a child, run its script and give the exit code."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(sys.argv[1])
        listening.listen(64)
        wish = Server(listening).serve()
    return 0 if wish is None else run_script(**wish)


class Server:
    """Waits for ranks that ask, for children that end, and for ranks that are gone."""

    def __init__(self, listening: socket.socket):
        self.listening, self.selector = listening, selectors.DefaultSelector()
        self.selector.register(listening, selectors.EVENT_READ, self.accept)
        self.selector.register(sys.stdin, selectors.EVENT_READ, None)
        self.loaded = False

    def serve(self) -> dict | None:
        """None at the end; in a child, what its rank has asked for."""
        while True:
            for key, _ in self.selector.select():
                if key.data is None:
                    return None
                if wish := key.data(key.fileobj):
                    self.selector.close()
                    return wish

    def accept(self, listening: socket.socket) -> dict | None:
        self.load()
        rank, _ = listening.accept()
        size, streams, _, _ = socket.recv_fds(rank, 8, 3)
        wish = read(rank, int.from_bytes(size, "big"))
        child = os.fork()
        if not child:
            return json.loads(wish) | {"streams": streams}
        for stream in streams:
            os.close(stream)
        self.follow(child, rank)
        return None

    def load(self) -> None:
        """When the first rank asks; tests that start none do not pay for it."""
        if not self.loaded:
            import horovod.torch  # noqa: F401
            import numpy  # noqa: F401
            import torch._dynamo  # noqa: F401 - the first optimizer of a process loads it, which takes as long as torch itself

            gc.freeze()  # a child that looked through all this would make a copy of it
            self.loaded = True

    def follow(self, child: int, rank: socket.socket) -> None:
        ended, told = os.pidfd_open(child), False

        def tell(_) -> None:
            nonlocal told
            if told:  # it has ended and its rank is gone, both since the last look
                return
            told = True
            _, status = os.waitpid(child, 0)
            with contextlib.suppress(OSError):
                rank.sendall(str(status).encode())
            for watched in (rank, ended):
                self.selector.unregister(watched)
            rank.close()
            os.close(ended)

        def kill(_) -> None:
            if not told:
                signal.pidfd_send_signal(ended, signal.SIGKILL)
                tell(_)

        self.selector.register(ended, selectors.EVENT_READ, tell)
        self.selector.register(rank, selectors.EVENT_READ, kill)


def read(connection: socket.socket, size: int) -> bytes:
    parts = b""
    while len(parts) < size:
        part = connection.recv(size - len(parts))
        if not part:
            break
        parts += part
    return parts


if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).parent)
    sys.exit(main())
