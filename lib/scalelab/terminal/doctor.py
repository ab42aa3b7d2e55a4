"""What is there, what is missing and how to mend it: one row each, for `scalelab doctor`."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import metadata

from rich.table import Table
from rich.text import Text

from scalelab.errors import ScaleLabError
from scalelab.install import edits, machine
from scalelab.install.machine import Row
from scalelab.install.python import SUITABLE, running_version

PROBE_SECONDS = 30
LOOK = {"ok": ("ok", "green"), "missing": ("missing", "bold red"), "note": ("note", "yellow")}

# torch and Horovod are imported once, together, in a process of their own: a broken library that ends its
# process (an MPI that is gone, a driver that does not fit) then costs a row and not the table.
PROBE = """
import json
found = {}
try:
    import torch
    found.update(torch=str(torch.__version__), cuda=torch.version.cuda,
                 gpus=[torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())])
except Exception as error:
    found["torch_error"] = f"{type(error).__name__}: {error}"
print(json.dumps(found), flush=True)
try:
    import horovod.torch as hvd
    found["built"] = [name for name in ("gloo", "mpi", "nccl") if getattr(hvd, name + "_built")()]
except Exception as error:
    found["horovod_error"] = f"{type(error).__name__}: {error}"
print(json.dumps(found), flush=True)
"""


def examine() -> list[Row]:
    """Look at everything; never raises for something that is missing (about 3 s, most of it importing torch)."""
    probe = _probe()
    return [
        _python(),
        _torch(probe),
        _horovod(probe),
        _gpus(probe),
        machine.cores_row(),
        _precision(),
        machine.memory_row(),
        machine.disk_row(),
        *_data(),
        _sandbox(),
        _package("nbgrader"),
        _jupyterlab(),
        machine.hosts_row("mpi" in probe.get("built", [])),
        machine.image_row(),
        machine.slurm_row(),
        machine.kubernetes_row(),
        machine.chromium_row(),
    ]


def table(rows: list[Row]) -> Table:
    """The rows for a terminal, readable without colour."""
    drawn = Table(title="ScaleLab: what is here", title_justify="left")
    for heading in ("what", "state", "found", "how to mend"):
        drawn.add_column(heading, overflow="fold")
    for row in rows:
        word, style = LOOK[row.state]
        drawn.add_row(Text(row.what), Text(word, style=style), Text(row.found), Text(row.remedy))
    return drawn


def _probe() -> dict:
    """What torch and Horovod say in a process of their own, as far as it got."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", PROBE], capture_output=True, text=True, timeout=PROBE_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return {"torch_error": f"importing it takes more than {PROBE_SECONDS} s"}
    said = [line for line in done.stdout.splitlines() if line.startswith("{")]
    found = json.loads(said[-1]) if said else {"torch_error": f"importing it ends the process ({done.returncode})"}
    if done.returncode:
        found.setdefault("horovod_error", f"importing it ends the process (exit code {done.returncode})")
    return found


def _python() -> Row:
    version = ".".join(map(str, sys.version_info[:3]))
    if running_version() in SUITABLE:
        return Row("Python", "ok", f"{version} ({sys.executable})")
    needed = f"make setup PYTHON=python{SUITABLE[-1]} ({SUITABLE[0]} to {SUITABLE[-1]} is needed)"
    return Row("Python", "missing", version, needed)


def _torch(probe: dict) -> Row:
    if "torch" in probe:
        return Row("PyTorch", "ok", f"{probe['torch']}, {'CUDA ' + probe['cuda'] if probe['cuda'] else 'CPU build'}")
    return Row("PyTorch", "missing", probe["torch_error"], "make setup")


def _horovod(probe: dict) -> Row:
    if "built" not in probe:
        why = probe.get("horovod_error", "not looked at, because PyTorch does not load")
        return Row("Horovod", "missing", why, "make setup (compiles it, a minute; needs g++ and make)")
    version = metadata.version("horovod")
    parts = ", ".join({"gloo": "Gloo", "mpi": "MPI", "nccl": "NCCL"}[name] for name in probe["built"])
    if edits.digest() in version:
        return Row("Horovod", "ok", f"{version.partition('+')[0]} with {parts}; stall check mended")
    found = f"{version} with {parts}; without this set-up's edits, so it may not notice a stalled rank"
    return Row("Horovod", "note", found, "make setup")


def _precision() -> Row:
    try:
        from scalelab.train.precision import bfloat16_speedup, cpu_precision

        speedup = bfloat16_speedup()
        if not speedup:
            return Row("Number format", "note", f"{cpu_precision()}: bfloat16 could not be measured", "make setup")
        found = f"{cpu_precision()}: in bfloat16 a core trains {speedup:.2f} times as fast as in float32"
        return Row("Number format", "ok", found)
    except (ImportError, OSError, ScaleLabError) as error:
        return Row("Number format", "note", str(error), "see SCALELAB_CPU_PRECISION in docs/learner.md")


def _gpus(probe: dict) -> Row:
    names = probe.get("gpus") or []
    if not names:
        return Row("GPUs", "note", "none: a CPU core stands in for a GPU, one rank each")
    if "nccl" not in probe.get("built", []):
        return Row(
            "GPUs",
            "note",
            f"{len(names)} x {names[0]}, Horovod without NCCL",
            "install the CUDA toolkit (nvcc) and libnccl-dev, then make setup",
        )
    return Row("GPUs", "ok", f"{len(names)} x {names[0]}")


def _data() -> list[Row]:
    try:
        from scalelab.data.search import find_all

        return [_data_row(one) for one in find_all()]
    except Exception as error:  # whatever is wrong with data folders, the other rows still count
        return [Row("Data sets", "missing", f"{type(error).__name__}: {error}", "see SCALELAB_DATA in README.md")]


def _data_row(one) -> Row:
    if one.path:
        return Row(f"Data: {one.name}", "ok", f"{one.path} ({one.source})")
    if one.name == "standin":  # generated, so it lies nowhere
        return Row(f"Data: {one.name}", "ok", one.source)
    return Row(f"Data: {one.name}", "note", "not here", f"scalelab data {one.name}, or SCALELAB_DATA=<its folder>")


def _sandbox() -> Row:
    """Tried for real, as it is when submissions are graded."""
    try:
        from scalelab.sandbox import choice, trouble
    except (ImportError, OSError) as error:
        return Row("Sandbox", "note", f"not looked at ({type(error).__name__}: {error})", "make setup")
    found, used = trouble(), choice().program
    if found or used is None:
        return Row("Sandbox", "missing", *(found or (choice().why, "make setup")))
    kept_out = f" ({choice().why})" if choice().refused else ""
    return Row("Sandbox", "ok", f"{used.name} {used.version}, tried{kept_out}")


def _package(name: str) -> Row:
    try:
        return Row(name, "ok", metadata.version(name.lower()))
    except metadata.PackageNotFoundError:
        return Row(name, "missing", "not installed", "make setup")


def _jupyterlab() -> Row:
    """It needs no browser of this machine; then somebody has to be told what to open, and where."""
    row = _package("JupyterLab")
    if row.state == "missing" or machine.has_browser():
        return row
    remedy = "make lab prints an address; open it where a browser is (from afar: ssh -L 8888:localhost:8888 HOST)"
    return Row(row.what, "ok", f"{row.found}, no browser on this machine", remedy)
