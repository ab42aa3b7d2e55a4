"""What the scripts of notebook 2.2 do on real ranks, and what they say about it."""

from pathlib import Path

import numpy as np
import pytest
import torch
from harness.patience import seconds

from scalelab.analysis.throughput.rank_breakdown import STAGES, rank_stages
from scalelab.analysis.throughput.rank_timeline import rank_steps
from scalelab.analysis.throughput.storage_layouts import write_layouts
from scalelab.data import Images
from scalelab.errors import ScaleLabError
from scalelab.launch.launch import Limits, launch
from scalelab.launch.output import Line, Output

LAB = Path(__file__).parents[3] / "labs" / "source" / "lab2_horovod"


def said(rank, *texts):
    output = Output()
    for text in texts:
        output.add(Line(rank, "stdout", text))
    return output


def uneven(*arguments):
    limits = Limits(seconds=600, stall_seconds=seconds(4))
    outcome = launch(LAB / "uneven.py", arguments, workers=2, limits=limits)
    return outcome, rank_steps(outcome.output, 2)


def test_a_rank_computes_until_its_gradient_is_there_and_waits_until_the_mean_is():
    output = said(0, "step 1 of 2: computed after 1.00 s, waits", "step 1 of 2: averaged after 1.50 s; gradient 1",
                  "step 2 of 2: computed after 3.00 s, waits", "ends after 9.00 s")  # fmt: skip
    [rank] = rank_steps(output, 1)
    assert rank.computing == [(0, 1), (1.5, 3)]
    assert rank.waiting == [(1, 1.5), (3, 9)]


def test_ranks_that_said_nothing_are_no_picture():
    with pytest.raises(ScaleLabError, match="did not say when it ended"):
        rank_steps(said(0, "hello"), 1)
    with pytest.raises(ScaleLabError, match="did not say where its time went"):
        rank_stages(said(0, "hello"), 1)


@pytest.mark.slow
@pytest.mark.ranks
def test_one_image_too_many_makes_both_ranks_wait_until_the_job_is_ended():
    outcome, ranks = uneven("--images", "257")
    assert outcome.ended == "failed"
    assert outcome.reason.startswith("Stalled: rank 0 never called allreduce for 'accuracy'")
    assert [len(rank.computed) for rank in ranks] == [5, 4]
    assert [len(rank.averaged) for rank in ranks] == [4, 4]
    assert all(rank.waiting[-1][1] - rank.waiting[-1][0] > 2 for rank in ranks)
    assert outcome.seconds < seconds(20)


@pytest.mark.slow
@pytest.mark.ranks
def test_join_ends_the_waiting_and_halves_the_last_gradient():
    outcome, ranks = uneven("--images", "257", "--at-the-end", "join")
    assert outcome.ended == "finished"
    assert [len(rank.averaged) for rank in ranks] == [5, 4]
    words = next(line for line in outcome.output.of(0, "stdout") if line.startswith("step 5 of 5: averaged"))
    gradient, average = (float(words.split(name)[1].split(",")[0]) for name in ("gradient ", "average "))
    assert average == pytest.approx(gradient / 2, abs=0.01)
    first_weights = [[line.rsplit(" ", 1)[1] for line in outcome.output.of(rank, "stdout") if "rank 0" in line]
                     for rank in range(2)]  # fmt: skip
    assert first_weights[0][0] != first_weights[1][0]
    assert first_weights[0][1] == first_weights[1][1]


@pytest.mark.ranks
@pytest.mark.parametrize(("arguments", "images"), [(["--steps", "4"], 257), (["--division", "equal"], 256)])
def test_equally_many_steps_end_together(arguments, images):
    outcome, ranks = uneven("--images", "257", *arguments)
    assert outcome.ended == "finished"
    assert [len(rank.averaged) for rank in ranks] == [4, 4]
    assert f"over {images} images" in " ".join(outcome.output.of(0, "stdout"))


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.ranks
def test_a_rank_that_reads_slowly_makes_the_other_wait_in_its_exchange(tmp_path):
    random = torch.Generator().manual_seed(0)
    pixels = torch.randint(256, (512, 1, 16, 16), dtype=torch.uint8, generator=random)
    write_layouts(tmp_path, Images(pixels, torch.arange(512) % 10))
    slow = ["--folder", str(tmp_path / "files"), "--slow-rank", "1", "--latency", "0.002"]
    patient = Limits(seconds=600, stall_seconds=60)
    starved = rank_stages(launch(LAB / "starved.py", slow, limits=patient).output, 2)
    load, exchange = STAGES.index("load"), STAGES.index("exchange")
    assert starved[1, load] > 0.12 > starved[0, load]
    assert starved[0, exchange] > 0.08 > starved[1, exchange]
    ahead = rank_stages(launch(LAB / "starved.py", [*slow, "--prefetch", "2"], limits=patient).output, 2)
    assert ahead[1, load] < starved[1, load]
    assert np.all(ahead.sum(axis=1) < starved.sum(axis=1))
