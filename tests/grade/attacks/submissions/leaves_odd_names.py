"""Leaves files whose names are options, lines, bytes that are no text, and as long as can be; set-user-ID ones too."""

import os

for name in (b"-rf", b"--help", b"a\nb", b"\xff\xfe\x80", b"\x1b[2J", b"*", b"$(reboot)", b"n" * 255, b" "):
    with open(b"out/" + name, "wb") as file:
        file.write(b"x")
    os.chmod(b"out/" + name, 0o6777)
os.symlink("/", "out/root")
os.symlink("loop", "out/loop")
