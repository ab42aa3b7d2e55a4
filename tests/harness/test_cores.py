"""Places are given out so that no more tests run than there are places, and each has its turn."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from harness.cores import take
from harness.patience import waited

HOLDS = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from harness.cores import take
with take(2, Path(sys.argv[2]), 2):
    print("holds", flush=True)
    time.sleep(600)
"""


def at_once(counts, folder, places):
    """The most places held at any time, when tests that want so many come all at once."""
    lock, state = threading.Lock(), {"now": 0, "most": 0}

    def test(count):
        with take(count, folder, places):
            with lock:
                state["now"] += count
                state["most"] = max(state["most"], state["now"])
            threading.Event().wait(0.01)
            with lock:
                state["now"] -= count

    threads = [threading.Thread(target=test, args=[count]) for count in counts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    return state["most"]


@pytest.mark.parametrize("places", [1, 2, 4])
def test_no_more_are_used_than_there_are_and_all_have_their_turn(tmp_path, places):
    counts = [1, places, 1, places, places, 1, 1, places] * 3
    assert at_once(counts, tmp_path, places) == places


def test_whoever_is_killed_gives_his_places_back(tmp_path):
    words = [sys.executable, "-c", HOLDS, str(Path(__file__).parents[1]), str(tmp_path)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "holds\n"
        mine = threading.Thread(target=lambda: at_once([1], tmp_path, 2))
        mine.start()
        mine.join(0.2)
        assert mine.is_alive()
        holder.kill()
    assert waited(lambda: not mine.is_alive())
