"""Checkpoints whose names are almost right: other digits, other case, a space, a line's end."""

from pathlib import Path

from scalelab.models import build
from scalelab.train import save_checkpoint

save_checkpoint(build("small-resnet"), "out", 1)
content = Path("out/epoch-001.safetensors").read_bytes()
Path("out/epoch-001.safetensors").unlink()
for number in ("٠٠١", "1", "00a", "-01", " 001", "0000000001"):
    Path(f"out/epoch-{number}.safetensors").write_bytes(content)
for name in ("Epoch-002.safetensors", "epoch-002.safetensors\n", "epoch-002.safetensors.part"):
    Path("out", name).write_bytes(content)
