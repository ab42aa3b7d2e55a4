"""Real ranks of torch.distributed, started by torchrun: the same promises as for Horovod's."""

import shutil

import pytest
from harness.rotation import part

from scalelab.launch import launch
from scalelab.launch.launch import Limits

ENDS = {
    "raises": "Rank 1 stopped with ValueError: boom (rounds.py, line 16).",
    "killed": "Rank 1 was killed from outside (signal 9), most often because memory ran out.",
    "leaves": "Rank 1 ended while the others still waited for it at rounds.py, line 24; every rank needs the same "
    "number of steps.",
    "waits": "Stalled: rank 0 waited at rounds.py, line 24 in all_reduce; rank 1 waited at rounds.py, line 22 in "
    "barrier; every rank must make the same calls equally often.",
}
PART = part().fold(len(ENDS))


@pytest.fixture
def rounds(scripts, tmp_path, survivors):
    """Runs rounds.py from the test's own folder."""
    script = shutil.copy(scripts / "rounds.py", tmp_path)

    def run(how):
        heard = []
        outcome = launch(
            script, [how], 2, folder=tmp_path, limits=Limits(seconds=600, stall_seconds=4),
            watch=lambda progress: heard.extend(line.text for line in progress.lines),
        )  # fmt: skip
        return outcome, heard

    return run


@pytest.mark.ranks
def test_ranks_are_started_and_heard(rounds):
    outcome, heard = rounds("well")
    assert outcome.ended == "finished"
    assert sorted(heard) == ["rank 0 of 2: 1", "rank 1 of 2: 1"]


@pytest.mark.slow
@pytest.mark.ranks
@pytest.mark.parametrize("how", PART.take([*ENDS]), ids=lambda how: f"{PART}-{how}")
def test_the_culprit_and_its_line_are_named(rounds, how):
    outcome, _ = rounds(how)
    assert (outcome.ended, outcome.reason) == ("failed", ENDS[how])
