"""What a script's text shows of torch.distributed."""

import pytest

from scalelab.check.source.torch_calls import NO_TORCH_CALLS, read_torch_calls


@pytest.fixture
def shown(tmp_path):
    def read(body):
        script = tmp_path / "train.py"
        script.write_text(body)
        return read_torch_calls(script)

    return read


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("model = DDP(model)\nmodel.to(device)", 2),
        ("def main():\n  net = nn.parallel.DistributedDataParallel(net)\n  if gpu:\n    net = net.cuda(rank)", 4),
        ("self.model = DDP(self.model)\nself.model.to(f'cuda:{rank}')", 2),
    ],
)
def test_a_model_that_is_moved_when_it_is_wrapped(shown, body, line):
    assert shown(body).moved == f"train.py, line {line}"


@pytest.mark.parametrize(
    "body",
    [
        "model.to(device)\nmodel = DDP(model)",
        "model = DDP(model.to(device))\nbatch = batch.to(device)",
        "model = DDP(model)\nmodel.to(torch.bfloat16)",
        "def f():\n  model = DDP(net)\ndef g():\n  model.to(device)",
        "this is no Python",
    ],
)
def test_others_are_none(shown, body):
    assert shown(body) == NO_TORCH_CALLS


def test_a_handle_that_nobody_keeps(shown):
    assert shown("x = 1\ndist.all_reduce(x, async_op=True)").not_awaited == "train.py, line 2"
    kept = "handle = dist.all_reduce(x, async_op=True)\nhandle.wait()\nwork.append(dist.broadcast(x, 0, async_op=True))"
    assert shown(kept).not_awaited is None
    assert shown("dist.all_reduce(x, async_op=False)").not_awaited is None


def test_who_averages_in_ddps_place(shown):
    calls = shown(
        "def ours(_, bucket):\n  return mean(bucket)\nmodel = DDP(model)\nmodel.register_comm_hook(None, ours)"
    )
    assert calls.in_comm_hook("train.py, line 2")
    assert not calls.in_comm_hook("train.py, line 3")
