"""The Assess button grades once, shows how it gets on, and ends in the verdict and the feedback."""

from pathlib import Path

import pytest
from harness.patience import waited

from scalelab.grade.rubric import LARGE_BATCH_RUBRIC
from scalelab.places import ASSESSED, RUBRIC
from scalelab.widgets.assess_button import Assess, assess, terms

NEVER_ENDS = Path(__file__).parents[1] / "grade" / "attacks" / "submissions" / "loops_for_ever.py"


@pytest.fixture
def button(tmp_path):
    made = []

    def make(file: Path) -> Assess:
        options = ["--budget-seconds", "30", "--workers", "1", "--no-check"]
        made.append(Assess(file, options, tmp_path / "assess"))
        return made[-1]

    yield make
    for one in made:
        one.job.stop()
        one.wait()


def test_before_it_is_pressed_it_says_what_it_will_do(button, tmp_path):
    shown = button(tmp_path / "mine.py")
    assert "Press Assess to grade" in shown.sentence.value
    assert (shown.button.disabled, shown.stop.disabled) == (False, True)


def test_the_verdict_and_the_feedback_stand_below_and_stay_for_the_next_page(button, tmp_path):
    file = tmp_path / "mine.py"
    file.write_text("for\n")
    shown = button(file)
    shown.button.click()
    shown.wait()
    for widget in (shown, button(file)):
        assert "✗ Not passed: 0 of 100. The file is not valid Python: invalid syntax" in widget.sentence.value
        assert "<iframe" in widget.page.value
        assert not widget.button.disabled


def test_each_rubric_has_verdicts_of_its_own():
    first, second = assess("mine.py", "--workers", "4"), assess("mine.py", rubric=LARGE_BATCH_RUBRIC)
    assert first.job.folder == ASSESSED
    assert second.job.folder not in [ASSESSED, *ASSESSED.parents]
    assert [*first.options] == ["--rubric", str(RUBRIC), "--workers", "4"]
    assert [*second.options] == ["--rubric", str(LARGE_BATCH_RUBRIC)]


def test_a_file_that_is_not_there_is_a_sentence(button, tmp_path):
    shown = button(tmp_path / "nothing.py")
    shown.button.click()
    shown.wait()
    assert "does not exist; give the one Python file" in shown.sentence.value


@pytest.mark.slow
@pytest.mark.ranks
def test_pressed_twice_it_grades_once_another_page_sees_it_and_stop_ends_it(button):
    shown = button(NEVER_ENDS)
    shown.button.click()
    shown.button.click()
    assert waited(lambda: shown.reported.bar.value >= 1, 60)
    other = button(NEVER_ENDS)
    assert other.button.disabled
    assert not other.stop.disabled
    assert len(list(shown.job.folder.glob("loops_for_ever-*"))) == 1
    other.stop.click()
    shown.wait()
    other.wait()
    assert "Interrupted" in shown.sentence.value
    assert "Interrupted" in other.sentence.value


def test_the_terms_name_an_effective_batch_where_the_rubric_asks_for_one(tmp_path):
    asks = tmp_path / "rubric.toml"
    asks.write_text(RUBRIC.read_text().replace("[cpu]", "[cpu]\neffective_batch_size = 1_024", 1))
    assert "at least 1,024 images a step, of all workers together" in terms(asks).value
    assert "Effective batch" not in terms().value
