"""Slips with Horovod's calls are named at their line, and right calls are none."""

import pytest

from scalelab.course.conversion.slips import find_slip
from scalelab.places import COURSE


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("if hvd.rank == 0: print(1)", "Line 2: hvd.rank is a function"),
        ("part = X[hvd.rank :: hvd.size()]", "ask hvd.rank()"),
        ("hvd.allreduce(sums, op=hvd.Sum)", "hvd.allreduce changes nothing"),
        ("hvd.broadcast_object(epochs_done, root_rank=0)", "hvd.broadcast_object changes nothing"),
        ("hvd.broadcast_parameters(model.state_dict(), root_rank=hvd.rank())", "must be the same on all ranks: 0"),
        ("import horovod.tensorflow as other", "for PyTorch `import horovod.torch as hvd`"),
    ],
)
def test_a_slip_is_named(line, says):
    assert says in find_slip(f"import horovod.torch as hvd\n{line}\n")


@pytest.mark.parametrize(
    "line",
    [
        "if hvd.rank() == 0: print(hvd.size())",
        "total = hvd.allreduce(sums, op=hvd.Sum)",
        "hvd.allreduce_(sums)",
        "hvd.broadcast_parameters(model.state_dict(), root_rank=0)",
        "this is no Python",
    ],
)
def test_what_is_right_is_no_slip(line):
    assert find_slip(f"import horovod.torch as hvd\n{line}\n") is None


def test_the_solved_script_has_none():
    assert find_slip((COURSE / "solutions" / "lab2_horovod" / "fashion_mnist.py").read_text()) is None
