"""What is put beside gathered values in a script's text."""

import pytest

from scalelab.check.findings.paired import find
from scalelab.check.source.calls import read_calls

SCORES = """
import horovod.torch as hvd
import torch.distributed as dist
valid = TensorDataset(images, labels)
sampler = DistributedSampler(valid, hvd.size(), hvd.rank(), shuffle=False)

def auc(scores, truth):
    order = scores.argsort()
    return truth[order].cumsum(0)

def predict(model, loader):
    part = torch.cat([model(x) for x, _ in loader])
    GATHER
    return scores

scores = predict(model, DataLoader(valid, sampler=sampler))
LINE
"""


@pytest.mark.parametrize("gather", [
    "scores = hvd.allgather(part)",
    "parts = [torch.empty(9) for _ in range(2)]; dist.all_gather(parts, part); scores = torch.cat(parts)",
    "scores = torch.empty(100); dist.all_gather_into_tensor(scores, part)",
])  # fmt: skip
@pytest.mark.parametrize(("line", "wrong"), [
    ("auc(scores, labels)", True),
    ("auc(scores.numpy()[:100], valid.tensors[1].numpy())", True),
    ("truth = valid.tensors[1]; hits = (scores > 0.5) == truth", True),
    ("error = (scores - labels).abs().mean()", True),
    ("truth = hvd.allgather(own_labels); auc(scores, truth)", False),
    ("share = scores.sum() / len(labels)", False),
    ("auc(scores.reshape(2, -1).T.flatten(), labels)", False),
    ("auc(scores[torch.arange(100).view(2, -1).T.flatten()], labels)", False),
    ("full = torch.empty(100); full[places] = scores; auc(full, labels)", False),
    ("auc(scores, others)", False),
])  # fmt: skip
def test_labels_in_the_data_sets_order(gather, line, wrong, tmp_path):
    (tmp_path / "train.py").write_text(SCORES.replace("GATHER", gather).replace("LINE", line))
    assert [finding.id for finding in find(read_calls(tmp_path / "train.py"))] == ["gathered-mismatched"] * wrong


CONTRASTIVE = """
import horovod.torch as hvd
import torch.distributed as dist
import torch.distributed.nn.functional as distF

def loss(own, others):
    every = GATHER
    scores = SCORES
    return F.cross_entropy(scores / 0.1, TARGETS)
"""


@pytest.mark.parametrize("gather", ["hvd.allgather(others)", "torch.cat(distF.all_gather(others))"])
@pytest.mark.parametrize(("scores", "targets", "wrong"), [
    ("own @ every.t()", "torch.arange(len(own))", True),
    ("torch.einsum('id,jd->ij', own, every)", "torch.arange(len(own), device=own.device)", True),
    ("own @ every.t()", "torch.arange(len(own)) + hvd.rank() * len(own)", False),
    ("own @ every.t()", "dist.get_rank() * 32 + torch.arange(32)", False),
    ("every @ every.t()", "torch.arange(len(every))", False),
    ("own @ others.t()", "torch.arange(len(own))", False),
    ("own @ every.t()", "labels", False),
])  # fmt: skip
def test_targets_of_a_ranks_own_part(gather, scores, targets, wrong, tmp_path):
    text = CONTRASTIVE.replace("GATHER", gather).replace("SCORES", scores).replace("TARGETS", targets)
    (tmp_path / "train.py").write_text(text)
    found = list(find(read_calls(tmp_path / "train.py")))
    assert [(finding.id, finding.about) for finding in found] == [("gathered-mismatched", "targets")] * wrong
