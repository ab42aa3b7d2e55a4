"""Whether a sandbox can be had here: tried for real, for containers and some kernels forbid what it needs."""

import shutil
import subprocess
from functools import cache
from pathlib import Path

from scalelab.errors import ScaleLabError
from scalelab.grade.sandbox.enclose import Walls, enclose
from scalelab.parallel.command import python

SECONDS = 20
INSTALL = "apt install bubblewrap"
ALLOW = (
    "allow user namespaces (`sysctl kernel.unprivileged_userns_clone=1`, on Ubuntu also "
    "`kernel.apparmor_restrict_unprivileged_userns=0`; for Docker `--security-opt seccomp=unconfined "
    "--security-opt systempaths=unconfined`)"
)
# NVIDIA's container runtime lays this mount; the kernel gives no namespace a /proc that would show what lies below it
# (github.com/NVIDIA/nvidia-container-toolkit/issues/168). No option of the container takes it away.
OVER_PROC = Path("/proc/driver/nvidia")
OUTSIDE = (
    "grade outside this container, or in one without GPUs: the NVIDIA container runtime's mount over "
    f"{OVER_PROC} prevents the sandbox's own /proc"
)


@cache
def trouble() -> tuple[str, str] | None:
    """Why there is no sandbox, and what to do; None where there is one."""
    if not shutil.which("bwrap"):
        return "bubblewrap is not installed", INSTALL
    try:
        command = enclose(Walls(), [python(), "-I", "-c", ""])
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return f"bubblewrap did not start within {SECONDS} s", "see `bwrap --ro-bind / / --unshare-all true`"
    if done.returncode == 0:
        return None
    said = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
    return f"bubblewrap fails: {said[-1][-200:]}", OUTSIDE if OVER_PROC.is_mount() else ALLOW


def require() -> None:
    """Raise ScaleLabError where strangers' programs cannot be kept in."""
    if found := trouble():
        why, mend = found
        raise ScaleLabError(
            f"A submission is a stranger's program, and there is no sandbox for it here: {why}. To mend it: {mend}. "
            "If you have read the file and trust it, --unsafe-no-sandbox grades it all the same, and says so."
        )
