"""Every run has its turn, and the turn can be chosen."""

import pytest

from harness.rotation import PARTS, Part, part

VALUES = list(range(225))


@pytest.mark.parametrize("parts", [7, 8, 18, PARTS])
def test_every_value_is_taken_once_in_so_many_parts(parts):
    taken = [value for number in range(parts) for value in Part(number, PARTS).fold(parts).take(VALUES)]
    assert sorted(taken) == VALUES


def test_some_are_always_taken():
    assert Part(3, 28).take(VALUES, always=lambda value: value == 5)[:3] == [3, 5, 31]


def test_the_part_can_be_chosen(monkeypatch):
    monkeypatch.setenv("SCALELAB_ROTATION", "3/56")
    assert part() == Part(3, 56)
    assert part().fold(7) == Part(3, 7)
    assert part("all").fold(7).take(VALUES) == VALUES


def test_it_is_that_of_the_commit_else(monkeypatch):
    monkeypatch.delenv("SCALELAB_ROTATION", raising=False)
    assert part() == part()
    assert 0 <= part().number < part().of == PARTS


@pytest.mark.parametrize("setting", ["56/56", "3", "x/56", "-1/56"])
def test_what_names_no_part_gets_a_sentence(setting):
    with pytest.raises(ValueError, match="say `3/56`, or `all`"):
        part(setting)
