"""No two submissions share a core or a GPU, and every one of them is used."""

import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalelab.errors import ScaleLabError
from scalelab.grade.classroom.slots import Slot, any_slot, divide, divide_gpus, find_slots, physical_cores

TAKES_CORE_0 = """
import sys
from scalelab.grade.classroom.slots import Slot
with Slot((0,)).occupied():
    print("taken", flush=True)
    sys.stdin.read()
"""


def flat(slots):
    return [core for slot in slots for core in slot.cores]


@given(st.integers(1, 64), st.integers(1, 8))
def test_cores_are_divided_without_rest_or_overlap(count, workers):
    slots = divide([(core,) for core in range(count)], workers)
    assert len(slots) == max(1, count // workers)
    assert len(set(flat(slots))) == len(flat(slots)) == (count if count < workers else len(slots) * workers)


def test_what_shares_a_physical_core_stays_in_one_slot():
    slots = divide([(0, 4), (1, 5), (2, 6), (3, 7)], 2)
    assert [set(slot.cores) for slot in slots] == [{0, 4, 1, 5}, {2, 6, 3, 7}]
    assert [set(slot.cores) for slot in divide([(0, 4)], 2)] == [{0, 4}]


@given(st.integers(1, 16), st.integers(1, 4), st.integers(1, 32))
def test_gpus_are_divided_without_overlap_and_each_slot_has_cores(gpus, workers, cores):
    names = [str(gpu) for gpu in range(gpus)]
    if gpus < workers:
        with pytest.raises(ScaleLabError, match="see --workers"):
            divide_gpus([(core,) for core in range(cores)], names, workers)
        return
    slots = divide_gpus([(core,) for core in range(cores)], names, workers)
    used = [gpu for slot in slots for gpu in slot.gpus]
    assert used == names[: gpus // workers * workers]
    assert all(slot.cores for slot in slots)


def test_every_core_of_this_machine_is_in_a_slot_for_one_worker():
    assert set(flat(find_slots(1, "cpu"))) == os.sched_getaffinity(0)
    assert sum(map(len, physical_cores(os.sched_getaffinity(0)))) == len(os.sched_getaffinity(0))


def test_a_slot_is_had_by_one_process_until_that_ends():
    holder = subprocess.Popen(
        [sys.executable, "-c", TAKES_CORE_0], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout.readline() == "taken\n"
    with Slot((0, 1)).occupied(wait=False) as mine:
        assert not mine
    with any_slot([Slot((0,)), Slot((10_000,))]) as free:
        assert free.cores == (10_000,)
    holder.kill()
    holder.wait()
    with Slot((0, 1)).occupied(wait=False) as mine:
        assert mine
