"""Nothing that a guarded command started outlives it, or whoever asked for it."""

import subprocess
import sys

import pytest

from scalelab.launch import guard

DAEMON = """
import os, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
    time.sleep(600)
print("ready", flush=True)
time.sleep(float(sys.argv[1]))
sys.exit(7)
"""


@pytest.fixture
def start(tmp_path, survivors):
    """Starts a guarded program that leaves a daemon and then sleeps for so many seconds."""
    script = tmp_path / "daemon.py"
    script.write_text(DAEMON)

    def run(seconds: float) -> subprocess.Popen:
        command = [sys.executable, guard.__file__, sys.executable, str(script), str(seconds)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert process.stdout.readline() == b"ready\n"
        return process

    return run


def test_the_exit_code_is_the_commands_and_its_daemon_is_gone(start):
    process = start(0)
    assert process.wait(30) == 7
    process.communicate()


def test_closing_standard_input_ends_everything(start, survivors):
    process = start(600)
    assert len(survivors()) >= 2
    process.stdin.close()
    assert process.wait(30) == 128 + 9
    process.stdout.close()


def test_a_request_to_end_ends_everything(start):
    process = start(600)
    process.terminate()
    assert process.wait(30) == 128 + 15
    process.communicate()


def test_a_command_ended_by_a_signal_gives_128_and_its_number():
    command = [sys.executable, guard.__file__, "sh", "-c", "kill -TERM $$"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE)
    assert process.wait(30) == 128 + 15
    process.communicate()
