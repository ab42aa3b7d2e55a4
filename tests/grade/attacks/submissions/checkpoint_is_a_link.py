"""Checkpoints that are links: to a real one, and to a file of the machine."""

from pathlib import Path

from scalelab.models import build
from scalelab.train import save_checkpoint

save_checkpoint(build("small-resnet"), "/tmp", 1)
Path("out/epoch-001.safetensors").symlink_to("/tmp/epoch-001.safetensors")
Path("out/epoch-002.safetensors").symlink_to("/etc/shadow")
