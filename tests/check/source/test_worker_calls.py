"""By which expressions a script asks for its rank and how many there are."""

import ast

import pytest

from scalelab.check.source.worker_calls import asks


def asked(text, question):
    tree = ast.parse(text)
    test = asks([tree], question)
    return any(test(node) for node in ast.walk(tree))


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("import horovod.torch as hvd\nhvd.rank()", "rank"),
        ("from horovod.torch import size as many\nmany()", "size"),
        ("dist.get_rank()", "rank"),
        ("torch.distributed.get_world_size()", "size"),
        ("from torch.distributed import get_world_size\nget_world_size()", "size"),
        ("int(os.environ['RANK'])", "rank"),
        ("int(os.environ.get('WORLD_SIZE', 1))", "size"),
        ("os.getenv('LOCAL_RANK')", "local_rank"),
        ("def main(rank, world_size):\n  return 0.1 * world_size", "size"),
    ],
)
def test_each_way_is_known(text, question):
    assert asked(text, question)
    assert not asked(text, {"rank": "size", "size": "local_rank", "local_rank": "rank"}[question])


@pytest.mark.parametrize("text", ["os.environ['HOME']", "table['RANK']", "x.rank", "len(x)"])
def test_others_are_none(text):
    assert not any(asked(text, question) for question in ("rank", "size", "local_rank"))
