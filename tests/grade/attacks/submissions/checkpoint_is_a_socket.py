"""Checkpoints that are listening sockets."""

import socket
import time

listening = [socket.socket(socket.AF_UNIX) for _ in range(2)]
for epoch, one in enumerate(listening, 1):
    one.bind(f"out/epoch-{epoch:03d}.safetensors")
    one.listen()
time.sleep(0.5)
