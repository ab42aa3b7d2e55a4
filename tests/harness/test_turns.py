"""Each test has its turn, and no commit has all of them."""

import pytest

from harness.rotation import PARTS, Part
from harness.turns import is_due

NAMES = [f"tests/some/test_of.py::test_it[{number}]" for number in range(60)]


@pytest.mark.parametrize("parts", [2, 4, 7])
def test_once_in_so_many_parts(parts):
    for name in NAMES:
        assert [is_due(name, parts, Part(number, PARTS)) for number in range(PARTS)].count(True) == PARTS // parts


def test_every_commit_has_some():
    assert all(any(is_due(name, 7, Part(number, PARTS)) for name in NAMES) for number in range(PARTS))


def test_all_can_be_asked_for():
    assert all(is_due(name, 7, Part(0, 1)) for name in NAMES)
