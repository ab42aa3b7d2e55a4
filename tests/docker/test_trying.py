"""`make image-test`, as far as it goes without an image."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def test_where_nothing_can_build_it_says_so_and_is_content(tmp_path):
    command = [sys.executable, HERE / "try_image.py"]
    done = subprocess.run(command, env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert done.stdout.startswith("Skipped:")
    assert all(tool in done.stdout for tool in ("buildah", "debootstrap", "podman", "runc"))
    assert done.stdout.count("\n") == 1


def test_pip_in_the_build_looks_where_pip_here_does(tmp_path, monkeypatch):
    """And no path of this machine is the same inside."""
    monkeypatch.syspath_prepend(HERE)
    import host_pip

    wheels, room = tmp_path / "wheels", tmp_path / "room"
    wheels.mkdir()
    room.mkdir()
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    monkeypatch.delenv("TORCH_INDEX", raising=False)
    options = host_pip.build_options(room)
    moved = next(line for line in (room / "pip.conf").read_text().splitlines() if line.startswith("find-links"))
    there = moved.partition(" = ")[2]
    assert there.startswith("/run/host-pip/")
    assert f"{tmp_path}:{Path(there).parent}:ro" in options
    assert "TORCH_INDEX=" in options  # its own index, so none besides
