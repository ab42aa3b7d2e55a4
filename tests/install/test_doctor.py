"""`scalelab doctor` tells what is missing and how to mend it, and never falls over what is missing."""

import json
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest
from rich.console import Console

from scalelab import doctor

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
    code = "import json; from scalelab.doctor import examine; print(json.dumps([vars(row) for row in examine()]))"
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(tmp_path)}, capture_output=True, text=True,
        timeout=60, check=True,
    )
    assert "Traceback" not in done.stderr
    return {row["what"]: row for row in json.loads(done.stdout)}


def test_every_part_has_its_row(rows):
    assert {"Python", "PyTorch", "Horovod", "GPUs", "Cores", "Memory", "Sandbox", "nbgrader", "JupyterLab"} <= set(rows)
    assert any(what.startswith("Data") for what in rows)
    for row in rows.values():
        assert row.found
        assert row.mend or row.state != "missing"


def test_horovod_names_what_it_was_built_with(rows):
    if rows["Horovod"].state == "missing":
        pytest.skip("no Horovod here")
    assert "Gloo" in rows["Horovod"].found


def test_missing_horovod_is_told_with_how_to_mend(tmp_path):
    rows = blocked_rows(tmp_path, "horovod")
    assert rows["Horovod"]["state"] == "missing"
    assert "make setup" in rows["Horovod"]["mend"]
    assert rows["PyTorch"]["state"] == "ok"


def test_missing_torch_leaves_the_other_rows(tmp_path):
    rows = blocked_rows(tmp_path, "torch", "horovod")
    assert rows["PyTorch"]["state"] == "missing"
    assert "make setup" in rows["PyTorch"]["mend"]
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
    said = SimpleNamespace(returncode=1, stderr="bwrap: No permissions to create new namespace\n")
    monkeypatch.setattr(doctor.shutil, "which", lambda _: "/usr/bin/bwrap")
    monkeypatch.setattr(doctor.subprocess, "run", lambda *_, **__: said)
    row = doctor._sandbox()
    assert row.state == "missing"
    assert "No permissions" in row.found


def test_the_table_reads_without_colour():
    console = Console(width=120, no_color=True, record=True, file=open(os.devnull, "w"))  # noqa: SIM115, PTH123
    console.print(doctor.table([doctor.Row("Horovod", "missing", "not [here]", "make setup")]))
    text = console.export_text()
    assert "missing" in text
    assert "not [here]" in text
