"""nbgrader ends when whoever started it does, however that comes, and the server that it was forked from as well."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from harness.patience import waited

PATIENT = """
import os, time
with open("started.part", "w") as file:
    file.write(f"{os.getpid()} {os.getppid()}")
os.rename("started.part", "started")
time.sleep(3600)
"""
CLIENT = """
import sys
from pathlib import Path
from scalelab.course.nbgrader_command import nbgrader_again
if __name__ == "__main__":
    nbgrader_again(Path(sys.argv[1]), "db", "student", "list", seconds=float(sys.argv[2]))
"""


@pytest.fixture
def started(tmp_path):
    """started(): nbgrader whose configuration takes an hour; (the client, nbgrader's number, that of its server)."""
    (tmp_path / "nbgrader_config.py").write_text(PATIENT)
    (tmp_path / "client.py").write_text(CLIENT)
    clients = []

    def start(limit="3000"):
        command = [sys.executable, tmp_path / "client.py", tmp_path, limit]
        clients.append(subprocess.Popen(command, stderr=subprocess.PIPE, text=True))
        assert waited((tmp_path / "started").exists, 60)
        return clients[-1], *map(int, (tmp_path / "started").read_text().split())

    yield start
    for client in clients:
        client.kill()
        client.wait()


def is_gone(number: int) -> bool:
    return not psutil.pid_exists(number) or psutil.Process(number).status() == psutil.STATUS_ZOMBIE


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=lambda end: end.name)
def test_nbgrader_and_its_server_end_with_whoever_started_them(started, end):
    client, nbgrader, server = started()
    os.kill(client.pid, end)
    assert waited(lambda: client.poll() is not None and is_gone(nbgrader) and is_gone(server))


def test_it_is_ended_at_its_limit(started, tmp_path):
    client, nbgrader, server = started("1")
    assert "TimeoutExpired" in client.communicate()[1]
    assert waited(lambda: is_gone(nbgrader) and is_gone(server))
    assert Path(tmp_path / "started").exists()
