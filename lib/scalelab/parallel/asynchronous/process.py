"""What each process of scalelab.parallel.asynchronous.processes runs: a server, or a worker.

python process.py FOLDER
"""

import os
import sys
from multiprocessing.connection import Listener
from pathlib import Path

import cloudpickle
import msgspec

from scalelab.parallel.asynchronous.files import ADDRESS, RESULT, TASK, Served
from scalelab.parallel.asynchronous.remote import Remote, serve


def main() -> int:
    """Do the task that lies in the folder."""
    folder = Path(sys.argv[1])
    task = cloudpickle.loads((folder / TASK).read_bytes())  # of whoever started this process
    if isinstance(task, Served):
        target = task.make()
        with Listener(("127.0.0.1", 0), backlog=128, authkey=task.key) as listener:
            _leave(folder / ADDRESS, msgspec.json.encode(listener.address))
            serve(target, listener)
    else:
        servers = [Remote(address, task.key) for address in task.addresses]
        _leave(folder / RESULT, cloudpickle.dumps(task.work(servers, task.number)))
    return 0


def _leave(path: Path, content: bytes) -> None:
    """Whole, or not at all."""
    part = path.with_suffix(".part")
    part.write_bytes(content)
    os.replace(part, path)  # noqa: PTH105


if __name__ == "__main__":
    sys.exit(main())
