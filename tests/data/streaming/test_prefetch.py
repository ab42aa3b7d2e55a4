"""Prefetching changes when items are made, and nothing else; its thread never stays behind."""

import gc
import signal
import subprocess
import sys
import threading
import time

import pytest
from harness.patience import waited
from hypothesis import given
from hypothesis import strategies as st

from scalelab.data.streaming.prefetch import Prefetcher
from scalelab.errors import ScaleLabError


def until(condition):
    return waited(condition, look_every=0.005)


def at_work():
    return [thread for thread in threading.enumerate() if thread.name == "prefetch"]


@pytest.fixture(autouse=True)
def no_thread_stays_behind():
    yield
    assert until(lambda: not at_work())


class Counted:
    """0, 1, 2, ... without an end; `made` says how many."""

    def __init__(self):
        self.made, self.closed = 0, False

    def __iter__(self):
        try:
            while True:
                self.made += 1
                yield self.made - 1
        finally:
            self.closed = True


@given(st.lists(st.integers()), st.integers(1, 5))
def test_the_items_come_all_and_in_their_order(items, depth):
    assert list(Prefetcher(items, depth)) == items


@pytest.mark.parametrize("depth", [1, 3])
def test_so_many_are_made_ahead_and_no_more(depth):
    source = Counted()
    with Prefetcher(source, depth) as ahead:
        for taken in range(4):
            assert until(lambda taken=taken: source.made == taken + depth + 1)  # the one more waits for a place
            time.sleep(0.02)
            assert source.made == taken + depth + 1
            assert next(ahead) == taken


def failing():
    yield 1
    yield 2
    raise ValueError("the third is broken")


def test_an_exception_comes_in_the_place_of_its_item_and_then_no_more():
    ahead = Prefetcher(failing(), depth=4)
    assert [next(ahead), next(ahead)] == [1, 2]
    with pytest.raises(ValueError, match="third"):
        next(ahead)
    with pytest.raises(StopIteration):
        next(ahead)


def test_the_traceback_leads_into_the_source():
    with pytest.raises(ValueError, match="third") as caught:
        list(Prefetcher(failing()))
    assert "failing" in [entry.name for entry in caught.traceback]


def test_closing_ends_the_thread_and_the_source():
    source = Counted()
    ahead = Prefetcher(source, depth=2)
    assert next(ahead) == 0
    ahead.close()
    ahead.close()
    assert source.closed
    assert not at_work()
    with pytest.raises(StopIteration):
        next(ahead)


def test_an_exception_in_the_loop_ends_the_thread():
    def train():
        with Prefetcher(Counted()) as batches:
            for _ in batches:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train()
    assert not at_work()


def test_ctrl_c_while_waiting_ends_the_thread():
    waits, free = threading.Event(), threading.Event()

    def slow():
        waits.set()
        free.wait(60)
        yield 1

    def interrupt(*_):
        free.set()  # or closing would wait for the source
        raise KeyboardInterrupt

    def press():
        waits.wait(60)
        time.sleep(0.1)  # most often it waits by now; if not, it is interrupted on its way there
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    def wait():
        threading.Thread(target=press).start()
        next(ahead)

    ahead = Prefetcher(slow())
    before = signal.signal(signal.SIGINT, interrupt)
    try:
        with pytest.raises(KeyboardInterrupt):
            wait()
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_forgotten_prefetcher_ends_its_thread():
    ahead = Prefetcher(Counted())
    next(ahead)
    del ahead
    gc.collect()
    assert until(lambda: not at_work())


def test_python_ends_well_while_the_thread_computes():
    computes = """if True:
        import torch
        from scalelab.data.streaming.prefetch import Prefetcher
        next(Prefetcher(torch.ones(500, 500) @ torch.ones(500, 500) for _ in range(10**9)))
        ahead = Prefetcher(torch.ones(500, 500) @ torch.ones(500, 500) for _ in range(10**9))
        next(ahead)"""
    ended = subprocess.run([sys.executable, "-c", computes], capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_the_wait_for_a_slow_source_is_counted():
    def slow():
        for k in range(3):
            time.sleep(0.05)
            yield k

    ahead = Prefetcher(slow())
    assert list(ahead) == [0, 1, 2]
    assert ahead.waited > 0.1
    ready = Prefetcher(range(3), depth=3)
    assert until(lambda: not at_work())
    assert list(ready) == [0, 1, 2]
    assert ready.waited < ahead.waited


def test_a_depth_of_nothing_is_refused():
    with pytest.raises(ScaleLabError, match="1 item or more"):
        Prefetcher([], 0)
