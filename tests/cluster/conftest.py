"""Two hosts for a test, jobs on them, and images for a run of seconds."""

import os
import subprocess
from pathlib import Path

import psutil
import pytest
import torch

from scalelab.data import Dataset, load, write_cifar10

from .hosts import NAMESPACES, NEEDED, boot_two
from .job import Job

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def dataset() -> Dataset:
    """CIFAR-10 from $SCALELAB_DATA where that is set, else the stand-in images."""
    return load("cifar10" if os.environ.get("SCALELAB_DATA") else "standin")


@pytest.fixture(scope="session")
def images(dataset, tmp_path_factory):
    """Gives the folder of a data set with so many training images."""

    def make(count: int) -> Path:
        folder = tmp_path_factory.mktemp("images")
        train, test = dataset.train.take(torch.arange(count)), dataset.test.take(torch.arange(10))
        write_cifar10(folder, train, test, dataset.classes, dataset.source)
        return folder

    return make


@pytest.fixture
def need_hosts(need) -> None:
    """Skips the test where this machine cannot be two."""
    if os.geteuid() != 0:
        pytest.skip("needs root: for the namespaces of two hosts' networks")
    need(*NEEDED)
    if subprocess.run(["unshare", *NAMESPACES, "true"], capture_output=True, check=False).returncode:
        pytest.skip("needs namespaces: root may make none here (a container without CAP_SYS_ADMIN?)")


@pytest.fixture
def two_hosts(tmp_path, need_hosts):
    """node1 and node2; when the test ends, however it does, no process and no network of theirs is left."""
    folder = tmp_path / "hosts"
    folder.mkdir()
    hosts = boot_two(folder)
    networks = {_network(host.pid) for host in hosts} - {None}
    try:
        yield hosts
    finally:
        for host in hosts:
            host.power_off()
    assert not networks & {_network(process.pid) for process in psutil.process_iter()}


@pytest.fixture
def start(two_hosts, tmp_path):
    """Starts words as a job from node1; the test ends it by leaving the `with` block."""
    return lambda *words: Job(two_hosts[0], list(words), tmp_path)


def _network(pid: int) -> Path | None:
    try:
        return Path("/proc", str(pid), "ns", "net").readlink()
    except OSError:
        return None
