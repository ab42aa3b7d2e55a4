"""What processes do, as it can be seen from outside."""

import subprocess
import sys
import time

import pytest
from harness.patience import waited

from scalelab.grade.run.activity import STARTING, Activity

SCRIPTS = {
    "computing": "import torch\nwhile True: pass",
    "waiting": "import time, torch\ntime.sleep(600)",
    "importing PyTorch": "import time\ntime.sleep(600)",
    "reading data": "import torch\nwhile True:\n  with open('data', 'rb') as file:\n    file.read()",
}


@pytest.fixture
def runs(tmp_path):
    """Starts a script, of the name that it is looked for by."""
    script = tmp_path / "assessment.py"
    (tmp_path / "data").write_bytes(bytes(10_000_000))
    started = []

    def run(text, *before):
        script.write_text(text)
        started.append(subprocess.Popen([*before, sys.executable, str(script)], cwd=tmp_path))
        return Activity(script)

    yield run
    for process in started:
        process.kill()
        process.wait()


@pytest.mark.parametrize("doing", SCRIPTS)
def test_what_a_rank_does_is_seen(runs, doing):
    activity, begin = runs(SCRIPTS[doing]), time.monotonic()
    assert waited(lambda: activity.look(time.monotonic() - begin, reported=False) or activity.now == doing)
    assert activity.seconds[doing] >= 1


def test_a_compiler_below_is_told(runs, tmp_path):
    compiler = tmp_path / "cc1plus"
    compiler.symlink_to("/bin/sleep")
    activity, begin = runs(f"import subprocess\nsubprocess.run(['{compiler}', '600'])"), time.monotonic()
    assert waited(lambda: activity.look(time.monotonic() - begin, reported=False) or activity.now == "compiling")


def test_nobody_runs_the_script_yet(tmp_path):
    activity = Activity(tmp_path / "assessment.py")
    activity.look(5.0, reported=False)
    activity.look(5.5, reported=False)
    assert activity.now == STARTING
    assert activity.describe() == "Before anything was reported: starting the ranks 5 s."


def test_a_report_says_more(tmp_path):
    activity = Activity(tmp_path / "assessment.py")
    activity.look(1.0, reported=True)
    activity.look(9.0, reported=False)
    assert (activity.now, activity.describe()) == ("", "")
