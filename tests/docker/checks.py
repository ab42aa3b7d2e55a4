"""What must be true of the image. Each check returns a few words about what it found, or raises Wrong."""

import json
import time

from engine import IMAGE, PODMAN, RUN, Wrong, inside, options, said

LIMIT_GB = 2.5
BUDGET_S = "30"  # two ranks import torch in it, on a busy machine too
GRADE = ["scalelab", "grade", "/tests/grade/submissions/untrained.py", "--no-check", "--budget-seconds", BUDGET_S]
START_S = 60
# Exit code 0 where JupyterLab answers a person with this token.
KNOCK = "import sys, urllib.request as r; r.urlopen('http://127.0.0.1:8888/api/contents?token=' + sys.argv[1])"


def size() -> str:
    """It is smaller than 2.5 GB."""
    gigabytes = int(said("podman", "image", "inspect", "--format", "{{.Size}}", IMAGE)) / 1e9
    if gigabytes >= LIMIT_GB:
        raise Wrong(f"It has {gigabytes:.2f} GB.")
    return f"{gigabytes:.2f} GB"


def tools() -> str:
    """It has no compiler, and its user is not root and cannot change ScaleLab."""
    script = "! command -v g++ && ! command -v cmake && [ $(id -u) != 0 ] && ! touch /opt/scalelab/lib/scalelab/x"
    inside("sh", "-c", script)
    return inside("id")


def doctor() -> str:
    """scalelab doctor misses nothing."""
    table = inside("env", "COLUMNS=200", "scalelab", "doctor")
    row = next(line for line in table.splitlines() if "Horovod" in line)
    return " ".join(row.replace("│", " ").split())


def two_ranks() -> str:
    """Two Horovod ranks add their numbers, started by scalelab and by mpirun."""
    for start in (["scalelab", "run", "--workers", "2"], ["mpirun", "-np", "2", "--oversubscribe", "python"]):
        said_by_ranks = inside(*start, "/tests/docker/two_ranks.py")
        if said_by_ranks.count("1 + 2 = 3") != 2:
            raise Wrong(f"{start[0]}: {said_by_ranks}")
    return ""


def grading() -> str:
    """A submission is graded in the sandbox."""
    result = json.loads(inside(*GRADE, "--json", expected=1))
    if len(result["checkpoints"]) != 2 or "bubblewrap" not in result["sandbox"]:
        raise Wrong(json.dumps(result, indent=1))
    return f"{result['reason']}; sandbox: {result['sandbox']}"


def no_grading_without_walls() -> str:
    """Without Compose's security options nothing is graded, and it is said why."""
    inside(*GRADE, expected=2, confined=True)
    return ""


def door() -> str:
    """JupyterLab lets in whoever has the token that it said once, and nobody else."""
    container = said(*PODMAN, *RUN, "--detach", *options(), IMAGE)
    try:
        _wait(container)
        token = _token(container)
        said(*PODMAN, "exec", container, "python", "-c", KNOCK, token)
        for wrong in ("", "x" * len(token)):
            said(*PODMAN, "exec", container, "python", "-c", KNOCK, wrong, expected=1)
        return " ".join(said(*PODMAN, "exec", container, "ls", "work").split())
    finally:
        said(*PODMAN, "rm", "--force", "--time", "5", "--volumes", container)


def _wait(container: str) -> None:
    """Until the image's own HEALTHCHECK is content, which includes that nobody gets in without a token."""
    end = time.monotonic() + START_S
    while True:
        try:
            said(*PODMAN, "healthcheck", "run", container)
            return
        except Wrong as error:
            if time.monotonic() > end:
                raise Wrong(f"{error}\n{said(*PODMAN, 'logs', container)}") from error
            time.sleep(1)


def _token(container: str) -> str:
    log = said("sh", "-c", f"{' '.join(PODMAN)} logs {container} 2>&1")
    token = log.partition("?token=")[2].split("\n")[0].strip()
    if len(token) < 32 or log.count(token) != 1:
        raise Wrong(f"The log should have one token, once:\n{log}")
    return token
