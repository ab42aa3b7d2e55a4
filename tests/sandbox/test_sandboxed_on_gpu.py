"""A program in the sandbox computes on the GPU if it is given one, and sees none if it is not."""

import subprocess

import pytest
from harness.needs import reason

from scalelab.launch.command import python
from scalelab.sandbox import SandboxSpec, trouble, wrap_command

PROGRAM = "import torch; print(torch.cuda.is_available() and float(torch.ones(3, device='cuda').sum()))"


@pytest.mark.gpu
@pytest.mark.parametrize(("given", "printed"), [(True, "3.0"), (False, "False")])
def test_a_gpu_is_there_if_it_is_given(given, printed):
    if found := trouble():
        pytest.skip(reason("a sandbox", found[1]))
    command = wrap_command(SandboxSpec(gpu=given), [python(), "-c", PROGRAM])
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd="/")
    assert done.stdout.strip() == printed, done.stderr
