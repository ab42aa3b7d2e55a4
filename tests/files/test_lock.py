"""A lock has one holder, or several that share it, and ends with them."""

import subprocess
import sys

from scalelab.files.lock import held

HOLDS = (
    "import sys, time; from pathlib import Path; from scalelab.files.lock import held\n"
    "with held(Path(sys.argv[1])):\n    print('held', flush=True)\n    time.sleep(600)"
)


def test_who_does_not_wait_is_told_that_another_has_it(tmp_path):
    with held(tmp_path / "lock") as first, held(tmp_path / "lock", wait=False) as second:
        assert (first, second) == (True, False)
    with held(tmp_path / "lock", wait=False) as again:
        assert again


def test_readers_share_it_and_a_writer_does_not(tmp_path):
    with (
        held(tmp_path / "lock", shared=True),
        held(tmp_path / "lock", shared=True, wait=False) as reader,
        held(tmp_path / "lock", wait=False) as writer,
    ):
        assert (reader, writer) == (True, False)


def test_a_killed_holder_gives_it_back(tmp_path):
    holder = subprocess.Popen([sys.executable, "-c", HOLDS, str(tmp_path / "lock")], stdout=subprocess.PIPE)
    assert holder.stdout.readline() == b"held\n"
    asked = []
    holder_ends = lambda: (asked.append(1), holder.kill(), holder.wait())  # noqa: E731
    with held(tmp_path / "lock", waiting=holder_ends) as mine:
        assert mine
    assert asked == [1]
    holder.stdout.close()
