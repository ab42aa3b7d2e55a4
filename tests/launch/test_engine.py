"""By which engine a script wants its ranks started, read in its text."""

import pytest

from scalelab.errors import ScaleLabError
from scalelab.launch import launch
from scalelab.launch.engine import recognise, starts_itself


@pytest.mark.parametrize(
    ("text", "engine"),
    [
        ("import horovod.torch as hvd", "horovod"),
        ("from horovod import torch as hvd\nimport torch.distributed as dist", "horovod"),
        ("import torch\ntorch.optim.SGD", "horovod"),
        ("from torch.utils.data.distributed import DistributedSampler", "horovod"),
        ("import torch.distributed as dist", "ddp"),
        ("from torch import distributed", "ddp"),
        ("from torch.distributed.fsdp import fully_shard", "ddp"),
        ("import torch\ntorch.distributed.init_process_group()", "ddp"),
        ("from torch.nn.parallel import DistributedDataParallel as DDP", "ddp"),
        ("import torch\nmodel = torch.nn.parallel.DistributedDataParallel(model)", "ddp"),
        ("from torch import nn\nmodel = nn.parallel.DistributedDataParallel(model)", "ddp"),
        ("this is no Python", "horovod"),
    ],
)
def test_the_engine_is_read_in_the_text(tmp_path, text, engine):
    script = tmp_path / "train.py"
    script.write_text(text)
    assert recognise(script) == engine


def test_a_module_beside_the_script_may_name_it(tmp_path):
    (tmp_path / "ours.py").write_text("import torch.distributed as dist")
    (tmp_path / "train.py").write_text("import ours")
    assert recognise(tmp_path / "train.py") == "ddp"


SPAWNS = (
    "import torch.multiprocessing as mp, torch.distributed as dist\ndef f(rank):\n  dist.init_process_group('gloo')\n"
)


@pytest.mark.parametrize("start", ["mp.spawn(f, nprocs=2)", "p = mp.Process(target=f, args=(0,))"])
def test_a_script_that_starts_its_ranks_itself_is_told_what_to_do(tmp_path, start):
    script = tmp_path / "train.py"
    script.write_text(SPAWNS + start)
    with pytest.raises(
        ScaleLabError, match=r"train\.py starts its processes itself \(train\.py, line 4\); let it be one rank"
    ):
        launch(script)


def test_other_processes_are_its_own_business(tmp_path):
    script = tmp_path / "train.py"
    script.write_text(SPAWNS + "subprocess.Process()\nspawn(1)")
    assert starts_itself(script) is None
    script.write_text(SPAWNS + "def write(queue):\n  queue.get()\nmp.Process(target=write, args=(queue,)).start()")
    assert starts_itself(script) is None
    script.write_text("import multiprocessing as mp\nmp.Process(target=read)")
    assert starts_itself(script) is None


def test_a_process_whose_function_begins_the_group_elsewhere_is_a_rank(tmp_path):
    script = tmp_path / "train.py"
    script.write_text(SPAWNS + "def start(rank):\n  f(rank)\nmp.Process(target=start, args=(0,))")
    assert starts_itself(script) == "train.py, line 6"


@pytest.mark.parametrize("target", ["worker.run", "other.start"])
def test_so_is_one_that_is_a_method_or_lies_in_another_file(tmp_path, target):
    script = tmp_path / "train.py"
    method = "class Worker:\n  def run(self):\n    self.begin()\n"
    method += "  def begin(self):\n    dist.init_process_group('gloo')\n"
    script.write_text(f"import other\nimport multiprocessing as mp\n{method}mp.Process(target={target}, args=(0,))")
    (tmp_path / "other.py").write_text("def start(rank):\n  dist.init_process_group('gloo', rank=rank)\n")
    assert starts_itself(script) == "train.py, line 8"
