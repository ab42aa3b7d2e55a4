"""Tensors are watched when they are indexed, and are no other tensors for that."""

import json
import subprocess
import sys

import pytest
import torch

# In a process of its own: what is hooked stays hooked.
WATCHED = """
import json, sys, torch
from scalelab.check.observe.indexing import watch_indexing
keys = []
watch_indexing(lambda tensor, key, result: keys.append(repr(key)))

@torch.jit.script
def scripted(x):
    return x + torch.tensor(3.0) + torch.as_tensor(2.0)

made = [eval(text) for text in json.loads(sys.argv[1])]
torch.arange(5)[[1, 3]]
try:
    torch.tensor([object()])
except RuntimeError as error:
    refused = str(error)
print(json.dumps([[m.tolist(), str(m.dtype)] for m in made] + [keys, scripted(torch.zeros(1)).item(), refused]))
"""
MADE = [
    "torch.tensor([torch.tensor(3).sum(), 4])",
    "torch.tensor([[torch.tensor(3.5), 4], [1, True]])",
    "torch.tensor([torch.tensor(3.5, dtype=torch.float64), 4])",
    "torch.tensor([torch.tensor(3), 4], dtype=torch.float32)",
    "torch.as_tensor((torch.tensor(True), torch.tensor(False)))",
    "torch.tensor([1.5, 2])",
]


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    script = tmp_path_factory.mktemp("watched") / "watched.py"
    script.write_text(WATCHED)  # TorchScript reads what it compiles in a file
    command = [sys.executable, str(script), json.dumps(MADE)]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[-1])


def test_tensors_are_made_of_tensors_as_ever(watched):
    for text, (values, dtype) in zip(MADE, watched, strict=False):
        expected = eval(text)
        assert (values, dtype) == (expected.tolist(), str(expected.dtype)), text


def test_what_is_indexed_is_told(watched):
    assert watched[len(MADE)] == ["[1, 3]"]


def test_torchscript_knows_what_makes_tensors(watched):
    assert watched[len(MADE) + 1] == 5.0


def test_what_cannot_be_made_fails_as_ever(watched):
    with pytest.raises(RuntimeError) as refused:
        torch.tensor([object()])
    assert watched[len(MADE) + 2] == str(refused.value)
