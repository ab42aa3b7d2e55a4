"""A look from outside holds nothing of what it looks at, and is over when the script is."""

import subprocess
import sys
import threading
import weakref

import pytest
from harness.patience import waited

from scalelab.launch import looking_on as module
from scalelab.launch.looking_on import looking_on


def test_the_frame_is_this_threads_and_is_let_go(monkeypatch):
    monkeypatch.setattr(module, "SECONDS_BETWEEN_LOOKS", 0.01)
    seen = threading.Event()

    class Large:
        """Stands for a tensor."""

    def train():
        large = Large()
        assert waited(seen.is_set)
        return weakref.ref(large)

    def look(frame):
        while frame is not None:
            if frame.f_code is train.__code__:
                module.SECONDS_BETWEEN_LOOKS = 10_000  # no look follows this one
                seen.set()
            frame = frame.f_back

    with looking_on(look):
        held = train()
        assert waited(lambda: held() is None)


def test_its_thread_ends_with_the_block_whatever_ends_that():
    before = threading.active_count()
    with pytest.raises(ZeroDivisionError), looking_on(lambda frame: None):
        raise ZeroDivisionError
    assert threading.active_count() == before


def test_a_rank_of_torch_that_ends_with_tensors_at_hand_ends_well(tmp_path):
    """Its last function's frame was the last that the thread had seen."""
    script = tmp_path / "train.py"
    script.write_text("""if True:
        import atexit, threading, time
        import torch
        def train():
            layers = [torch.ones(10, requires_grad=True) for _ in range(2000)]
            time.sleep(1.3)
        train()
        atexit.register(lambda: print(threading.active_count()))""")
    words = [sys.executable, "-m", "scalelab.launch.torch_rank", str(script)]
    ended = subprocess.run(
        words, capture_output=True, text=True, env={"SCALELAB_SIGNS": str(tmp_path), "RANK": "0", "HOME": str(tmp_path)}
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "1\n", "")
