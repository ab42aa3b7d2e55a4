"""nbgrader's exchange as docker/kubernetes/jupyterhub.yaml sets it up: learners hand in, and cannot read one another.

Each pod is a file system of its own, made by bubblewrap: there the init container of the values runs, word for word,
and then nbgrader as the user whom that has made.
"""

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

ROOT = Path(__file__).parents[2]
CHART = yaml.safe_load((ROOT / "docker" / "kubernetes" / "jupyterhub.yaml").read_text())
VALUES = CHART["singleuser"]
PROGRAMS = Path(sys.executable).parent
TEACHER, ADA, BOB = ("teacher", 1), ("ada", 2), ("bob", 3)
NOTEBOOK = """{"cells": [], "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3",
"language": "python"}}, "nbformat": 4, "nbformat_minor": 5}"""
PYTHON = sorted({sys.prefix, sys.base_prefix, str(ROOT / "lib")})
# bubblewrap would make the folders that lead somewhere root's alone.
WAYS = sorted({str(way) for place in (*PYTHON, "/home/a", "/srv/a", "/etc/jupyter/a") for way in Path(place).parents})
SYSTEM = [
    *("--perms", "1777", "--tmpfs", "/tmp", "--die-with-parent"),
    *(word for way in WAYS if way not in ("/", "/tmp") for word in ("--perms", "0755", "--dir", way)),
    *("--ro-bind", "/usr", "/usr", "--symlink", "usr/bin", "/bin", "--symlink", "usr/sbin", "/sbin"),
    *("--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64", "--proc", "/proc", "--dev", "/dev"),
    *(word for place in PYTHON for word in ("--ro-bind", place, place)),
]


@pytest.fixture
def pods(tmp_path, need):
    """Runs words in the pod of a user, (name, number in the hub); the exchange is the same in all pods."""
    if os.geteuid() != 0:
        pytest.skip("needs root: a pod of someone else's is another user's")
    need("bwrap", "setpriv")
    (tmp_path / "exchange").mkdir()
    config = tmp_path / "nbgrader_config.py"
    config.write_text(VALUES["extraFiles"]["nbgrader"]["stringData"])
    return lambda user, *words: enter(tmp_path, config, *user, words)


def enter(folder: Path, config: Path, name: str, number: int, words: tuple) -> subprocess.CompletedProcess:
    home, names = folder / f"home-{name}", folder / f"names-{name}"
    if not home.exists():
        home.mkdir()
        names.mkdir()
        subprocess.run(init_container(folder, home, names, name, number), check=True)
    inside = ["setpriv", "--reuid", str(10_000 + number), "--regid", "100", "--clear-groups", *words]
    places = {"exchange": folder / "exchange", "names": names / "passwd"}
    bound = bind(VALUES["storage"]["extraVolumeMounts"], places)
    bound += ["--ro-bind", config, VALUES["extraFiles"]["nbgrader"]["mountPath"]]
    bound += ["--bind", home, VALUES["storage"]["homeMountPath"], "--chdir", VALUES["storage"]["homeMountPath"]]
    environment = {**VALUES["extraEnv"], "PATH": f"{PROGRAMS}:/usr/bin", "JUPYTERHUB_USER": name}
    return subprocess.run(
        ["bwrap", *SYSTEM, *bound, "--", *inside], env=environment, capture_output=True, text=True, check=False
    )


def bind(mounts: list[dict], places: dict[str, Path]) -> list:
    return [word for mount in mounts for word in ("--bind", places[mount["name"]], mount["mountPath"])]


def init_container(folder: Path, home: Path, names: Path, name: str, number: int) -> list:
    (container,) = VALUES["initContainers"]
    places = {"exchange": folder / "exchange", "names": names, "home": home}
    bound = bind(container["volumeMounts"], places)
    known = {"{username}": name, "{userid}": str(number)}
    given = [word for one in container["env"] for word in ("--setenv", one["name"], known[one["value"]])]
    etc = ["--ro-bind", "/etc/passwd", "/etc/passwd"]
    return ["bwrap", *SYSTEM, *etc, *bound, *given, "--", *container["command"], *container["args"]]


@pytest.mark.slow
def test_learners_hand_in_and_cannot_read_one_another(pods, tmp_path):
    assert pods(TEACHER, "mkdir", "-p", "course/release/ps1").returncode == 0
    (tmp_path / "home-teacher/course/release/ps1/a.ipynb").write_text(NOTEBOOK)
    steps = [
        (TEACHER, "cd course && nbgrader release_assignment ps1"),
        (ADA, "nbgrader fetch_assignment ps1 && nbgrader submit ps1"),
        (TEACHER, "cd course && nbgrader collect ps1"),
    ]
    for user, command in steps:
        done = pods(user, "sh", "-c", command)
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "home-teacher/course/submitted/ada/ps1/a.ipynb").exists()
    (handed_in,) = (tmp_path / "exchange/scalelab/inbound").iterdir()
    assert handed_in.stat().st_uid == 10_002
    # nbgrader lets everyone into what is handed in who knows its name, which is long and random.
    inbound = "/srv/exchange/scalelab/inbound"
    assert "Permission denied" in pods(BOB, "ls", inbound).stderr
    assert pods(TEACHER, "ls", inbound).stdout.splitlines() == [handed_in.name]


def test_ids_are_those_that_the_hub_gives_the_server():
    """The hub sets the server's user id by one rule, the init container makes the name for it by another."""
    c = SimpleNamespace(KubeSpawner=SimpleNamespace())
    exec(CHART["hub"]["extraConfig"]["own-user-ids"], {"c": c})
    spawner = SimpleNamespace(user=SimpleNamespace(id=ADA[1]))
    assert c.KubeSpawner.uid(spawner) == 10_000 + ADA[1]
    assert c.KubeSpawner.gid == 100
