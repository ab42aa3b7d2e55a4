"""docker/README.md and the batch scripts: what they name exists, and a learner reads them in a minute."""

import re
import subprocess

import pytest

from .documented import README
from .training import SOLUTION

DOCKER = SOLUTION.parents[2] / "docker"


def test_every_file_that_the_page_names_exists():
    named = set(re.findall(r"\b(?:docker|tests)/[\w./-]*\w", README))
    named |= {f"docker/kubernetes/{name}" for name in re.findall(r"`(\w+\.yaml)`", README)}
    named |= {f"docker/slurm/{name}" for name in re.findall(r"`(\w+_nodes?\.sh)`", README)}
    assert len(named) > 8
    assert [name for name in sorted(named) if not (DOCKER.parent / name).exists()] == []


@pytest.mark.parametrize("script", sorted((DOCKER / "slurm").glob("*.sh")), ids=lambda script: script.stem)
def test_a_batch_script_is_short_and_parses(script):
    assert len(script.read_text().splitlines()) < 40
    assert subprocess.run(["bash", "-n", script], check=False).returncode == 0


def test_the_elastic_example_is_short():
    assert len((DOCKER / "elastic.py").read_text().splitlines()) < 80
