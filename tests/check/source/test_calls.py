"""Calls that a script's text shows."""

import pytest

from scalelab.check.source.calls import NO_CALLS, read_calls

HEAD = "import torch\nimport horovod.torch as hvd\n"  # so the body begins at line 3


@pytest.fixture
def shown(tmp_path):
    def read(body, head=HEAD):
        script = tmp_path / "train.py"
        script.write_text(head + body)
        return read_calls(script)

    return read


@pytest.mark.parametrize(
    "body",
    [
        "t = t.clone()\nhvd.allreduce(t, name='m')\nprint(t)",
        "def mean(t):\n  u = t.clone()\n  hvd.allgather(u)\n  return u",
        "model.eval()\nhvd.broadcast_object(state, root_rank=0)\nmodel.load_state_dict(state)",
    ],
)
def test_a_result_that_nobody_takes_is_told_where_the_argument_is_read_afterwards(shown, body):
    name = next(name for name in ("allreduce", "allgather", "broadcast_object") if f".{name}(" in body)
    line = 1 + next(i for i, text in enumerate((HEAD + body).split("\n")) if f"hvd.{name}(" in text)
    assert shown(body).dropped == (f"train.py, line {line}", name)


@pytest.mark.parametrize(
    "body",
    [
        "hvd.allreduce(torch.zeros(1), name='all are here')",
        "hvd.allreduce(loss.detach(), name='check')\nprint(loss)",
        "hvd.allreduce_(t)\nprint(t)",
        "t = hvd.allreduce(t)\nprint(t)",
        "flag = torch.ones(1)\nhvd.allreduce(flag, name='barrier')",
        "hvd.broadcast_parameters(weights, 0)\nprint(weights)",
        "dist.allreduce(t)\nprint(t)",
        "if hvd.rank() == 0:\n  hvd.broadcast_object(s, 0)\nelse:\n  s = hvd.broadcast_object(None, 0)\nprint(s)",
    ],
)
def test_a_barrier_or_what_works_in_place_drops_nothing(shown, body):
    assert shown(body).dropped is None


@pytest.mark.parametrize(
    "body",
    [
        "sampler = DistributedSampler(data, hvd.size(), hvd.local_rank())",
        "sampler = DistributedSampler(data, num_replicas=hvd.size(), rank=hvd.local_rank())",
        "order = partition(len(y), hvd.local_rank(), hvd.size(), epoch, 0)",
        "mine = order[hvd.local_rank()::hvd.size()]",
        "local = hvd.local_rank()\nmine = files[local::hvd.size()]",
        "def cut(order, me, all):\n  return order[me::all]\ncut(order, hvd.local_rank(), hvd.size())",
    ],
)
def test_the_local_rank_decides_the_part(shown, body):
    assert shown(body).local_rank_as_rank is not None


@pytest.mark.parametrize(
    "body",
    [
        "torch.cuda.set_device(hvd.local_rank())\nmine = order[hvd.rank()::hvd.size()]",
        "if hvd.local_rank() == 0:\n  download()",
        "sampler = DistributedSampler(data, hvd.size(), hvd.rank())\ndevice = devices[hvd.local_rank()]",
        "every = order[::hvd.local_size()]",
    ],
)
def test_or_it_does_not(shown, body):
    assert shown(body).local_rank_as_rank is None


def test_the_wrapped_optimizers_synchronize_is_told_from_others(shown):
    wrap = "opt = hvd.DistributedOptimizer(opt)\n"
    assert shown(wrap + "opt.synchronize()").synchronizes == "train.py, line 4"
    held = "class T:\n  def __init__(self):\n    self.opt = hvd.DistributedOptimizer(o)\n  def go(self):\n"
    assert shown(held + "    self.opt.synchronize()").synchronizes == "train.py, line 7"
    assert shown(wrap + "torch.cuda.synchronize()").synchronizes is None
    assert shown(wrap + "torch.cuda.synchronize()").waits is None
    assert shown(wrap + "hvd.synchronize(handle)").synchronizes is None
    assert shown(wrap + "with opt.skip_synchronize():\n  opt.step()").skips == "train.py, line 4"


def test_batch_norm_that_synchronises_by_torch_or_by_horovod(shown):
    assert shown("net = torch.nn.SyncBatchNorm.convert_sync_batchnorm(net)").torch_sync_batch_norm
    assert shown("norm = nn.SyncBatchNorm(8)").torch_sync_batch_norm
    assert shown("norm = hvd.SyncBatchNorm(8)").torch_sync_batch_norm is None
    assert shown("norm = torch.nn.BatchNorm2d(8)").torch_sync_batch_norm is None


@pytest.mark.parametrize(
    ("loop", "ends"),
    [
        ("for x in read():\n  opt.step()", True),
        ("for epoch in range(3):\n  for x in loader:\n    opt.step()", True),
        ("for step, x in enumerate(loader):\n  opt.step()", True),
        ("for step, x in zip(range(10), stream()):\n  opt.step()", False),
        ("for x in cycle(loader):\n  opt.step()", False),
        ("for x in loader:\n  opt.step()\n  if done:\n    break", False),
        ("while True:\n  opt.step()", False),
        ("for step in range(100):\n  opt.step()", False),
    ],
)
def test_a_loop_ends_with_the_data_unless_it_counts(shown, loop, ends):
    line = 3 + loop.split("\n").index(next(text for text in loop.split("\n") if "step()" in text))
    assert shown(loop).ends_with_data(f"train.py, line {line}") is ends
    assert not shown(loop).ends_with_data("train.py, line 1")
    assert not shown(loop).ends_with_data(None)


def test_modules_beside_the_script_are_read_and_what_is_no_python_shows_nothing(shown, tmp_path):
    (tmp_path / "helper.py").write_text("import torch\nscaler = torch.amp.GradScaler('cpu')\n")
    assert shown("from helper import scaler").scales == "helper.py, line 2"
    assert shown("for\n") == NO_CALLS


@pytest.mark.parametrize(
    "call",
    ["torch.nn.utils.clip_grad_norm_(p, 1)", "opt.synchronize()", "net = nn.SyncBatchNorm.convert_sync_batchnorm(net)",
     "hvd.allreduce(t)\n  print(t)", "mine = order[hvd.local_rank()::2]"],
)  # fmt: skip
def test_a_call_under_a_condition_may_never_be_made(shown, call):
    wrap = "opt = hvd.DistributedOptimizer(opt)\n"
    names = ("clips", "synchronizes", "torch_sync_batch_norm", "dropped", "local_rank_as_rank")
    assert not any(getattr(shown(f"{wrap}if options.that:\n  {call}"), name) for name in names)
    main = shown(f"{wrap}if __name__ == '__main__':\n  {call}")
    assert sum(bool(getattr(main, name)) for name in names) == 1


def test_but_it_may_explain_what_was_seen(shown):
    assert shown("if most:\n  torch.nn.utils.clip_grad_norm_(p, most)").may_clip == "train.py, line 4"


def test_a_variable_of_another_function_is_another_variable(shown):
    assert shown("def wait(x):\n  hvd.allreduce(x)\ndef use(x):\n  print(x)").dropped is None


def test_a_slice_that_begins_at_the_rank_is_a_cut(shown):
    assert shown("mine = rows[hvd.rank() :: hvd.size()]").cuts_by_rank == "train.py, line 3"
    assert shown("r, n = hvd.rank(), len(x) // hvd.size()\nmine = x[r * n : (r + 1) * n]").cuts_by_rank
    assert shown("first = x[:10]\nlast = x[-hvd.size() :]").cuts_by_rank is None
