"""What set-up cannot bring is looked for before anything is done, and told all together with what mends it."""

import os
import sys
import time
from collections import namedtuple
from pathlib import Path

import pytest

from scalelab.errors import ScaleLabError
from scalelab.install import preflight, python, steps
from scalelab.install.preflight import About

WHOLE = About(sys.executable, "cp311", "3.11", True, True)
DEBIANS = About("/usr/bin/python3", "cp313", "3.13", False, False)


@pytest.fixture
def said(clone, monkeypatch):
    """said(about the Python): what a set-up of everything is told, "" where nothing is missing."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(clone / "nothing cached"))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    def check(about=WHOLE, chosen=sys.executable):
        monkeypatch.setattr(preflight, "_about", lambda *_: about)
        try:
            preflight.check(clone, chosen, steps.plan(clone, chosen))
        except ScaleLabError as error:
            return str(error)
        return ""

    return check


@pytest.fixture
def no_programs(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))


def test_where_all_is_there_nothing_is_said(said):
    assert said() == ""


def test_all_that_is_missing_is_one_sentence_and_one_command(said, no_programs, monkeypatch):
    monkeypatch.setattr(preflight.Path, "resolve", lambda path: path)  # /usr/bin/python3 is Debian's usual one
    assert said(DEBIANS, DEBIANS.python) == (
        "missing here: Python's venv module, a C++ compiler, make and Python's headers. To mend it: "
        "`sudo apt install python3-venv g++ make python3-dev`, then run the same command again."
    )


def test_a_second_python_of_debians_has_packages_of_its_own(said, monkeypatch):
    monkeypatch.setattr(preflight.Path, "resolve", lambda path: path)
    told = said(About("/usr/bin/python3.13", "cp313", "3.13", False, True), "/usr/bin/python3.13")
    assert "`sudo apt install python3.13-venv`" in told


def test_for_a_python_that_is_not_debians_no_package_is_named(said):
    told = said(About("/opt/python/bin/python3.12", "cp312", "3.12", True, False))
    assert told == "missing here: Python's headers. To mend it: then run the same command again."


def test_no_python_that_will_do_does_not_hide_the_rest(said, no_programs, monkeypatch):
    monkeypatch.setattr(python, "running_version", lambda: "3.9")
    told = said(None, None)
    assert "Python 3.11 to 3.13 (this is 3.9;" in told
    assert "`sudo apt install g++ make`, mend the rest" in told


def test_a_full_disk_is_told_with_the_rest(said, no_programs, monkeypatch):
    usage = namedtuple("usage", "total used free")(0, 0, 10**9)
    monkeypatch.setattr(preflight.shutil, "disk_usage", lambda _: usage)
    assert "make and 5 GB of disk (1.0 GB are free in" in said()


def test_what_is_done_already_asks_for_nothing(clone, no_programs, monkeypatch):
    monkeypatch.setattr(preflight, "_about", lambda *_: DEBIANS)
    left = [step for step in steps.plan(clone, sys.executable) if step.name == "package"]
    preflight.check(clone, sys.executable, left)


def test_a_wheel_in_the_cache_needs_no_compiler(said, no_programs, monkeypatch):
    monkeypatch.setattr(preflight.wheel, "any_cached", lambda tag: tag == WHOLE.tag)
    assert said() == ""


def test_it_is_told_within_two_seconds_and_nothing_was_begun(set_up, clone, tmp_path):
    began = time.process_time(), time.monotonic()
    done = set_up(PATH=str(tmp_path))
    assert done.returncode == 1
    assert done.stdout == ""
    assert "a C++ compiler and make" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (clone / ".venv").exists()
    if os.getloadavg()[0] < len(os.sched_getaffinity(0)):  # a busy machine takes longer
        assert time.monotonic() - began[1] < 2


@pytest.mark.parametrize("path", ["/usr/bin/python3", sys.executable])
def test_a_python_tells_of_itself(path, clone):
    if not Path(path).exists():
        pytest.skip("needs python3: apt install python3")
    about = preflight._about(clone, path)
    assert about.tag == f"cp{about.version.replace('.', '')}"
