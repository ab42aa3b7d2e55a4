"""`scalelab doctor` tells what is missing and how to mend it, and never falls over what is missing."""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console

from scalelab.install import machine
from scalelab.sandbox.available import Choice, Refusal
from scalelab.sandbox.programs import Program
from scalelab.terminal import doctor

BLOCKER = """
import sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {blocked}:
            raise ModuleNotFoundError("No module named " + name, name=name)
sys.meta_path.insert(0, Blocker())
"""


@pytest.fixture(scope="module")
def rows():
    return {row.what: row for row in doctor.examine()}


def blocked_rows(tmp_path, *names):
    """The rows of a process (and its children) in which these modules cannot be imported."""
    (tmp_path / "sitecustomize.py").write_text(BLOCKER.format(blocked=set(names)))
    code = "import json; from scalelab.terminal.doctor import examine; "
    code += "print(json.dumps([vars(row) for row in examine()]))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=600,
        check=True,
    )
    assert "Traceback" not in done.stderr
    return {row["what"]: row for row in json.loads(done.stdout)}


SAY = {"ssh": '[ "$1" = -V ] && echo OpenSSH_9.2p1 >&2', "mpirun": "echo mpirun '(Open MPI)' 4.1.4"}


@pytest.fixture
def only(tmp_path, monkeypatch):
    """only({program: what it does}): these are all the programs there are, besides the shell that runs them."""

    def put(programs):
        folder = Path(tempfile.mkdtemp(dir=tmp_path))
        for name, does in programs.items():
            (folder / name).write_text(f"#!/bin/sh\n{does}\n")
            (folder / name).chmod(0o755)
        monkeypatch.setenv("PATH", str(folder))

    return put


def test_every_part_has_its_row(rows):
    libraries = {"Python", "PyTorch", "Horovod", "Sandbox", "nbgrader", "JupyterLab"}
    around = {"GPUs", "Cores", "Memory", "Disk", "Several hosts", "Image builders"}
    around |= {"Slurm", "Kubernetes", "Tests' browser"}
    assert libraries | around <= set(rows)
    assert any(what.startswith("Data") for what in rows)
    for row in rows.values():
        assert row.found
        assert row.remedy or row.state != "missing"


def test_horovod_names_what_it_was_built_with(rows):
    if rows["Horovod"].state == "missing":
        pytest.skip("needs Horovod: make setup")
    assert "Gloo" in rows["Horovod"].found


def test_missing_horovod_is_told_with_how_to_mend(tmp_path):
    rows = blocked_rows(tmp_path, "horovod")
    assert rows["Horovod"]["state"] == "missing"
    assert "make setup" in rows["Horovod"]["remedy"]
    assert rows["PyTorch"]["state"] == "ok"


def test_missing_torch_leaves_the_other_rows(tmp_path):
    rows = blocked_rows(tmp_path, "torch", "horovod")
    assert rows["PyTorch"]["state"] == "missing"
    assert "make setup" in rows["PyTorch"]["remedy"]
    assert rows["nbgrader"]["state"] == "ok"


def test_a_horovod_without_the_edits_is_noted(monkeypatch):
    monkeypatch.setattr(doctor.metadata, "version", lambda _: "0.28.1")
    row = doctor._horovod({"torch": "2.13.0", "built": ["gloo"]})
    assert row.state == "note"
    assert "stalled rank" in row.found


def test_a_library_that_ends_its_process_costs_a_row(monkeypatch):
    monkeypatch.setattr(doctor, "PROBE", "import os; os._exit(139)")
    probe = doctor._probe()
    assert "ends the process" in doctor._torch(probe).found
    assert doctor._horovod(probe).state == "missing"


def test_a_sandbox_that_is_forbidden_gives_its_reason(monkeypatch):
    monkeypatch.setattr("scalelab.sandbox.trouble", lambda: ("bubblewrap fails: not permitted", "permit it"))
    assert doctor._sandbox() == doctor.Row("Sandbox", "missing", "bubblewrap fails: not permitted", "permit it")


@pytest.mark.parametrize("packaged", [False, True])
def test_the_sandbox_is_told_with_the_bubblewrap_that_makes_it_and_why(monkeypatch, packaged):
    used = Program(Path("/nowhere/bwrap"), packaged)
    refused = (Refusal(Program(Path("/usr/bin/bwrap")), "not permitted"),) if packaged else ()
    monkeypatch.setattr("scalelab.sandbox.trouble", lambda: None)
    monkeypatch.setattr("scalelab.sandbox.choice", lambda: Choice(used, refused))
    row = doctor._sandbox()
    assert row.state == "ok"
    assert row.found.startswith("the packaged bubblewrap" if packaged else "the system's bubblewrap")
    assert ("the system's bubblewrap fails: not permitted" in row.found) == packaged


def test_jupyterlab_without_a_browser_says_where_to_look(monkeypatch):
    monkeypatch.setattr(machine, "has_browser", lambda: False)
    row = doctor._jupyterlab()
    assert row.state == "ok"  # it needs none here
    assert "ssh -L" in row.remedy
    monkeypatch.setattr(machine, "has_browser", lambda: True)
    assert doctor._jupyterlab().remedy == ""


def test_a_full_disk_is_noted_once_for_both_places(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "to be made"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda _: SimpleNamespace(free=1.25e9))
    row = machine.disk_row()
    assert (row.state, row.found) == ("note", "1.2 GB free here")
    assert "5 GB" in row.remedy


@pytest.mark.parametrize(
    ("programs", "mpi", "state", "says"),
    [
        ({}, False, "note", "neither ssh nor mpirun"),
        ({"ssh"}, False, "ok", "ssh 9.2, for Gloo"),
        ({"mpirun"}, False, "note", "mpirun 4.1.4, but Horovod is built without MPI"),
        ({"mpirun"}, True, "ok", "mpirun 4.1.4, and Horovod is built for MPI"),
    ],
)
def test_several_hosts_need_ssh_or_an_mpi_that_horovod_knows(only, programs, mpi, state, says):
    only({name: says for name, says in SAY.items() if name in programs})
    row = machine.hosts_row(mpi)
    assert row.state == state
    assert says in row.found
    assert row.remedy or "mpirun" in programs


def test_image_builders_are_named_with_their_versions(only):
    only({})
    assert machine.image_row().state == "note"
    only({"buildah": "echo buildah version 1.28.2", "docker": "exit 3"})
    assert machine.image_row().found == "buildah 1.28.2, docker of unknown version"


@pytest.mark.parametrize(
    ("row", "programs"),
    [
        (machine.slurm_row, {"sbatch": "echo slurm-wlm 22.05.8", "apptainer": "echo apptainer version 1.3.4"}),
        (machine.kubernetes_row, {name: f'[ "$1" = version ] && echo {name} v1.31.0' for name in ("kubectl", "helm")}),
        (machine.chromium_row, {"chromium": "echo Chromium 130.0.6723.91"}),
    ],
)
def test_what_only_a_part_of_the_course_needs_is_noted_and_never_missing(only, row, programs):
    only({})
    assert row().state == "note"
    assert all(f"no {name}" in row().found for name in programs)
    assert row().remedy
    only(programs)
    assert (row().state, row().remedy) == ("ok", "")
    assert all(re.search(rf"{name} \d+\.", row().found) for name in programs)


def test_the_table_reads_without_colour():
    console = Console(width=120, no_color=True, record=True, file=open(os.devnull, "w"))  # noqa: SIM115, PTH123
    console.print(doctor.table([doctor.Row("Horovod", "missing", "not [here]", "make setup")]))
    text = console.export_text()
    assert "missing" in text
    assert "not [here]" in text
