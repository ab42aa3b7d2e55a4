"""Takes 2 GB of the disk with files that have no name, each on its way through a socket and open nowhere."""

import os
import socket
import time

part, kept = bytes(10_000_000), []
for _ in range(20):
    held = os.open("out/hidden", os.O_CREAT | os.O_RDWR)
    os.unlink("out/hidden")
    for _ in range(10):
        os.write(held, part)
    kept.append(socket.socketpair())
    socket.send_fds(kept[-1][0], [b"."], [held])
    os.close(held)
time.sleep(600)
