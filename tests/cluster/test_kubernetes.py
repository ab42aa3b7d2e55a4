"""The files for Kubernetes: valid by the published schemas, and of one piece."""

import os
import subprocess
from pathlib import Path
from types import SimpleNamespace

import jsonschema
import pytest
import yaml

FILES = Path(__file__).parents[2] / "docker" / "kubernetes"
SCHEMAS = Path(__file__).parent / "schemas"
VERSION = "1.31"  # of Kubernetes
FULL, WITHOUT_ANSWERS = "registry.example.org/scalelab:cluster", "registry.example.org/scalelab:learners"

kubernetes_validate = pytest.importorskip(
    "kubernetes_validate", reason="needs Kubernetes' schemas: pip install kubernetes-validate"
)


def read(name: str) -> list[dict]:
    return list(yaml.safe_load_all((FILES / name).read_text()))


@pytest.fixture(scope="module")
def job() -> dict:
    return read("mpijob.yaml")[0]


@pytest.fixture(scope="module")
def values() -> dict:
    return read("jupyterhub.yaml")[0]


def check(document: dict, schema: str) -> None:
    jsonschema.validate(document, yaml.safe_load((SCHEMAS / schema).read_text()))


def pod(spec: dict) -> dict:
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": spec}


def learner_pod(values: dict) -> dict:
    """What the chart makes of the values, as far as they say."""
    user, storage = values["singleuser"], values["singleuser"]["storage"]
    home = {"name": storage["dynamic"]["volumeNameTemplate"], "mountPath": storage["homeMountPath"]}
    server = {
        "name": "notebook",
        "image": f"{user['image']['name']}:{user['image']['tag']}",
        "env": [{"name": name, "value": value} for name, value in user["extraEnv"].items()],
        "volumeMounts": [home, *storage["extraVolumeMounts"]],
    }
    volumes = [{"name": home["name"], "persistentVolumeClaim": {"claimName": "a"}}, *storage["extraVolumes"]]
    return pod({"containers": [server], "initContainers": user["initContainers"], "volumes": volumes})


def pods(job: dict, values: dict) -> list[dict]:
    replicas = job["spec"]["mpiReplicaSpecs"].values()
    return [*(pod(replica["template"]["spec"]) for replica in replicas), learner_pod(values)]


def test_the_shared_folders_are_valid():
    for claim in read("volumes.yaml"):
        kubernetes_validate.validate(claim, VERSION, strict=True)


def test_the_job_and_the_values_have_known_fields_only(job, values):
    check(job, "mpijob.yaml")
    check(values, "jupyterhub.yaml")


def test_every_pod_is_valid(job, values):
    for made in pods(job, values):
        kubernetes_validate.validate(made, VERSION, strict=True)


def test_a_misspelt_field_would_be_noticed(job, values):
    job["spec"]["slotsPerworker"] = job["spec"].pop("slotsPerWorker")
    with pytest.raises(jsonschema.ValidationError, match="slotsPerworker"):
        check(job, "mpijob.yaml")
    job["spec"]["slotsPerWorker"] = job["spec"].pop("slotsPerworker")
    made = learner_pod(values)
    made["spec"]["volume"] = made["spec"].pop("volumes")
    with pytest.raises(kubernetes_validate.ValidationError, match="volume"):
        kubernetes_validate.validate(made, VERSION, strict=True)


def test_every_mount_has_its_volume_and_every_claim_is_made(job, values):
    made = {claim["metadata"]["name"] for claim in read("volumes.yaml")} | {"a"}
    for spec in (pod["spec"] for pod in pods(job, values)):
        volumes = {volume["name"]: volume for volume in spec.get("volumes", [])}
        containers = [*spec["containers"], *spec.get("initContainers", [])]
        mounted = {mount["name"] for container in containers for mount in container.get("volumeMounts", [])}
        assert mounted == set(volumes)
        claims = (volume.get("persistentVolumeClaim") for volume in volumes.values())
        assert {claim["claimName"] for claim in claims if claim} <= made


def images(made: dict) -> set[str]:
    containers = [*made["spec"]["containers"], *made["spec"].get("initContainers", [])]
    return {container["image"] for container in containers}


def test_a_jobs_pods_run_one_image_and_learners_one_without_answers(job, values):
    *of_the_job, learner = pods(job, values)
    assert [images(made) for made in of_the_job] == [{FULL}] * len(of_the_job)
    assert images(learner) == {WITHOUT_ANSWERS}


@pytest.mark.parametrize(("admin", "image"), [(True, FULL), (False, WITHOUT_ANSWERS)])
def test_only_the_teachers_server_has_the_answers(values, admin, image):
    c = SimpleNamespace(KubeSpawner=SimpleNamespace())
    exec(values["hub"]["extraConfig"]["teachers-image"], {"c": c})
    spawner = SimpleNamespace(user=SimpleNamespace(admin=admin), image=WITHOUT_ANSWERS)
    c.KubeSpawner.pre_spawn_hook(spawner)
    assert spawner.image == image


def test_a_worker_has_a_gpu_for_each_of_its_ranks(job):
    worker = job["spec"]["mpiReplicaSpecs"]["Worker"]["template"]["spec"]["containers"][0]
    assert worker["resources"]["limits"]["nvidia.com/gpu"] == str(job["spec"]["slotsPerWorker"])


def test_the_launchers_options_are_mpiruns(job, need):
    need("mpirun")
    command = job["spec"]["mpiReplicaSpecs"]["Launcher"]["template"]["spec"]["containers"][0]["command"]
    instead = [*command[: command.index("python")], "echo", "a rank"]
    own = {"LD_LIBRARY_PATH": ""}  # docker/kubernetes/Dockerfile
    done = subprocess.run(instead, env=os.environ | own, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "a rank" in done.stdout
