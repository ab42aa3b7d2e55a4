"""The MPIJob's own command over two hosts, which stand in for its workers, as the MPI operator would call it."""

from pathlib import Path

import pytest
import yaml

from .training import BATCH_SIZE, EPOCHS, SOLUTION, VALIDATION, needs_mpi, rows

pytestmark = [pytest.mark.ranks, pytest.mark.slow]

JOB = yaml.safe_load((Path(__file__).parents[2] / "docker" / "kubernetes" / "mpijob.yaml").read_text())["spec"]


def test_its_command_trains_over_its_workers(start, images, tmp_path):
    needs_mpi()
    launcher = JOB["mpiReplicaSpecs"]["Launcher"]["template"]["spec"]["containers"][0]
    places = {"/script/mine.py": SOLUTION, "/data": images(VALIDATION + 100), "/runs/mine": tmp_path / "out"}
    command = [places.get(word, word) for word in launcher["command"]]
    assert set(places.values()) <= set(command)
    workers = range(1, JOB["mpiReplicaSpecs"]["Worker"]["replicas"] + 1)
    hosts = tmp_path / "hostfile"
    hosts.write_text("".join(f"node{number} slots={JOB['slotsPerWorker']}\n" for number in workers))
    # What the operator sets for the launcher: where the workers are.
    operator = [f"OMPI_MCA_orte_default_hostfile={hosts}", "OMPI_MCA_orte_keep_fqdn_hostnames=true"]
    image = ["LD_LIBRARY_PATH="]  # docker/kubernetes/Dockerfile
    with start("env", *operator, *image, *command) as job:
        assert job.ends(within=120), job.printed()
    assert job.succeeded, job.printed()
    assert rows(tmp_path / "out")[-1]["epoch"] == EPOCHS
    assert rows(tmp_path / "out")[-1]["effective_batch_size"] == len(workers) * JOB["slotsPerWorker"] * BATCH_SIZE
