"""pyproject.toml, environment.yml and requirements.lock say the same thing."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scalelab.install.openmp import PASSIVE
from scalelab.install.wheel import BUILD_NEEDS, VERSION

ROOT = Path(__file__).parents[2]
CONDA_NAMES = {"torch": "pytorch"}  # where conda-forge calls it otherwise
CONDA_ONLY = {"python", "pip", "cxx-compiler", "make"}  # what conda brings besides Python packages
NOT_SET_UP = {"dev"}  # what `make hooks` fetches
PIP_ONLY = {"horovod"}  # built by scalelab.install in either world

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def wishes():
    """Every requirement of pyproject.toml that set-up brings, its extras included, by canonical name."""
    extras = [wishes for extra, wishes in PROJECT["optional-dependencies"].items() if extra not in NOT_SET_UP]
    texts = [*PROJECT["dependencies"], *sum(extras, [])]
    return {canonicalize_name(wish.name): wish for wish in map(Requirement, texts)}


def conda():
    """environment.yml as {name: range}, what pip brings there included."""
    listed = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    names = [entry for entry in listed if isinstance(entry, str)]
    names += [entry for entry in listed[-1]["pip"] if not entry.startswith("-e")]
    pairs = (re.match(r"([\w-]+)(.*)", name).groups() for name in names)
    return {name: ",".join(sorted(wanted.split(","))) for name, wanted in pairs}


def lock():
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    return dict(line.split("==") for line in lines if line and not line.startswith("#"))


def test_conda_and_pip_ask_for_the_same():
    asked = {
        CONDA_NAMES.get(name, name): ",".join(sorted(str(wish.specifier).split(",")))
        for name, wish in wishes().items()
        if name not in PIP_ONLY
    }
    offered = conda()
    assert {name: range_ for name, range_ in offered.items() if name not in CONDA_ONLY} == asked
    python = ",".join(sorted(PROJECT["requires-python"].split(",")))
    assert offered["python"] == python


@pytest.mark.parametrize("name", sorted(wishes()))
def test_every_direct_dependency_is_locked_within_its_range(name):
    assert wishes()[name].specifier.contains(lock()[name], prereleases=True)


def test_the_build_needs_are_locked_too():
    assert {canonicalize_name(need) for need in BUILD_NEEDS} <= set(lock())
    assert lock()["horovod"] == VERSION


def test_the_lock_holds_on_every_platform():
    for name, version in lock().items():
        assert "+" not in version  # +cpu exists in one index and not in another
        assert not name.startswith(("nvidia-", "triton", "cuda-"))


def test_conda_and_the_image_let_threads_wait_asleep():
    assert yaml.safe_load((ROOT / "environment.yml").read_text())["variables"] == PASSIVE
    assert "ENV " + " ".join(map("=".join, PASSIVE.items())) in (ROOT / "docker/Dockerfile").read_text().splitlines()


def test_no_index_is_named_anywhere_in_the_set_up():
    files = [ROOT / name for name in ("Makefile", ".ci/run", "environment.yml", "requirements.lock", "pyproject.toml")]
    files += (ROOT / "lib/scalelab/install").glob("*.py")
    for file in files:
        assert not re.search(r"https?://", file.read_text()), file
