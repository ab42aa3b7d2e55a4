"""A bare Debian with what README asks for and nothing else, and an ordinary user in it who has a clone of the course.

    python tests/install/bare_root.py [--suite trixie] [--keep FOLDER] [COMMAND]

makes it and runs a command there, `make demo` by default. Needs root, debootstrap, git and a network. It is entered by
pivot_root: in a chroot, the kernel lets nobody make the namespaces of a sandbox.
"""

import argparse
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests/docker"))
import host_pip  # noqa: E402

PACKAGES = ("python3", "python3-venv", "python3-dev", "g++", "make", "git")
USER, NUMBER = "learner", "1000"
HOME = Path("/home") / USER
COURSE = HOME / "scalelab"
# The file systems of the kernel, as a machine has them, then the root itself; {mounts}: files of this machine.
# The shell stays root: it ends with `unshare`, and with it all that the user has started (unshare(1), --kill-child).
ENTER = """\
mount --rbind {root} {root}
cd {root}
mount -t proc proc proc
mount --rbind /sys sys
mount --rbind /dev dev
mount -t tmpfs -o mode=1777 tmpfs tmp
mount -t tmpfs -o mode=1777 tmpfs dev/shm
mkdir -p run/before
{mounts}
pivot_root . run/before
umount --lazy run/before
cd {course}
setpriv --reuid {number} --regid {number} --clear-groups env -i {environment} sh -c {command}
"""


def make(folder: Path, suite: str) -> None:
    """debootstrap, the packages by apt, a user by adduser."""
    run("debootstrap", "--variant=minbase", "--include=ca-certificates,adduser", suite, folder)
    shutil.copy("/etc/resolv.conf", folder / "etc/resolv.conf")
    apt = "export DEBIAN_FRONTEND=noninteractive; apt-get update -qq; apt-get install -qq --no-install-recommends "
    run("chroot", folder, "sh", "-ec", apt + " ".join(PACKAGES))
    run("chroot", folder, "adduser", "--disabled-password", "--gecos", "", "--uid", NUMBER, USER)


def bring(folder: Path) -> None:
    """The course as it is in the working tree, with its history; and the Horovods that were compiled before."""
    course, cache = folder / COURSE.relative_to("/"), folder / HOME.relative_to("/") / ".cache/scalelab"
    run("git", "clone", "--quiet", "--no-local", ROOT, course)
    listed = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"]
    for name in filter(None, subprocess.run(listed, capture_output=True, text=True, check=True).stdout.split("\0")):
        if (ROOT / name).is_file():
            (course / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, course / name)
    for part in ("sdists", "wheels"):
        if (kept := Path.home() / ".cache/scalelab" / part).is_dir():
            shutil.copytree(kept, cache / part, dirs_exist_ok=True, ignore=shutil.ignore_patterns("building-*"))
    run("chown", "--recursive", f"{NUMBER}:{NUMBER}", folder / HOME.relative_to("/"))


def enter(folder: Path, command: str, environment: Mapping[str, str] | None = None, **options):
    """What came of a command that the user runs in the clone; pip looks where pip on this machine does."""
    places: dict[Path, Path] = {}
    told = host_pip.settings()
    text = "[global]\n" + "".join(f"{name} = {host_pip.moved(value, places)}\n" for name, value in told.items())
    (folder / "etc/pip.conf").write_text(text, encoding="utf-8")
    mounts = [f"mkdir -p .{there}; mount --bind {shlex.quote(str(here))} .{there}" for here, there in places.items()]
    own = {"HOME": str(HOME), "USER": USER, "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "TERM": "dumb"}
    script = ENTER.format(
        root=shlex.quote(str(folder)), mounts="\n".join(mounts), course=COURSE, number=NUMBER,
        environment=shlex.join(f"{name}={value}" for name, value in {**own, **(environment or {})}.items()),
        command=shlex.quote(command),
    )  # fmt: skip
    alone = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private"]
    return subprocess.run([*alone, "sh", "-ec", script], text=True, check=False, **options)


def run(*command) -> None:
    """Run it; raises with what it said where it fails."""
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        raise RuntimeError(f"`{command[0]}` ended with {done.returncode}:\n{(done.stdout + done.stderr)[-3000:]}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--suite", default="bookworm", help="Debian's release")
    parser.add_argument("--keep", type=Path, help="make it in this folder and leave it there, or use the one there")
    parser.add_argument("command", nargs="?", default="make demo")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bare-root-") as room:
        folder = (asked.keep or Path(room) / "root").resolve()
        if not (folder / "etc").exists():
            make(folder, asked.suite)
        if not (folder / COURSE.relative_to("/")).exists():
            bring(folder)
        return enter(folder, asked.command).returncode


if __name__ == "__main__":
    sys.exit(main())
