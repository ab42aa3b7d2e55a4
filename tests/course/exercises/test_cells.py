"""What a test cell tests is read off its code."""

import pytest
from nbformat.v4 import new_code_cell

from scalelab.course.exercises.cells import exercise, free_names, is_answer, is_test, used_names


@pytest.mark.parametrize(
    ("source", "free"),
    [
        ("import numpy as np\nx = np.ones(3)\nprint(gradient(x))", {"gradient"}),
        ("from scalelab.course import expect\nfor seed in range(3):\n    expect('', step(seed), 1)", {"step"}),
        ("def slow(x):\n    return wait(x)\nrun(slow)", {"wait", "run"}),
        ("[total(part) for part in (1, 2)]", {"total"}),
        ("def broken(:", set()),
        ("%matplotlib inline", set()),
    ],
)
def test_the_functions_under_test_are_the_names_that_a_cell_does_not_make_itself(source, free):
    assert free_names(source) == free
    assert free <= used_names(source)


def test_an_exercises_cells_are_told_by_their_metadata():
    answer = new_code_cell(metadata={"nbgrader": {"grade_id": "step", "solution": True, "grade": False}})
    test = new_code_cell(metadata={"nbgrader": {"grade_id": "step-test", "solution": False, "grade": True}})
    plain = new_code_cell()
    assert [is_answer(cell) for cell in (answer, test, plain)] == [True, False, False]
    assert [is_test(cell) for cell in (answer, test, plain)] == [False, True, False]
    assert exercise(answer) == exercise(test) == "step"
