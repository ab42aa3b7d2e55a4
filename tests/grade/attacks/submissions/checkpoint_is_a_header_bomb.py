"""A header that claims to be 2^60 bytes long, and one that is a hundred thousand lists within one another."""

import struct
from pathlib import Path

Path("out/epoch-001.safetensors").write_bytes(struct.pack("<Q", 1 << 60) + b"{}")
nested = b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
Path("out/epoch-002.safetensors").write_bytes(struct.pack("<Q", len(nested)) + nested)
