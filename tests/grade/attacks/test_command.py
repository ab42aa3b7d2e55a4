"""`scalelab grade` on files that are no submission, and killed while one runs."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from harness.patience import waited

from scalelab.grade.run.submission import MOST_BYTES
from scalelab.places import RUBRIC

SUBMISSIONS = Path(__file__).parent / "submissions"


@pytest.fixture
def command(small_data, few, tmp_path):
    """The words of `scalelab grade` for a file."""
    rubric = tmp_path / "rubric.toml"
    rubric.write_text(RUBRIC.read_text().replace("train_images = 10_000", f"train_images = {few}"))
    fixed = ["--data", small_data, "--rubric", rubric, "--out", tmp_path / "result", "--budget-seconds", "60"]
    return lambda file: [sys.executable, "-m", "scalelab.cli", "grade", str(file), *map(str, fixed)]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        pytest.param(b"", "The file is empty.", marks=pytest.mark.slow),
        pytest.param(b"\xff\xfeimport torch", "The file is not UTF-8 text.", marks=pytest.mark.slow),
        pytest.param(
            b"#" * (MOST_BYTES + 1), "The file is larger than 64 KiB; hand in the script alone.", marks=pytest.mark.slow
        ),
        (b"import torch\ndef f(:\n", "The file is not valid Python: invalid syntax in line 2."),
    ],
    ids=["empty", "not UTF-8", "too large", "syntax"],
)
def test_a_file_that_cannot_be_run_is_not_passed_and_says_why(command, tmp_path, source, reason):
    file = tmp_path / "mine.py"
    file.write_bytes(source)
    done = subprocess.run([*command(file), "--json"], capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    result = json.loads(done.stdout)
    assert (result["passed"], result["score"], result["reason"]) == (False, 0, reason)
    assert {path.name for path in (tmp_path / "result").iterdir()} == {"result.json", "feedback.html"}


@pytest.mark.parametrize(("name", "why"), [("nothing.py", "does not exist"), ("", "is a folder")])
def test_without_a_file_nothing_is_graded_and_nothing_written(command, tmp_path, name, why):
    done = subprocess.run(command(tmp_path / name), capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr == f"scalelab: {tmp_path / name} {why}; give the one Python file that is handed in.\n"
    assert not (tmp_path / "result").exists()


@pytest.mark.ranks
@pytest.mark.parametrize("name", ["loops_for_ever", pytest.param("leaves_daemons", marks=pytest.mark.slow)])
def test_a_killed_grader_leaves_no_process_and_no_result(command, in_walls, tmp_path, name):
    """Both of them ignore every request to end."""
    own = tmp_path / "temporary"  # what its measuring process has in its walls lies there
    own.mkdir()
    environment = os.environ | {"TMPDIR": str(own)}
    grader = subprocess.Popen(command(SUBMISSIONS / f"{name}.py"), stdout=subprocess.DEVNULL, env=environment)
    assert waited(lambda: len(in_walls()) >= 8, 60)
    time.sleep(2)
    grader.send_signal(signal.SIGKILL)
    grader.wait()
    assert waited(lambda: not in_walls()), in_walls()
    assert not (tmp_path / "result" / "result.json").exists()
