"""Who loads the optimizer's state, and whether the others get it."""

import pytest

from scalelab.check.source.calls import read_calls

ALONE = """
import horovod.torch as hvd

def restore(model, optimizer):
    epoch = 0
    if hvd.rank() == 0 and exists("last.pt"):
        saved = torch.load("last.pt")
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        epoch = saved["epoch"]
    epoch = hvd.broadcast_object(epoch, root_rank=0, name="epoch")
    hvd.broadcast_parameters(model.state_dict(), root_rank=0)
"""


@pytest.mark.parametrize(("change", "alone"), [
    (("", ""), True),
    (("hvd.rank() == 0 and exists", "hvd.rank() < 1 and exists"), True),
    (("hvd.rank() == 0 and exists", "exists"), False),
    (("        optimizer.load_state_dict(saved", "        other(saved"), False),
    (('name="epoch")', 'name="epoch")\n    hvd.broadcast_optimizer_state(optimizer, root_rank=0)'), False),
    (("hvd.broadcast_object(epoch,", "hvd.broadcast_object(optimizer.state_dict(),"), False),
    (("hvd.broadcast_object(epoch,", "hvd.broadcast_object(checkpoint,"), False),
])  # fmt: skip
def test_a_state_that_one_rank_has_loaded_alone(change, alone, tmp_path):
    (tmp_path / "train.py").write_text(ALONE.replace(*change))
    assert (read_calls(tmp_path / "train.py").state_loaded_alone == "train.py, line 9") == alone
    assert (read_calls(tmp_path / "train.py").state_loaded_alone is not None) == alone
