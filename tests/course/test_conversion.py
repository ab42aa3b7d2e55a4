"""The seven steps, judged on the script after each of them: what is done passes, what is not yet is told."""

from pathlib import Path

import pytest

from scalelab.course import NotYet
from scalelab.course.conversion import STEPS, expect_step
from scalelab.course.conversion.evidence import evidence

LABS = Path(__file__).parents[2] / "labs"
SERIAL = LABS / "source" / "lab2_horovod" / "fashion_mnist.py"
STAGES = [SERIAL, *sorted((LABS / "solutions" / "lab2_horovod").glob("step_*.py"))]
pytestmark = pytest.mark.ranks


def passes(script, step, **options):
    try:
        expect_step(script, step, **options)
    except NotYet:
        return False
    return True


@pytest.mark.slow
@pytest.mark.parametrize("done", range(8))
def test_after_so_many_steps_just_these_pass(done):
    assert [step for step in STEPS if passes(STAGES[done], step)] == list(STEPS[:done])


@pytest.mark.slow
def test_a_finished_script_is_run_a_few_times_and_not_for_every_step(capsys):
    for step in STEPS:
        expect_step(STAGES[-1], step)
    runs = capsys.readouterr().out.count("Running")
    for step in STEPS:
        expect_step(STAGES[-1], step)
    assert runs <= 4
    assert capsys.readouterr().out == ""


def test_the_serial_script_is_told_to_initialise_whatever_the_step():
    for step in STEPS:
        with pytest.raises(NotYet, match=r"Call hvd.init\(\)"):
            expect_step(SERIAL, step)


def test_a_changed_script_is_run_anew(tmp_path):
    script = tmp_path / "script.py"
    script.write_text("x = 1\n")
    sizes = {"workers": 2, "images": 144, "batch_size": 8, "held_out": 51}
    first = evidence(script, **sizes)
    assert evidence(script, **sizes) is first
    script.write_text("x = 2\n")
    assert evidence(script, **sizes) is not first


@pytest.mark.parametrize(("code", "words"), [(None, "There is no script.py"), ("x = (\n", "is no Python")])
def test_a_script_that_cannot_be_run_is_told_in_a_sentence(tmp_path, code, words):
    script = tmp_path / "script.py"
    if code is not None:
        script.write_text(code)
    with pytest.raises(NotYet, match=words):
        expect_step(script, "wrap")
