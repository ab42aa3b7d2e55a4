"""An answer is compared in numbers, and the slip that was made is named."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from scalelab.course import NotYet, expect, require

SLIPS = {"this is the sum, not the mean": 6.0}


class EqualsEverything:
    """An answer that passes every `==`."""

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = object.__hash__


@pytest.mark.parametrize("answer", [2, 2.0, np.float32(2), np.array(2.0), torch.tensor(2.0, requires_grad=True)])
def test_a_right_number_passes_in_whatever_form_it_comes(answer):
    expect("the loss", answer, 2.0)


@pytest.mark.parametrize("answer", [(1, 2), [1.0, 2.0], np.array([1, 2]), [torch.tensor(1.0), torch.tensor(2.0)]])
def test_a_right_sequence_passes_in_whatever_form_it_comes(answer):
    expect("the gradient", answer, (1.0, 2.0))


def test_a_known_slip_is_named():
    with pytest.raises(NotYet, match="the loss: this is the sum, not the mean"):
        expect("the loss", 6.0, 2.0, SLIPS)


def test_a_slip_whose_value_is_right_here_is_no_slip():
    expect("the loss", 2.0, 2.0, {"this is the sum": 2.0})


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (None, "does the function end in a `return`"),
        ("2.0", "expected numbers, got str"),
        (EqualsEverything(), "expected numbers, got EqualsEverything"),
        (float("nan"), "NaN"),
        ((None, None), "got (None, None); None comes from a function that ends without `return`"),
        ((-1.0) ** 0.5, "the root of a negative number"),
        ([2.0], "expected one number, got numbers of shape"),
        (3.0, "expected 2, got 3."),
        (float("inf"), "got inf"),
    ],
)
def test_every_other_answer_gets_one_sentence(answer, sentence):
    with pytest.raises(NotYet) as told:
        expect("the loss", answer, 2.0)
    assert sentence in str(told.value)
    assert "\n" not in str(told.value)


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e3))
def test_a_number_passes_exactly_within_its_tolerance(wanted, factor):
    off = wanted * 1e-6 * factor
    if abs(off) <= abs(wanted) * 0.999e-6:
        expect("it", wanted + off, wanted)
    elif abs(off) > abs(wanted) * 1.001e-6 + 1e-11:
        with pytest.raises(NotYet):
            expect("it", wanted + off, wanted)


def test_infinity_equals_itself_only():
    expect("the largest step", np.inf, np.inf)
    with pytest.raises(NotYet):
        expect("the largest step", 1e300, np.inf)


@pytest.mark.parametrize("claim", [False, None, 0, "yes", EqualsEverything(), np.bool_(False)])
def test_a_requirement_holds_only_when_it_is_true(claim):
    with pytest.raises(NotYet, match="so it is"):
        require(claim, "so it is")


def test_a_requirement_that_is_true_passes():
    require(np.bool_(True), "never said")
    require(2 > 1, "never said")


def test_a_notebook_shows_the_sentence_alone():
    assert NotYet("Take the mean.")._render_traceback_() == ["Not yet. Take the mean."]


@pytest.mark.parametrize(
    ("answer", "wanted", "sentence"),
    [
        (1.000004, 1.0, "expected 1, got 1.000004"),
        ([*range(9), 10.0], [*range(10)], "expected 9 at [9], got 10"),
    ],
)
def test_what_looks_alike_in_print_is_told_where_it_differs(answer, wanted, sentence):
    with pytest.raises(NotYet) as told:
        expect("the loss", answer, wanted, rel=1e-7)
    assert sentence in str(told.value)
