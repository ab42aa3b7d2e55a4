"""Slips with Horovod's calls are named at their line, and right calls are none."""

import pytest

from scalelab.course.conversion.slips import ERRORS, explain_error, find_slip
from scalelab.places import COURSE


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("if hvd.rank == 0: print(1)", "Line 2: hvd.rank is a function"),
        ("part = X[hvd.rank :: hvd.size()]", "ask hvd.rank()"),
        ("hvd.allreduce(sums, op=hvd.Sum)", "hvd.allreduce changes nothing"),
        ("hvd.broadcast_object(epochs_done, root_rank=0)", "hvd.broadcast_object changes nothing"),
        ("hvd.broadcast_parameters(model.state_dict(), root_rank=hvd.rank())", "must be the same on all ranks: 0"),
        ("import horovod as hvd", "for PyTorch `import horovod.torch as hvd`"),
        ("if hvd.rank() == 0:\n    x = hvd.allreduce(x)", "Line 3: hvd.allreduce stands under a condition on the rank"),
        ("if hvd.rank() == 0:\n    pass\nelse:\n    hvd.init()", "Line 5: hvd.init stands under a condition"),
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
        "if hvd.rank() == 0:\n    hvd.broadcast_(a, 0)\nelse:\n    hvd.broadcast_(b, 0)",
        "if hvd.size() > 1:\n    x = hvd.allreduce(x)",
        "if hvd.rank() == 0:\n    print(1)",
        "hvd.broadcast_parameters(model.state_dict(), root_rank=0)",
        "this is no Python",
    ],
)
def test_what_is_right_is_no_slip(line):
    assert find_slip(f"import horovod.torch as hvd\n{line}\n") is None


def test_the_solved_script_has_none():
    assert find_slip((COURSE / "solutions" / "lab2_horovod" / "fashion_mnist.py").read_text()) is None


@pytest.mark.parametrize("words", ERRORS)
def test_an_error_of_a_library_is_told_by_what_it_means_here(words):
    told = explain_error(
        f"Every rank stopped with Error: {words} x at train.py, line 3. Mend this first: all others stop."
    )
    assert told == f"{ERRORS[words]} (Every rank stopped with Error: {words} x at train.py, line 3.)"


def test_other_sentences_stay_as_they_are():
    assert explain_error("Rank 1 prints 'x', too.") == "Rank 1 prints 'x', too."
