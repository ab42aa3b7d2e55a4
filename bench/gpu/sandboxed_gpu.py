"""A program in the sandbox that computes on the GPU: whether the walls can be had here, and let the GPU through."""

import json
import subprocess
import time

from task import Task, run

from scalelab.launch.command import python
from scalelab.sandbox import SandboxSpec, trouble, wrap_command

PROGRAM = """\
import json, torch
device = torch.device("{device}")
X = torch.randn(256, 256, device=device)
name = torch.cuda.get_device_name() if device.type == "cuda" else "a core"
print(json.dumps(dict(computed_on=name, error=float((X @ X.inverse() - torch.eye(256, device=device)).abs().max()))))
"""


def measure(task: Task) -> None:
    if (found := trouble()) is not None:
        task.keep(sandbox=f"none: {found[0]}", remedy=found[1])
        return
    spec = SandboxSpec(gpu=task.sizes.device == "cuda")
    command = wrap_command(spec, [python(), "-c", PROGRAM.format(device=task.sizes.device)])
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", timeout=task.seconds_left())
    task.keep(sandbox="there is one", seconds=time.perf_counter() - start)
    if done.returncode:
        raise SystemExit(f"The program in it failed: {' / '.join(done.stderr.strip().splitlines()[-4:])}")
    task.keep(**json.loads(done.stdout.strip().splitlines()[-1]))


if __name__ == "__main__":
    run(measure)
