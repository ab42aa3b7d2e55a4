"""Building images and running containers without an engine: buildah and podman, whose output is kept for failures."""

import subprocess
from pathlib import Path

import host_pip
import yaml

ROOT = Path(__file__).parents[2]
SUITE = "bookworm"  # as in docker/compose.yaml
BASE, IMAGE = f"localhost/scalelab-base:{SUITE}", "localhost/scalelab:test"
# podman as it runs where there is no systemd to ask for control groups and for regular looks at a container's health.
PODMAN = ["env", "DISABLE_HC_SYSTEMD=true", "podman", "--runtime", "runc", "--cgroup-manager", "cgroupfs"]
# A process in a container may not raise limits above those that this one has.
RUN = ["run", "--network", "none", "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024"]


class Wrong(Exception):
    """Something is not as it must be; the message says what."""


def base(room: Path) -> None:
    """A bare Debian, made once."""
    if said("buildah", "images", "--quiet", "--filter", f"reference={BASE}"):
        return
    said("debootstrap", "--variant=minbase", SUITE, str(room / "rootfs"))
    said("chroot", str(room / "rootfs"), "apt-get", "clean")
    container = said("buildah", "from", "scratch")
    said("buildah", "add", container, str(room / "rootfs"), "/")
    said("buildah", "commit", "--rm", container, BASE)


def image(room: Path) -> None:
    """docker/Dockerfile on it."""
    # The format is Docker's: the other one has no HEALTHCHECK.
    command = ["buildah", "build", "--isolation", "chroot", "--network", "host", "--pull-never", "--format", "docker"]
    command += ["--layers", "--build-arg", f"BASE_IMAGE={BASE}", *host_pip.build_options(room)]
    said(*command, "--tag", IMAGE, "--file", str(ROOT / "docker/Dockerfile"), str(ROOT))


def inside(*command: str, expected: int = 0, confined: bool = False) -> str:
    """What a command prints in a container of its own; raises Wrong where its exit code is not the expected one.

    `confined`: without the security options of docker/compose.yaml.
    """
    return said(*PODMAN, *RUN, "--rm", *options(confined), IMAGE, *command, expected=expected)


def options(confined: bool = False) -> list[str]:
    """What docker/compose.yaml says of the container, and the tests' files under /tests."""
    service = yaml.safe_load((ROOT / "docker/compose.yaml").read_text())["services"]["cpu"]
    words = ["--volume", f"{ROOT / 'tests'}:/tests:ro", "--shm-size", service["shm_size"].removesuffix("b")]
    words += [word for name in service["cap_drop"] for word in ("--cap-drop", name)]
    words += [word for option in service["security_opt"] * (not confined) for word in ("--security-opt", option)]
    return words


def said(*command: str, expected: int = 0) -> str:
    """What a command prints on stdout; raises Wrong with the end of all that it said, where it ends otherwise."""
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode != expected:
        last = "\n    ".join((done.stdout + done.stderr).splitlines()[-40:])
        raise Wrong(f"`{' '.join(command)}` ended with {done.returncode}, not {expected}:\n    {last}")
    return done.stdout.strip()
