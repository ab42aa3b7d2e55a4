"""How a container starts JupyterLab, and how it is told whether it is well."""

import os
import runpy
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

DOCKER = Path(__file__).parents[2] / "docker"


@pytest.fixture
def start(tmp_path):
    """Start what a container starts, with stand-ins: (how it ended, JupyterLab's arguments, its token)."""
    stand_ins = {"jupyter": 'echo "$@" > arguments; echo "$JUPYTER_TOKEN" > token', "scalelab": "exit $FAILS"}
    for name, does in stand_ins.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{does}\n")
        (tmp_path / name).chmod(0o755)

    def run(fails: int = 0, **variables):
        env = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "FAILS": str(fails), **variables}
        command = [sys.executable, DOCKER / "lab.py"]
        done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
        told = (tmp_path / name for name in ("arguments", "token"))
        return done, *(path.read_text().strip() if path.exists() else None for path in told)

    return run


def test_the_token_is_said_once_and_is_the_one_that_jupyterlab_gets(start):
    done, arguments, token = start()
    assert len(token) >= 32
    assert (done.stdout + done.stderr).count(token) == 1
    assert token not in arguments  # where the list of processes would show it


def test_it_opens_on_the_first_page(start):
    done, arguments, token = start()
    assert done.stdout.strip().endswith(f"/lab/tree/work/START.md?token={token}")
    assert "--LabApp.default_url=/lab/tree/work/START.md" in arguments


def test_every_start_has_a_token_of_its_own(start):
    assert start()[2] != start()[2]


def test_an_empty_token_from_outside_is_not_taken(start):
    assert len(start(JUPYTER_TOKEN="")[2]) >= 32


def test_without_copies_of_the_labs_nothing_is_started(start):
    done, arguments, _ = start(fails=2)
    assert done.returncode == 1
    assert "work/" in done.stderr
    assert arguments is None


@pytest.fixture
def trouble():
    """What the health check finds at a server that answers everybody with this code."""

    def look(code: int) -> str | None:
        class Answer(BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(code)
                self.end_headers()

            def log_message(self, *_):
                pass

        with HTTPServer(("127.0.0.1", 0), Answer) as server:
            threading.Thread(target=server.handle_request, daemon=True).start()
            found = runpy.run_path(str(DOCKER / "health.py"))["trouble"]
            found.__globals__["CLOSED"] = f"http://127.0.0.1:{server.server_port}/"
            return found()

    return look


def test_it_is_well_if_it_keeps_out_who_has_no_token(trouble):
    assert trouble(403) is None


def test_it_is_not_well_if_it_is_open_or_broken(trouble):
    assert "without a token" in trouble(200)
    assert "500" in trouble(500)
