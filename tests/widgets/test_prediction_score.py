"""What is said of a learner's predictions is what they were."""

import math

import pytest

from scalelab.widgets.prediction_score import SCORED_FILE, in_words, read_scores, score


@pytest.fixture(autouse=True)
def _beside_a_notebook(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_choices_are_right_or_not_and_numbers_are_off_by_a_factor():
    score("a", "twice", "twice")
    score("b", "thrice", "twice")
    score("c", 20.0, 10.0)
    score("d", 5.0, 10.0)
    score("e", 10.0, 10.0)
    assert read_scores(SCORED_FILE) == {"a": True, "b": False, "c": 2.0, "d": 2.0, "e": 1.0}
    words = in_words(read_scores(SCORED_FILE))
    assert words == (
        "Of your predictions 1 of 2 choices were right; your numbers were off by a factor of 2.0 (median of 3)."
    )


def test_only_those_asked_for_count():
    assert in_words({"a": True, "b": False}, ["a"]) == "Of your predictions 1 of 1 choices were right."
    assert in_words({"a": True}, []) == "You kept no predictions."


def test_a_number_with_the_wrong_sign_is_infinitely_far():
    score("a", -1.0, 2.0)
    assert read_scores(SCORED_FILE)["a"] == math.inf


@pytest.mark.parametrize("content", ["", "[1]", '{"a": "b"}', "no JSON"])
def test_a_file_that_holds_something_else_counts_for_nothing(content):
    SCORED_FILE.write_text(content)
    assert read_scores(SCORED_FILE) == {}
