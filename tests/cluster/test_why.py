"""docker/why.py: what the launcher says, its exit code, and the cause in a sentence."""

import subprocess
import sys
from pathlib import Path

import pytest

WHY = Path(__file__).parents[2] / "docker" / "why.py"


def why(command: str) -> tuple[int, list[str]]:
    done = subprocess.run([sys.executable, WHY, "sh", "-c", command], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout.splitlines()


@pytest.mark.parametrize(
    ("command", "code", "lines"),
    [
        ("echo '[1]<stdout>:hello'", 0, ["[1] hello", "All ranks finished."]),
        (
            "echo '[1]<stderr>:Timeout, server node2 not responding.'; exit 3",
            3,
            [
                "[1] Timeout, server node2 not responding.",
                "node2 was lost: that host went down, or the network to it broke, and the ranks there with it.",
            ],
        ),
        ("exit 5", 5, ["The job ended with an error, but no rank said why."]),
    ],
    ids=["finished", "lost", "silent"],
)
def test_it_shows_the_launcher_and_names_the_cause(command, code, lines):
    assert why(command) == (code, lines)


def test_it_knows_the_host_of_a_rank_by_the_launchers_words():
    said = "echo Process 5 exit with status code 255.; exit 1"
    command = [sys.executable, WHY, "sh", "-c", said, "-np", "6", "-H", "node1:4,node2:2"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1].startswith("node2 was lost, or rank 5 there")


def test_nothing_to_run_is_an_error():
    done = subprocess.run([sys.executable, WHY], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert "python docker/why.py horovodrun" in done.stderr
