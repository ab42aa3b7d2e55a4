"""Inside a rank that torchrun has started: runs the script, and tells once a second where it stands.

    python -P torch_rank.py SCRIPT ARGUMENTS...

The signs lie in the folder that the variable SCALELAB_SIGNS names, a file a rank; scalelab.launch.torchrun reads them.
"""

import json
import os
import runpy
import sys
import threading
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from types import FrameType

from scalelab.launch.gloo_threads import outliving_groups
from scalelab.launch.looking_on import looking_on
from scalelab.launch.torch_waits import MainThread, call_under_way, place
from scalelab.places import PACKAGE

SIGNS = "SCALELAB_SIGNS"


def main() -> None:
    """Run the script as Python itself would."""
    script = sys.argv[1]
    sys.argv = sys.argv[1:]
    sys.path.insert(0, str(Path(script).parent))
    folder = os.environ.get(SIGNS)
    with outliving_groups(), looking_on(_signs(Path(folder), Path(script))) if folder else nullcontext():
        runpy.run_path(script, run_name="__main__")


def _signs(folder: Path, script: Path) -> Callable[[FrameType | None], None]:
    """What writes where the main thread stands, at each look."""
    sign, unfinished = folder / os.environ["RANK"], folder / f"{os.environ['RANK']}.part"
    home, library = (str(folder) + os.sep for folder in (script.parent, PACKAGE))
    thread = MainThread(threading.get_ident())

    def is_own(file: str) -> bool:
        return file.startswith(home) and "site-packages" not in file and not file.startswith(library)

    def write(frame: FrameType | None) -> None:
        call = call_under_way(frame, is_own) if thread.idle() else None
        unfinished.write_text(json.dumps({"where": place(frame, is_own), "call": call}))
        unfinished.replace(sign)

    return write


if __name__ == "__main__":
    main()
