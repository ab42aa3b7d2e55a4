"""Inside a rank that torchrun has started: runs the script, and tells once a second where it stands.

    python -P torch_rank.py SCRIPT ARGUMENTS...

The signs lie in the folder that the variable SCALELAB_SIGNS names, a file a rank; scalelab.launch.torchrun reads them.
"""

import json
import os
import runpy
import sys
import threading
import time
from pathlib import Path

from scalelab.launch.torch_waits import MainThread, call_under_way, place
from scalelab.places import PACKAGE

SIGNS = "SCALELAB_SIGNS"
SECONDS_BETWEEN_SIGNS = 1.0


def main() -> None:
    """Run the script as Python itself would."""
    script = sys.argv[1]
    sys.argv = sys.argv[1:]
    sys.path.insert(0, str(Path(script).parent))
    if folder := os.environ.get(SIGNS):
        thread = MainThread(threading.get_ident())
        threading.Thread(target=_tell, args=(thread, Path(folder), Path(script)), daemon=True).start()
    runpy.run_path(script, run_name="__main__")


def _tell(thread: MainThread, folder: Path, script: Path) -> None:
    sign, unfinished = folder / os.environ["RANK"], folder / f"{os.environ['RANK']}.part"
    home, library = (str(folder) + os.sep for folder in (script.parent, PACKAGE))

    def is_own(file: str) -> bool:
        return file.startswith(home) and "site-packages" not in file and not file.startswith(library)

    while True:
        time.sleep(SECONDS_BETWEEN_SIGNS)
        frame = sys._current_frames().get(thread.ident)
        call = call_under_way(frame, is_own) if thread.idle() else None
        unfinished.write_text(json.dumps({"where": place(frame, is_own), "call": call}))
        unfinished.replace(sign)


if __name__ == "__main__":
    main()
