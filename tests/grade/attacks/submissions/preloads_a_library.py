"""Starts itself again with a library of its own before all others, which says that it is always noon."""

import os
import shutil
import subprocess
import sys

SOURCE = "long time(long *t) { if (t) *t = 43200; return 43200; }"
if "LD_PRELOAD" not in os.environ:
    compiler = shutil.which("gcc")
    if compiler:
        command = [compiler, "-shared", "-fPIC", "-x", "c", "-o", "/tmp/noon.so", "-"]
        subprocess.run(command, input=SOURCE.encode(), stderr=subprocess.DEVNULL)
    os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | {"LD_PRELOAD": "/tmp/noon.so"})
print("started again", flush=True)
while True:
    pass
