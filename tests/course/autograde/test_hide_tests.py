"""Hidden tests stay out of the feedback however they got into it; what they say does not."""

import pytest
from nbformat import v4

from scalelab.course.autograde.hide_tests import HIDDEN, HideTests

TEST = """expect("double(3)", double(3), 6)
### BEGIN HIDDEN TESTS

expect(
    "double(-1)", double(-1), -2
)
### END HIDDEN TESTS"""
HINT = "Not yet. double(-1): expected -2, got 2."
LINE = '"double(-1)", double(-1), -2'
COLOURED = LINE.replace("double(-1),", "\x1b[32mdouble\x1b[39m(-\x1b[32m1\x1b[39m),")


def with_hidden_tests(*outputs):
    data = {"grade": True, "grade_id": "double-test", "solution": False, "points": 2}
    return v4.new_code_cell(TEST, outputs=list(outputs), metadata={"nbgrader": data})


def cleaned(*outputs):
    """The test cell and an ordinary one below it, with the same outputs."""
    cells = [with_hidden_tests(*outputs), v4.new_code_cell("mine", outputs=list(outputs))]
    return HideTests().preprocess(v4.new_notebook(cells=cells), {})[0].cells


def test_the_cell_loses_them_and_the_hint_stays():
    error = v4.new_output("error", ename="NotYet", evalue=HINT, traceback=[HINT])
    for cell in cleaned(error):
        assert "-1" not in cell.source
        assert cell.outputs == [error]


@pytest.mark.parametrize("line", [LINE, COLOURED])
def test_a_frame_that_shows_one_is_left_out_and_the_learners_own_stay(line):
    own = "Cell In[2], line 2\n      1 def double(x):\n----> 2     return (\n      3 )"
    theirs = f"Cell In[3], line 5\n      4 expect(\n----> 5     {line}\n      6 )"
    for cell in cleaned(v4.new_output("error", ename="E", evalue="e", traceback=[theirs, own, "E: e"])):
        assert cell.outputs[0].traceback == [own, "E: e"]


@pytest.mark.parametrize(
    "output",
    [
        v4.new_output("stream", name="stdout", text=f"before\n    {LINE}\nafter"),
        v4.new_output("display_data", data={"text/plain": f"before\n{LINE}\nafter"}),
        v4.new_output("error", ename="E", evalue=f"before\n{LINE}\nafter", traceback=[]),
    ],
)
def test_an_answer_that_prints_the_test_shows_none(output):
    for cell in cleaned(output):
        shown = cell.outputs[0]
        text = shown.get("text") or shown.get("evalue") or shown.data["text/plain"]
        assert text == f"before\n{HIDDEN}\nafter"


def test_text_that_looks_like_markers_is_no_error():
    cell = v4.new_code_cell("### BEGIN HIDDEN TESTS")
    assert HideTests().preprocess(v4.new_notebook(cells=[cell]), {})[0].cells == [cell]
