"""Checkpoints that are pipes: whoever opens one waits for ever."""

import os

for epoch in (1, 2):
    os.mkfifo(f"out/epoch-{epoch:03d}.safetensors")
