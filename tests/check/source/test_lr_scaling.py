"""What a script's text shows of its learning rate."""

import pytest

from scalelab.check.source.lr_scaling import LRScaling, read_lr_scaling

HEAD = "import horovod.torch as hvd\nimport torch\n"


@pytest.fixture
def shown(tmp_path):
    def read(body, head=HEAD, **others):
        for name, text in others.items():
            (tmp_path / f"{name}.py").write_text(text)
        script = tmp_path / "script.py"
        script.write_text(head + body)
        return read_lr_scaling(script)

    return read


@pytest.mark.parametrize(
    "body",
    [
        "optimizer = torch.optim.SGD(model.parameters(), lr=0.1 * hvd.size())",
        "optimizer = torch.optim.SGD(model.parameters(), 0.1 * hvd.size())",
        "size = hvd.size()\nrate = 0.1 * size ** 0.5\noptimizer = torch.optim.Adam(p, lr=rate)",
        "rank, size = hvd.rank(), hvd.size()\noptimizer = torch.optim.SGD(p, lr=0.1 * size)",
        "def peak(workers):\n    return 0.1 * workers\noptimizer = torch.optim.SGD(p, lr=peak(hvd.size()))",
        "def make(lr):\n    return torch.optim.SGD(p, lr=lr)\nmake(0.1 * hvd.size())",
        "class T:\n  def __init__(self, n):\n    self.n = n\n  def go(self):\n    g['lr'] = self.n\nT(hvd.size())",
        "for group in optimizer.param_groups:\n    group['lr'] = schedule(step) * hvd.size()",
        "scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(step, hvd.size()))",
    ],
)
def test_the_number_of_workers_reaches_the_rate(shown, body):
    assert shown(body).scaled


@pytest.mark.parametrize(
    "body",
    [
        "optimizer = torch.optim.SGD(model.parameters(), lr=0.1)\nprint(hvd.size())",
        "size = hvd.size()\noptimizer = torch.optim.SGD(p, lr=0.1 * images.size(0))",
        "indices = order[hvd.rank()::hvd.size()]\noptimizer = torch.optim.SGD(p, 0.1)",
    ],
)
def test_or_does_not(shown, body):
    assert not shown(body).scaled


def test_horovod_may_have_another_name(shown):
    assert shown("from horovod.torch import size\nlr = 0.1 * size()", head="").scaled
    assert shown("import horovod.torch as h\nlr = 0.1 * h.size()", head="").scaled


def test_modules_beside_the_script_are_read_too(shown):
    helper = "import horovod.torch as hvd\ndef rate():\n    return 0.1 * hvd.size()\n"
    assert shown("from helper import rate\noptimizer = torch.optim.SGD(p, lr=rate())", helper=helper).scaled


def test_a_batch_made_smaller_and_a_warmup_are_seen(shown):
    assert shown("loader = DataLoader(data, batch_size=64 // hvd.size())").batch_divided
    assert shown("# linear warmup\n").speaks_of_warmup
    assert shown("def f(:") == LRScaling()


def test_a_learning_rate_divided_by_the_number_of_workers_is_seen(shown):
    assert shown("optimizer = torch.optim.SGD(p, lr / hvd.size())").lr_divided
    assert shown("optimizer = torch.optim.SGD(p, 0.1 / hvd.size())").lr_divided
    assert shown("size = hvd.size()\nlr /= size").lr_divided
    assert not shown("optimizer = torch.optim.SGD(p, lr * hvd.size())\nmean = total / hvd.size()").lr_divided


def test_a_loss_multiplied_by_the_number_of_workers_is_seen(shown):
    assert shown("(loss * hvd.size()).backward()").loss_multiplied
    assert shown("loss *= hvd.size()").loss_multiplied
    assert not shown("total = loss * len(batch)\nprint(images * hvd.size())").loss_multiplied


MADE_SCALED = "optimizer = torch.optim.SGD(p, lr=0.1 * hvd.size())\n"


def test_a_schedule_that_scales_what_is_scaled_already_is_seen(shown):
    ends_at_size = "LambdaLR(optimizer, lambda step: min(hvd.size(), 1 + step))"
    assert shown(MADE_SCALED + ends_at_size).scaled_again
    assert shown(MADE_SCALED + "for group in optimizer.param_groups:\n    group['lr'] = 0.1 * hvd.size()").scaled_again
    assert not shown(MADE_SCALED + "LambdaLR(optimizer, lambda step: min(1, step / 100))").scaled_again
    assert not shown(MADE_SCALED + "OneCycleLR(optimizer, max_lr=0.1 * hvd.size())").scaled_again
    assert not shown("optimizer = torch.optim.SGD(p, lr=0.1)\n" + ends_at_size).scaled_again


GROUPS = """
optimizer = torch.optim.SGD([{"params": body}, {"params": head, "lr": HEAD}], lr=0.1 * hvd.size())
sampler = DistributedSampler(data, hvd.size(), hvd.rank())
warm = len(DataLoader(data, 32, sampler=sampler))
"""


@pytest.mark.parametrize(("head", "more", "unscaled"), [
    ("0.5", "", True),
    ("args.lr * args.factor", "LambdaLR(optimizer, lambda s: min(1.0, (s + 1) / warm))", True),
    ("0.5 * hvd.size()", "", False),
    ("0.5", "for group in optimizer.param_groups:\n    group['lr'] *= hvd.size()", False),
    ("0.5", "LambdaLR(optimizer, lambda s: hvd.size() * min(1.0, s / 100))", False),
])  # fmt: skip
def test_a_group_whose_learning_rate_is_left_as_it_was(shown, head, more, unscaled):
    assert (shown(GROUPS.replace("HEAD", head) + more).unscaled_group is not None) == unscaled
