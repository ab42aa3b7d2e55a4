"""An edit is made where its old lines stand, once, and is taken back where its new ones do."""

import pytest

from scalelab.course.exercises.script_edits import with_edit, without_edit
from scalelab.errors import ScaleLabError

SCRIPT = "a = 1\nb = 2\nprint(a)\n"
EDIT = """# why
<<<<
a = 1
====
a = 1
c = 3
>>>>
<<<<
c = 3
b = 2
====
c = 4
>>>>
"""


@pytest.fixture
def edit(tmp_path):
    path = tmp_path / "one.edit"
    path.write_text(EDIT)
    return path


def test_its_blocks_are_made_one_after_the_other(edit):
    assert with_edit(SCRIPT, edit) == "a = 1\nc = 4\nprint(a)\n"


def test_what_is_taken_back_is_as_it_was(edit):
    assert without_edit(with_edit(SCRIPT, edit), edit) == SCRIPT


@pytest.mark.parametrize(("script", "times"), [("b = 2\n", 0), (SCRIPT + "a = 1\n", 2)])
def test_old_lines_that_are_missing_or_stand_there_twice_are_named(edit, script, times):
    with pytest.raises(ScaleLabError, match=rf"^one\.edit does not fit: .* once, not {times} times:\na = 1"):
        with_edit(script, edit)


def test_a_script_in_which_it_was_not_made_has_nothing_to_take_back(edit):
    with pytest.raises(ScaleLabError, match=r"not 0 times:\nc = 4"):
        without_edit(SCRIPT, edit)


def test_lines_can_be_taken_out(edit):
    edit.write_text("<<<<\nb = 2\n====\n>>>>\n")
    assert with_edit(SCRIPT, edit) == "a = 1\nprint(a)\n"


@pytest.mark.parametrize("text", ["", "a = 1\n====\na = 2\n", "<<<<\na = 1\n>>>>\n"])
def test_a_file_without_a_block_is_no_edit(edit, text):
    edit.write_text(text)
    with pytest.raises(ScaleLabError, match=r"one\.edit has a block that is none"):
        with_edit(SCRIPT, edit)
