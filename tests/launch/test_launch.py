"""Real ranks, started by `horovodrun`: whatever they do, the job ends, with a sentence and without survivors."""

import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace

import pytest
from harness.patience import seconds, waited

from scalelab.errors import ScaleLabError
from scalelab.launch import launch
from scalelab.launch.guarded_command import LINES_WAITING
from scalelab.launch.launch import Limits
from scalelab.launch.output import LINE_LENGTH

pytestmark = pytest.mark.ranks

LIMITS = Limits(seconds=600, stall_seconds=60, memory_gb=8)


@pytest.fixture
def talk(scripts, tmp_path, survivors):
    """Runs talk.py from the test's own folder, so that its processes can be told from others."""
    script = tmp_path / "talk.py"
    shutil.copy(scripts / "talk.py", script)

    def run(how, **options):
        return launch(script, [how], 2, folder=tmp_path, **{"limits": LIMITS} | options)

    return run


def test_two_ranks_say_hello_and_finish(talk):
    heard = []
    outcome = talk("well", watch=lambda progress: heard.extend(line.text for line in progress.lines))
    assert outcome.ended == "finished"
    assert sorted(line for line in heard if "hello" in line) == ["hello from 0 of 2", "hello from 1 of 2"]


def test_a_scripts_options_are_its_own(scripts, tmp_path):
    """horovodrun has --network-interface, --verbose and others, and knows them by their beginnings."""
    script = tmp_path / "says.py"
    script.write_text("import sys\nprint(sys.argv[1:], flush=True)\n")
    words = ["--network", "x y", "--verb", "-np", "'quoted'", "$HOME"]
    heard = []
    launch(script, words, 2, folder=tmp_path, limits=LIMITS, watch=lambda progress: heard.extend(progress.lines))
    assert [line.text for line in heard] == [str(words)] * 2


def test_one_worker_is_not_told_of_all_ranks(scripts, tmp_path):
    outcome = launch(scripts / "talk.py", ["well"], 1, folder=tmp_path, limits=LIMITS)
    assert outcome.reason.startswith("The only rank finished after")


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ("raise", "Rank 1 stopped with ValueError: the learner's own mistake (talk.py, line 17)."),
        ("exit", "Rank 1 ended while the others still waited for it at talk.py, line"),
        ("exit-code", "Rank 1 ended with exit code 3 and no message."),
        pytest.param("killed", "Rank 1 was killed from outside (signal 9)", marks=pytest.mark.cold),
        ("stall", "Stalled: rank 1 never called allreduce for 'waited-for'"),
    ],
)
def test_a_rank_that_fails_ends_the_job_with_a_sentence(talk, how, sentence):
    outcome = talk(how, limits=replace(LIMITS, stall_seconds=seconds(4)))
    assert outcome.ended == "failed"
    assert outcome.reason.startswith(sentence)


def test_the_time_limit_ends_all_ranks(talk):
    outcome = talk("sleep", limits=Limits(seconds=6))
    assert outcome.ended == "timeout"
    assert outcome.reason == "The time of 6 s was used up, and all ranks were ended."


def test_ranks_that_fall_silent_are_ended_and_what_they_said_last_is_told(talk):
    silence = round(seconds(6))
    outcome = talk("sleep", limits=Limits(seconds=600, silence_seconds=silence))
    assert outcome.ended == "silence"
    assert outcome.reason.startswith(f"No rank printed or reported anything for {silence} s, and all were ended")
    assert "'hello from" in outcome.reason


@pytest.mark.slow
def test_ranks_that_go_on_talking_are_not_silent(talk):
    outcome = talk("ticks", limits=Limits(seconds=600, silence_seconds=6))
    assert outcome.ended == "finished"
    assert outcome.seconds > 6


@pytest.mark.cold
def test_the_memory_limit_ends_all_ranks(talk):
    outcome = talk("memory", limits=Limits(seconds=600, memory_gb=1))
    assert outcome.ended == "memory"


@pytest.mark.cold
def test_a_daemon_does_not_outlive_the_job(talk):
    assert talk("daemon").ended == "finished"  # the fixture `survivors` looks for the daemon


@pytest.mark.slow
def test_endless_output_neither_hides_the_limit_nor_fills_the_memory(talk):
    most = 0

    def watch(progress):
        nonlocal most
        most = max(most, sum(len(line.text) for line in progress.lines))

    assert talk("babble", limits=Limits(seconds=seconds(12)), watch=watch).ended == "timeout"
    assert 0 < most <= LINES_WAITING * LINE_LENGTH


def test_an_error_in_the_watcher_ends_all_ranks(talk):
    def fail(progress):
        if progress.lines:
            raise RuntimeError("the watcher's own")

    with pytest.raises(RuntimeError, match="the watcher's own"):
        talk("sleep", watch=fail)


@pytest.mark.cold
@pytest.mark.parametrize("blow", [signal.SIGINT, signal.SIGKILL], ids=["Ctrl-C", "SIGKILL"])
def test_no_rank_outlives_the_program_that_launched_it(scripts, tmp_path, survivors, blow):
    script = tmp_path / "talk.py"
    shutil.copy(scripts / "talk.py", script)
    command = [sys.executable, "-m", "scalelab.cli", "run", str(script), "sleep"]
    process = subprocess.Popen(
        command,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell in the background ignores Ctrl-C, and what the tests start inherits that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        assert "hello" in process.stdout.readline()
        os.kill(process.pid, blow)
        _, errors = process.communicate(timeout=600)
    finally:
        process.kill()
    if blow == signal.SIGINT:
        assert process.returncode == 130
        assert errors.splitlines()[-1] == "scalelab: Interrupted; everything that was started has been ended."
    assert waited(lambda: not survivors())


def test_a_missing_script_and_a_job_of_no_workers_get_one_sentence(tmp_path):
    with pytest.raises(ScaleLabError, match="There is no script"):
        launch(tmp_path / "nothing.py")
    (tmp_path / "script.py").write_text("")
    with pytest.raises(ScaleLabError, match="at least 1 worker, not 0"):
        launch(tmp_path / "script.py", workers=0)
