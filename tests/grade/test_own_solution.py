"""Where the kernel allows no sandbox, the course's own solution is graded and says so; a stranger's file is refused."""

import dataclasses
import shlex
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from harness.hears import Hears
from harness.patience import seconds

from scalelab.errors import ScaleLabError
from scalelab.grade import own_solution
from scalelab.grade.grade import grade
from scalelab.grade.request import GradeRequest
from scalelab.grade.rubric import load_rubric
from scalelab.places import RUBRIC, SOLUTIONS
from scalelab.sandbox import available, programs

SOLUTION = SOLUTIONS / "assessment.py"
# A user namespace within which the kernel refuses to make another one; no bubblewrap works in there.
FORBIDDEN = ["unshare", "--user", "--map-root-user", "sh", "-ec", "echo 0 > /proc/sys/user/max_user_namespaces; {}"]


@pytest.fixture
def no_sandbox(monkeypatch):
    """No bubblewrap that could be tried is there."""
    monkeypatch.setattr(programs, "present", list)
    available.choice.cache_clear()
    yield
    available.choice.cache_clear()


@pytest.fixture
def make_request(tmp_path):
    return lambda file, **options: GradeRequest(file, tmp_path / "result", load_rubric(RUBRIC, "cpu"), **options)


@pytest.fixture
def stranger(tmp_path):
    """The solution with one more byte."""
    file = tmp_path / "assessment.py"
    file.write_bytes(SOLUTION.read_bytes() + b"\n")
    return file


def forbidden(*words) -> subprocess.CompletedProcess:
    """`scalelab` with these words where the kernel forbids namespaces."""
    command = shlex.join([sys.executable, "-m", "scalelab.cli", *map(str, words)])
    wrapped = [part.format(f"exec {command}") for part in FORBIDDEN]
    return subprocess.run(wrapped, capture_output=True, text=True, timeout=300, check=False)


def test_a_solution_is_known_by_every_byte(stranger, tmp_path):
    assert own_solution.is_own(SOLUTION.read_bytes())
    assert not own_solution.is_own(stranger.read_bytes())
    assert not own_solution.is_own(b"")
    assert not own_solution.is_own(SOLUTION.read_bytes(), tmp_path / "an installation without solutions")


def test_it_does_without_a_sandbox_only_where_there_is_none(make_request):
    asked = make_request(SOLUTION)
    assert own_solution.resolve_sandbox(asked, SOLUTION.read_bytes()) == asked


def test_the_word_of_the_instructor_stays_the_ground(make_request, no_sandbox):
    asked = make_request(SOLUTION, unsafe=True)
    assert own_solution.resolve_sandbox(asked, SOLUTION.read_bytes()) == asked


def test_a_copy_of_the_solution_elsewhere_is_it_too_and_a_strangers_file_is_refused(make_request, no_sandbox, stranger):
    settled = own_solution.resolve_sandbox(make_request(stranger), SOLUTION.read_bytes())
    assert settled.unsafe
    assert "none can be had here" in settled.ground
    with pytest.raises(ScaleLabError, match="there is no sandbox for it here"):
        grade(make_request(stranger))


@pytest.mark.slow
@pytest.mark.ranks
def test_the_result_and_the_screen_say_that_there_was_none(make_request, no_sandbox, small_data, few):
    hears = Hears()
    asked = make_request(SOLUTION, data=small_data, budget_seconds=seconds(20), check_conversion=False)
    rubric = msgspec.structs.replace(asked.rubric, train_images=few)
    result = grade(dataclasses.replace(asked, rubric=rubric), hears)
    assert "the course's own solution" in result.sandbox
    assert [line for line in hears.steps if line.startswith("Sandbox: none")] == [f"Sandbox: {result.sandbox}"]


def test_where_the_kernel_itself_forbids_it_a_stranger_is_refused_in_a_sentence(stranger, tmp_path):
    if subprocess.run([part.format("true") for part in FORBIDDEN], capture_output=True, check=False).returncode:
        pytest.skip("needs user namespaces: a kernel that lets us make one, and forbid others within")
    refused = forbidden("grade", stranger, "--out", tmp_path / "out")
    assert refused.returncode == 2
    assert "there is no sandbox for it here" in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1
    assert not Path(tmp_path / "out").exists()
