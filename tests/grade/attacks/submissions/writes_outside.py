"""Writes wherever it can: its script, its data, its home, ScaleLab, Python, the system, through links and mounts."""

import os
import sys
from pathlib import Path

import scalelab

places = [Path.cwd(), Path.cwd() / "data", Path.cwd().parent, Path(scalelab.__file__).parent, Path(sys.prefix)]
places += [Path(sys.prefix, "bin"), Path(sys.base_prefix), Path("/"), Path("/etc"), Path("/usr/bin"), Path("/home")]
places += [Path("/root"), Path("/var/tmp"), Path("/mnt"), Path("/sys"), Path("/proc"), Path("/dev"), Path("/run")]
places += [Path("/proc/1/root"), Path("/proc/1/cwd"), Path("/proc/self/root"), *Path(scalelab.__file__).parents]
for place in places:
    if place.resolve().is_relative_to("/tmp"):  # its own
        continue
    try:
        place.joinpath("scalelab-escaped").write_text("here")
        print("SUCCEEDED:", place)
    except OSError:
        continue
for path in (Path(__file__), *Path("data").iterdir(), Path(scalelab.__file__), Path(sys.executable), Path("/etc/passwd")):
    for change in (lambda p: p.chmod(0o777), lambda p: p.open("ab"), lambda p: p.unlink(), lambda p: p.rename("out/x")):
        try:
            change(path)
            print("SUCCEEDED: changed", path)
        except OSError:
            continue
os.symlink("/var/tmp", "out/link")
for name in ("metrics.jsonl", "result.json", "feedback.html"):
    os.symlink("/var/tmp/scalelab-escaped", f"out/{name}")
Path("/tmp/scalelab-escaped").write_text("in its own /tmp, which is gone afterwards")
Path("/dev/shm/scalelab-escaped").write_text("likewise")
print("has tried")
