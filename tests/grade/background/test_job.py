"""A grading in the background is one at a time, is told while it runs, and outlives who started it."""

import subprocess
import sys
from pathlib import Path

import pytest
from harness.patience import waited

from scalelab.grade.background.job import BackgroundJob
from scalelab.grade.progress import RanksRunning, StepStarted
from scalelab.places import RUBRIC

ATTACKS = Path(__file__).parents[1] / "attacks" / "submissions"
STARTS = """
import os, signal, sys
from pathlib import Path
from scalelab.grade.background.job import BackgroundJob
BackgroundJob(Path(sys.argv[1])).start(Path(sys.argv[2]), sys.argv[3:])
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def options(small_data, few, tmp_path) -> list[str]:
    rubric = tmp_path / "rubric.toml"
    rubric.write_text(RUBRIC.read_text().replace("train_images = 10_000", f"train_images = {few}"))
    words = ["--data", small_data, "--rubric", rubric, "--workers", 1, "--no-check", "--budget-seconds", 40]
    return list(map(str, words))


@pytest.fixture
def job(tmp_path):
    job = BackgroundJob(tmp_path / "job")
    yield job
    job.stop()
    assert waited(lambda: not job.running())


def test_before_the_first_there_is_nothing(job):
    assert not job.status().ever_began


def test_the_result_and_its_page_are_there_at_the_end(job, options, tmp_path):
    bad = tmp_path / "mine.py"
    bad.write_text("for\n")
    assert job.start(bad, options)
    assert waited(lambda: not job.running())
    look = job.status()
    assert look.result.reason == "The file is not valid Python: invalid syntax in line 1."
    assert "Not passed" in look.page.read_text()
    assert look.events[0].text.startswith("Data: ")


def test_one_that_cannot_be_graded_says_why(job, options, tmp_path):
    nothing = tmp_path / "nothing.py"
    assert job.start(nothing, options)
    assert waited(lambda: not job.running())
    assert job.status().failed == f"{nothing} does not exist; give the one Python file that is handed in."


@pytest.mark.ranks
def test_it_is_told_while_it_runs_a_second_is_not_begun_and_stop_ends_all(job, options, in_walls):
    assert job.start(ATTACKS / "loops_for_ever.py", options)
    assert not job.start(ATTACKS / "loops_for_ever.py", options)
    assert not BackgroundJob(job.folder).start(ATTACKS / "loops_for_ever.py", options)
    assert waited(lambda: any(isinstance(line, RanksRunning) and line.seconds > 1 for line in job.status().events))
    look = job.status()
    assert look.running
    assert any(isinstance(line, StepStarted) and line.text.startswith("Running 1 ranks") for line in look.events)
    job.stop()
    assert waited(lambda: not job.running())
    assert "Interrupted" in job.status().failed
    assert waited(lambda: not in_walls())


@pytest.mark.slow
@pytest.mark.ranks
def test_it_goes_on_when_its_starter_is_killed(job, options, submissions):
    script = str(submissions / "crashes.py")
    subprocess.run([sys.executable, "-c", STARTS, str(job.folder), script, *options])
    assert job.running()
    assert waited(lambda: not job.running())
    assert job.status().result.checkpoints == ["epoch-001.safetensors"]
