"""A real browser on a real JupyterLab, with the settings that `make lab` gives it.

$SCALELAB_SCREENSHOTS names a folder where the pictures are kept; `make screenshots` sets it to docs/pictures.
$SCALELAB_ANSWER_TIMES names a file that gets a line for each slider that was moved; bench/widgets.py reads it.
"""

import contextlib
import json
import os
import shlex
import shutil
import socket
import subprocess
import sys
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest
from harness import rotation
from harness.once import once
from harness.patience import seconds, waited
from harness.warm import plugin as warm
from harness.warm.serving import environment

from scalelab.course.release.release import release
from scalelab.course.release.start_page import lay_start_page
from scalelab.install import machine
from scalelab.places import COURSE, ROOT

sync = pytest.importorskip("playwright.sync_api", reason="needs playwright: pip install playwright")

TOKEN = "of-the-tests"
SECONDS = 60
WHOLE = 7  # each notebook trains for as long as a learner does with one commit in so many, no two with the same
# Else what takes minutes is done by less training: what is tried is that a notebook runs, not that anything is learned.
SHORTER = {
    "lab1_sgd/03_batch_size.ipynb": {"rounds=5)": "rounds=2)"},
    "lab1_sgd/04_loss_landscape.ipynb": {"(14, 44), 14, 4)": "(14, 44), 14, 1)", "points=11": "points=5"},
    "lab2_horovod/01_horovod.ipynb": {"images 1024 --epochs 2": "images 256 --epochs 2"},
    "lab2_horovod/06_does_it_pay.ipynb": {"images 4096": "images 1024"},
    "lab3_large_batch/tricks.toml": {"--epochs 48 --every 12": "--epochs 6 --every 3"},
}


@dataclass(frozen=True)
class Lab:
    """A JupyterLab that runs: its address and the working folder it shows."""

    address: str
    work: Path

    @property
    def said(self) -> str:
        """Where it sends whoever names no page, as the address that it says at its start does."""
        return f"{self.address}/?token={TOKEN}"

    def url(self, path: str) -> str:
        return f"{self.address}/lab/tree/{path}?token={TOKEN}&reset"


@pytest.fixture(scope="session")
def copies(tmp_path_factory) -> Path:
    """The learners' copies."""
    made = once("copies", lambda folder: release(COURSE, folder / "work"))
    work = shutil.copytree(made / "work", tmp_path_factory.mktemp("copies") / "work")
    lay_start_page(work, [machine.cores_row(), machine.memory_row()])
    return work


@pytest.fixture(scope="session")
def solved(copies) -> Path:
    """The labs with their answers, below the learners' copies."""
    for kind in ("source", "solutions"):
        shutil.copytree(COURSE / kind, copies / "solved", dirs_exist_ok=True)
    whole = rotation.part().fold(WHOLE).take(list(SHORTER))
    for name in SHORTER.keys() - whole:
        _change(copies / "solved" / name, SHORTER[name])
    return copies / "solved"


def _change(path: Path, changes: dict[str, str]) -> None:
    text = path.read_text()
    for whole, less in changes.items():
        assert text.count(whole) == 1, f"{path} has no {whole!r} any more"
        text = text.replace(whole, less)
    path.write_text(text)


def command_of_make_lab() -> list[str]:
    """What `make lab` starts, without its own working folder."""
    asked = ["make", "--no-print-directory", "-n", "lab"]  # below another make it would print its folder as well
    lines = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    words = shlex.split(lines.replace("\\\n", "").partition("jupyter lab ")[2])
    return [sys.executable, "-m", "jupyterlab", *(word for word in words if not word.startswith("--notebook-dir="))]


def serve(folder: Path, *options: str):
    """JupyterLab on a free port of the loopback, until the fixture ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [*command_of_make_lab(), "--no-browser", f"--notebook-dir={folder}", f"--port={port}"]
    command += ["--ip=127.0.0.1", f"--IdentityProvider.token={TOKEN}", "--LabApp.expose_app_in_browser=True", *options]
    own = {"JUPYTER_CONFIG_DIR": str(folder / ".jupyter"), "JUPYTER_DATA_DIR": str(folder / ".data")}
    own |= {"IPYTHONDIR": str(folder / ".ipython"), "JUPYTER_RUNTIME_DIR": str(folder / ".runtime")}
    own |= environment(warm.address())
    log = folder / ".jupyterlab.log"
    with log.open("w") as said, subprocess.Popen(command, env=os.environ | own, cwd=folder, stderr=said) as server:
        try:
            address = f"http://127.0.0.1:{port}"
            assert _answers(f"{address}/api/status?token={TOKEN}", server), log.read_text()[-2000:]
            yield Lab(address, folder)
        finally:
            server.terminate()


def _answers(url: str, server: subprocess.Popen) -> bool:
    """Whether the server answers before it ends or its time is up."""

    def opened() -> bool:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(url, timeout=5).close()  # noqa: S310 (our own server)
            return True
        return server.poll() is not None

    return waited(opened, SECONDS, 0.2) and server.poll() is None


@pytest.fixture(name="command_of_make_lab")
def command_fixture():
    return command_of_make_lab


@pytest.fixture(scope="session", name="serve")
def serve_fixture():
    return serve


@pytest.fixture(scope="session")
def lab(copies):
    yield from serve(copies)


@pytest.fixture(scope="session")
def browser(need):
    need("chromium")
    with sync.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def new_page(browser):
    """new_page(): a page that may not complain: an error in its console fails the test."""
    pages, errors = [], []

    def hear(message) -> None:
        if message.type == "error":
            errors.append(f"{message.text} ({message.location['url']})")

    def make():
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", hear)
        page.set_default_timeout(1000 * seconds(SECONDS))
        pages.append(page)
        return page

    yield make
    for page in pages:
        page.close()
    assert errors == []


@pytest.fixture
def page(new_page):
    return new_page()


@pytest.fixture
def picture(request):
    """picture(page, name): keeps what the page shows, where pictures are asked for."""

    def keep(page, name: str) -> None:
        if folder := os.environ.get("SCALELAB_SCREENSHOTS"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=Path(folder) / f"{name}.png")

    return keep


@pytest.fixture
def keep_times():
    """keep_times(notebook, milliseconds): keeps how long a slider's figure took to follow, where that is asked for."""

    def keep(notebook: str, milliseconds: list[float]) -> None:
        if path := os.environ.get("SCALELAB_ANSWER_TIMES"):
            with Path(path).open("a") as file:
                file.write(json.dumps({"notebook": notebook, "milliseconds": milliseconds}) + "\n")

    return keep
