"""The server as long as it is needed, and what has ranks come from it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
RANK = "SCALELAB_RANK_PYTHON"  # scalelab.launch.command


@contextmanager
def serving(address: Path) -> Iterator[subprocess.Popen]:
    """It loads torch when the first rank asks for it, and ends with us."""
    words = [sys.executable, str(HERE / "server.py"), str(address)]
    one_thread = os.environ | {"OMP_NUM_THREADS": "1"}
    with subprocess.Popen(words, stdin=subprocess.PIPE, cwd=HERE, env=one_thread) as server:
        yield server
        assert server.poll() is None, "the server of the ranks has ended too early"
        server.stdin.close()
        server.wait()


def environment(address: Path) -> dict[str, str]:
    """With it, ranks that have no walls around them are forked from the server at that address."""
    return {RANK: f"{sys.executable} -IS {HERE / 'rank.py'} {address}"}
