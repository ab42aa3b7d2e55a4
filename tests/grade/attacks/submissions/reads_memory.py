"""Looks for the grader among the processes it sees, and into the memory, files and environment of each."""

import ctypes
import os

LIBC = ctypes.CDLL(None, use_errno=True)
PTRACE_ATTACH = 16

tried = 0
for pid in filter(str.isdigit, os.listdir("/proc")):
    tried += 1
    with open(f"/proc/{pid}/cmdline", "rb") as file:
        command = file.read()
    for word in (b"scalelab.grade", b"guard.py", b"scalelab.cli", b"process_api"):
        if word in command:
            print("SUCCEEDED: sees", command)
    for name in ("environ", "cwd", "root", "fd", "maps"):
        try:
            path = f"/proc/{pid}/{name}"
            text = os.readlink(path) if name in ("cwd", "root") else open(path, "rb").read() if name != "fd" else ""
            if "scalelab-evaluator" in str(text) or "the instructor's own" in str(text):
                print("SUCCEEDED: read", path)
        except OSError:
            continue
for pid in (*range(1, 2000), os.getppid()):
    if not os.path.exists(f"/proc/{pid}") and LIBC.ptrace(PTRACE_ATTACH, pid, 0, 0) == 0:
        print("SUCCEEDED: holds a process it does not see", pid)
for path in ("/proc/kcore", "/dev/mem", "/dev/kmsg", "/proc/kallsyms", "/proc/sysrq-trigger"):
    try:
        with open(path, "rb") as file:
            found = file.read(4096)
        if found.strip(b"0 \n") and path != "/proc/kallsyms":
            print("SUCCEEDED: read", path)
    except OSError:
        continue
print(f"tried {'some' if tried > 2 else 'no'} processes")
