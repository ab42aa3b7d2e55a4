"""Where a rank waits, seen from its frames."""

import sys
import threading
import time

import pytest

from scalelab.launch.torch_waits import MainThread, call_under_way, place

SCRIPT = "/home/ada/train.py"
LIBRARY = "/env/site-packages/torch/"


def frame_of(*calls):
    """The innermost frame of functions that call one another: (file, name) from the script inwards."""
    found = []
    within = found.append
    for file, name in reversed(calls):
        space = {"inner": within, "_getframe": sys._getframe}
        body = "inner(_getframe())" if within == found.append else "inner()"
        exec(compile(f"def {name}():\n    {body}", file, "exec"), space)
        within = space[name]
    within()
    return found[0]


@pytest.mark.parametrize(
    ("calls", "name"),
    [
        ([(SCRIPT, "main")], None),
        ([(SCRIPT, "main"), (f"{LIBRARY}nn/modules/module.py", "_call_impl")], None),
        ([(SCRIPT, "main"), (f"{LIBRARY}distributed/c10d_logger.py", "wrapper"),
          (f"{LIBRARY}distributed/distributed_c10d.py", "all_reduce")], "all_reduce"),
        ([(SCRIPT, "main"), (f"{LIBRARY}nn/modules/module.py", "_call_impl"),
          (f"{LIBRARY}nn/parallel/distributed.py", "forward"),
          (f"{LIBRARY}nn/parallel/distributed.py", "_sync_buffers")], "forward"),
        ([(SCRIPT, "main"), (f"{LIBRARY}_tensor.py", "backward"),
          (f"{LIBRARY}distributed/distributed_c10d.py", "reduce_scatter")], "backward"),
    ],
)  # fmt: skip
def test_the_call_that_the_scripts_line_has_made_is_named(calls, name):
    frame = frame_of(*calls)
    assert call_under_way(frame, lambda file: file == SCRIPT) == name
    assert place(frame, lambda file: file == SCRIPT) == "train.py, line 2"


def test_outside_of_the_script_there_is_no_place():
    frame = frame_of((f"{LIBRARY}_tensor.py", "backward"))
    assert place(frame, lambda file: file == SCRIPT) is None


def test_a_thread_that_sleeps_is_idle_and_one_that_computes_is_not():
    over = threading.Event()
    sleeps = threading.Thread(target=over.wait)
    sleeps.start()
    try:
        waiting, busy = MainThread(sleeps.ident), MainThread(threading.get_ident())
        assert not waiting.idle(), "nothing is known at first"
        assert not busy.idle()
        used = time.thread_time()
        while time.thread_time() < used + 0.2:
            pass
        assert waiting.idle()
        assert not busy.idle()
    finally:
        over.set()
        sleeps.join()
