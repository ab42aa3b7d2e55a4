"""The system's bubblewrap where it works, else the packaged one; where neither does, the grader refuses, and why."""

from pathlib import Path

import pytest

from scalelab.errors import ScaleLabError
from scalelab.sandbox import available, programs
from scalelab.sandbox.programs import Program


@pytest.fixture(autouse=True)
def forget():
    available.choice.cache_clear()
    yield
    available.choice.cache_clear()


@pytest.fixture
def fails(open_folder, monkeypatch):
    """fails(what it says, packaged): a bubblewrap that says so and fails; it joins those that are there."""
    there = []
    monkeypatch.setattr(programs, "present", lambda: there)

    def put(says, packaged=False):
        file = open_folder / f"bwrap-{len(there)}"
        file.write_text(f'#!/bin/sh\necho "bwrap: {says}" >&2\nexit 1\n')
        file.chmod(0o755)
        there.append(Program(file, packaged))
        return there

    return put


def test_here_one_can_be_had():
    assert available.trouble() is None
    assert available.require() in programs.present()


def test_each_one_that_is_here_makes_a_sandbox_whoever_starts_it(python_by, program):
    done = python_by("from scalelab.sandbox import choice\nprint(choice().program.path, choice().refused)")
    assert done.stdout == f"{program.path} ()\n", done.stderr


def test_set_up_brings_one():
    packaged = [program for program in programs.present() if program.packaged]
    assert [program.version for program in packaged] == ["0.11.0"]


def test_where_both_work_it_is_the_systems():
    kinds = [program.packaged for program in programs.present()]
    assert kinds == sorted(kinds)
    assert available.choice().program == programs.present()[0]


def test_where_the_systems_fails_it_is_the_packaged_one(fails, program):
    there = fails("is too old")
    there.append(program)
    assert available.choice().program == program
    assert available.choice().why == "the system's bubblewrap fails: is too old"
    assert available.trouble() is None


def test_each_is_tried_once_in_a_process(fails, program, monkeypatch):
    there = fails("is too old")
    there.append(program)
    tried = []
    try_it = available._try
    monkeypatch.setattr(available, "_try", lambda one: tried.append(one) or try_it(one))
    for _ in range(3):
        available.require()
    assert tried == there


def test_without_bubblewrap_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(programs, "present", list)
    with pytest.raises(ScaleLabError, match=r"bubblewrap is not installed.*make setup.*apt install bubblewrap"):
        available.require()


def test_a_kernel_that_forbids_it_gives_its_own_words_once(fails):
    fails("No permissions to create new namespace")
    fails("No permissions to create new namespace", packaged=True)
    with pytest.raises(ScaleLabError) as refused:
        available.wrap_command(available.SandboxSpec(), ["true"])
    assert str(refused.value).count("No permissions to create new namespace") == 1
    assert "the system's bubblewrap and the packaged bubblewrap fail" in str(refused.value)
    assert "user namespaces" in str(refused.value)


def test_in_a_container_with_gpus_it_says_that_no_option_helps(fails, monkeypatch):
    fails("Can't mount proc on /newroot/proc: Operation not permitted")
    monkeypatch.setattr(available, "OVER_PROC", Path("/proc"))  # a mount point, as NVIDIA's is
    why, mend = available.trouble()
    assert "Can't mount proc" in why
    assert "grade outside this container" in mend
    assert "--security-opt" not in mend
