"""Run within walls: says on standard output, as JSON, what a program in there is, sees and may do."""

import ctypes
import json
import os
import signal
import socket
import sys
from pathlib import Path

NEW_USER_NAMESPACE = 0x10000000
MANY = 5_000
WRITE, READ = Path(sys.argv[1]), Path(sys.argv[2])
PLACES = [
    *(WRITE, Path("/tmp"), Path("/dev/shm")),
    *(READ, WRITE.parent, Path("/"), Path("/etc"), Path("/usr"), Path("/dev"), Path("/proc")),
    *(Path(sys.prefix), Path(sys.base_prefix), Path(json.__file__).parent),
]


def may(action) -> bool:
    try:
        action()
    except OSError:
        return False
    return True


def times(action) -> int:
    """How often the action succeeds before it fails."""
    return next((count for count in range(MANY) if not may(action)), MANY)


def names(folder: Path | str) -> list[str]:
    return sorted(path.name for path in Path(folder).iterdir())


def speak_to_oneself() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        pass


def become_root_of_a_new_namespace() -> None:
    child = os.fork()
    if not child:
        os._exit(ctypes.CDLL(None).unshare(NEW_USER_NAMESPACE) != 0)
    if os.waitpid(child, 0)[1]:
        raise OSError


def processes() -> int:
    children = []

    def fork() -> None:
        child = os.fork()
        if not child:
            signal.pause()
        children.append(child)

    count = times(fork)
    for child in children:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return count


def megabytes(path: Path) -> int:
    """How many fit into the file."""
    megabyte = bytes(1_000_000)

    def write() -> None:
        if file.write(megabyte) < len(megabyte):
            raise OSError

    with path.open("wb", buffering=0) as file:
        count = times(write)
    path.unlink()
    return count


def main() -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a file too large is then an error
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    seen = {
        "users": {os.getuid(), os.geteuid(), os.getgid(), os.getegid()},
        "capabilities": {int(status[name], 16) for name in ("CapEff", "CapPrm", "CapBnd", "CapInh", "CapAmb")},
        "gains privileges": status["NoNewPrivs"].strip() == "0",
        "namespaces": {str(link.readlink()) for link in Path("/proc/self/ns").iterdir()},
        "interfaces": [name for _, name in socket.if_nameindex()],
        "speaks to itself": may(speak_to_oneself),
        "speaks to others": may(lambda: socket.create_connection(("1.1.1.1", 53), timeout=2)),
        "new namespace": may(become_root_of_a_new_namespace),
        "processes seen": sum(name.isdigit() for name in names("/proc")),
        "environment": dict(os.environ),
        "temporary files": names("/tmp") + names("/dev/shm"),
        "etc": names("/etc"),
        "beside": names(WRITE.parent),
        "reads": may(lambda: (READ / "image").read_bytes()),
        "writes": [str(place) for place in PLACES if may(lambda place=place: (place / "a-probe").write_text("here"))],
        "open files": times(lambda: os.dup(0)),
    }
    os.closerange(3, MANY)
    seen |= {
        "processes": processes(),
        "MB in a file": megabytes(WRITE / "large"),
        "MB in /tmp": megabytes(Path("/tmp/large")),
        "MB in /dev/shm": megabytes(Path("/dev/shm/large")),
    }
    json.dump(seen, sys.stdout, default=sorted)


main()
