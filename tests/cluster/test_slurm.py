"""The batch scripts on a real Slurm of two hosts; a program that starts the command stands in for Apptainer."""

import os
import tempfile
from pathlib import Path

import pytest

from . import slurm
from .documented import block
from .job import PROGRAMS
from .training import BATCH_SIZE, SOLUTION, VALIDATION, needs_mpi, rows

pytestmark = [pytest.mark.ranks, pytest.mark.slow]

SCRIPTS = Path(__file__).parents[2] / "docker" / "slurm"
ONE_RANK = ["--ntasks-per-node=1", "--gpus-per-node=1", "--cpus-per-task=1"]
# As `apptainer exec --nv IMAGE COMMAND ...`, without the image.
NO_CONTAINER = """#!/bin/sh
[ "$1 $2 $3" = "exec --nv course.sif" ] || exit 64
shift 3
exec "$@"
"""


@pytest.fixture
def cluster(two_hosts, tmp_path, need):
    need(*slurm.NEEDED)
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "apptainer").write_text(NO_CONTAINER)
    (programs / "apptainer").chmod(0o755)
    environment = {
        "PATH": f"{programs}:{PROGRAMS}:{slurm.PATH}",
        "HOME": str(tmp_path),
        "SCALELAB_IMAGE": "course.sif",
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
    }
    with tempfile.TemporaryDirectory(prefix="slurm-") as short:  # the name of a socket has 107 letters at most
        try:
            yield slurm.Slurm(two_hosts, Path(short), environment)
        finally:  # the daemons write into the folder until they end
            for host in two_hosts:
                host.power_off()


@pytest.mark.parametrize("nodes", [pytest.param(1, marks=pytest.mark.one_in(4)), 2])
def test_the_script_trains_a_rank_a_gpu(nodes, cluster, images, tmp_path):
    if nodes == 2:
        needs_mpi()
    script = SCRIPTS / {1: "one_node.sh", 2: "many_nodes.sh"}[nodes]
    arguments = [SOLUTION, "--data", images(VALIDATION + 100), "--out", tmp_path / "out"]
    state, log = cluster.batch(*ONE_RANK, script, *arguments, within=100)
    assert state == "COMPLETED", log
    assert rows(tmp_path / "out")[-1]["effective_batch_size"] == nodes * BATCH_SIZE


def test_a_rank_that_fails_ends_the_job_on_all_nodes(cluster, tmp_path):
    """`many_nodes.sh` must not wait for the ranks that are left: here one sleeps for ten minutes."""
    script = tmp_path / "fails.py"
    script.write_text("import os, sys, time\nsys.exit(3) if os.environ['SLURM_PROCID'] == '1' else time.sleep(600)\n")
    state, log = cluster.batch("--nodes=2", *ONE_RANK, SCRIPTS / "many_nodes.sh", script, within=60)
    assert state == "FAILED", log
    assert "node2: task 1: Exited with exit code 3" in log


def test_the_hosts_of_a_job_are_what_horovodrun_takes(cluster, tmp_path):
    """The lines of docker/README.md for a Slurm without PMIx, with horovodrun only shown."""
    script = tmp_path / "hosts.sh"
    script.write_text("#!/bin/bash\n" + block("hosts=$(scontrol").replace("horovodrun", "echo horovodrun"))
    state, log = cluster.batch("--nodes=2", *ONE_RANK, script, within=60)
    assert state == "COMPLETED", log
    assert log.startswith("horovodrun --gloo -np 2 -H node1:1,node2:1 python train.py")
