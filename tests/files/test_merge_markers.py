"""A conflict that git has left is found at its line, and nothing else is taken for one."""

from scalelab.files.merge_markers import merge_marker


def test_the_first_marker_is_found_at_its_line():
    assert merge_marker("x = 1\n<<<<<<< HEAD\nx = 2\n=======\nx = 3\n>>>>>>> theirs\n") == 2


def test_a_rule_of_equals_signs_and_a_shift_are_no_markers():
    assert merge_marker("Title\n=====\n\nx = 1 << 7\n# ======== part ========\n") is None
