"""What docker/compose.yaml gives a container."""

import json
import re
from pathlib import Path

import pytest
import yaml

DOCKER = Path(__file__).parents[2] / "docker"
SERVICES = yaml.safe_load((DOCKER / "compose.yaml").read_text())["services"]
DOCKERFILE = (DOCKER / "Dockerfile").read_text()

each = pytest.mark.parametrize("service", SERVICES.values(), ids=list(SERVICES))


def test_there_is_one_for_processors_and_one_for_gpus():
    assert {name: service["profiles"] for name, service in SERVICES.items()} == {"cpu": ["cpu"], "gpu": ["gpu"]}
    devices = SERVICES["gpu"]["deploy"]["resources"]["reservations"]["devices"]
    assert devices == [{"driver": "nvidia", "count": "all", "capabilities": ["gpu"]}]
    assert "deploy" not in SERVICES["cpu"]


@each
def test_only_this_machine_can_knock(service):
    assert service["ports"] == ["127.0.0.1:8888:8888"]


@each
def test_the_token_is_nobody_elses_affair(service):
    """docker/lab.py makes it: nothing here may set another, or start JupyterLab in another way."""
    assert not {"environment", "env_file", "command", "entrypoint"} & set(service)


@each
def test_the_sandbox_can_be_made_and_nothing_becomes_root(service):
    unconfined = {"seccomp=unconfined", "apparmor=unconfined", "systempaths=unconfined"}
    assert unconfined | {"no-new-privileges=true"} == set(service["security_opt"])
    assert service["cap_drop"] == ["ALL"]
    assert "privileged" not in service
    assert "cap_add" not in service


@each
def test_work_and_grades_are_kept(service):
    declared = yaml.safe_load((DOCKER / "compose.yaml").read_text())["volumes"]
    named = dict(volume.split(":") for volume in service["volumes"])
    assert set(named) == set(declared) == {"work", "grades", "data"}
    assert {named["work"], named["grades"]} == set(json.loads(re.search(r"VOLUME (.*)", DOCKERFILE)[1]))


@each
def test_the_image_says_whether_it_is_well(service):
    own = json.loads(re.search(r"^HEALTHCHECK .*CMD (.*)", DOCKERFILE, re.MULTILINE)[1])
    assert service["healthcheck"]["test"] == ["CMD", *own]


@each
def test_it_is_built_from_this_repository(service):
    build = service["build"]
    assert (DOCKER / build["context"] / build["dockerfile"]).samefile(DOCKER / "Dockerfile")
