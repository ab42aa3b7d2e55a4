"""The seven steps, judged on the script after each of them: what is done passes, what is not yet is told."""

import pytest
from course.conversion.stages import STAGES
from harness import rotation

from scalelab.course import NotYet
from scalelab.course.conversion import STEPS, expect_step
from scalelab.course.conversion.evidence import EvidenceStore, evidence_from
from scalelab.course.conversion.runs import Sizes

PART = rotation.part().fold(len(STAGES))


def passes(script, step, **options):
    try:
        expect_step(script, step, **options)
    except NotYet:
        return False
    return True


@pytest.mark.parametrize("done", range(len(STAGES)))
def test_after_so_many_steps_just_these_pass(done, tmp_path):
    script = STAGES[done].write(tmp_path)
    with evidence_from(STAGES[done].store()):
        assert [step for step in STEPS if passes(script, step)] == list(STEPS[:done])


@pytest.mark.slow
@pytest.mark.ranks
@pytest.mark.parametrize("done", PART.take(range(len(STAGES))), ids=lambda done: f"{PART}-{done}")
def test_after_so_many_steps_just_these_pass_on_real_ranks(done, tmp_path):
    script = STAGES[done].write(tmp_path)
    with evidence_from(EvidenceStore()):
        assert [step for step in STEPS if passes(script, step)] == list(STEPS[:done])


def test_a_finished_script_is_run_a_few_times_and_not_for_every_step(tmp_path):
    script = STAGES[-1].write(tmp_path)
    with evidence_from(STAGES[-1].store(asked := [])):
        for step in [*STEPS, *STEPS]:
            expect_step(script, step)
    assert len(asked) == len(set(asked)) <= 4


def test_the_serial_script_is_told_to_initialise_whatever_the_step(tmp_path):
    serial = STAGES[0].write(tmp_path)
    with evidence_from(STAGES[0].store()):
        for step in STEPS:
            with pytest.raises(NotYet, match=r"Call hvd.init\(\)"):
                expect_step(serial, step)


def test_a_changed_script_is_run_anew(tmp_path):
    script = tmp_path / "script.py"
    script.write_text("x = 1\n")
    store, sizes = EvidenceStore(), Sizes(workers=2, images=144, batch_size=8, validation=51)
    first = store.of(script, sizes)
    assert store.of(script, sizes) is first
    script.write_text("x = 2\n")
    assert store.of(script, sizes) is not first


def test_what_is_known_of_many_scripts_is_forgotten_again(tmp_path):
    script, store = tmp_path / "script.py", EvidenceStore(most=2)
    for number in range(4):
        script.write_text(f"x = {number}\n")
        store.of(script, Sizes(workers=2, images=144, batch_size=8, validation=51))
    assert len(store.kept) == 2


@pytest.mark.parametrize(("code", "words"), [(None, "There is no script.py"), ("x = (\n", "is no Python")])
def test_a_script_that_cannot_be_run_is_told_in_a_sentence(tmp_path, code, words):
    script = tmp_path / "script.py"
    if code is not None:
        script.write_text(code)
    with pytest.raises(NotYet, match=words):
        expect_step(script, "wrap")
