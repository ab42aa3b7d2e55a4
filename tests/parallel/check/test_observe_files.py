"""What a rank tells of the files that it writes, and that the learner's own stay as they are. No ranks are started."""

from pathlib import Path

import pytest

from scalelab.parallel.check.events import RankEvents, Write
from scalelab.parallel.check.findings import output
from scalelab.parallel.check.observe.files import SAVERS, Files, observed_save
from scalelab.parallel.check.observe.rank import Rank


class Observed:
    """A script in a working folder, whose lines are run one by one under the hooks of one rank."""

    def __init__(self, room: Path, here: Path, monkeypatch):
        monkeypatch.chdir(here)
        (room / "told").mkdir()
        self.rank = Rank(room / "told", here / "train.py")
        self.heard = []
        self.rank.tell = self.heard.append
        self.files = Files(self.rank)
        self.names = {"open": self.open}

    def open(self, path, mode="r"):
        self.files.opened("open", (path, mode, 0))
        return open(path, mode)  # noqa: SIM115, PTH123

    def runs(self, code: str) -> None:
        exec(compile(code, str(self.rank.script), "exec"), self.names)

    def steps(self) -> None:
        """The first optimizer step."""
        self.rank.step = 1
        self.files.look_again()

    def written(self) -> list[tuple[int, str]]:
        return [(write.step, write.path) for write in self.heard if isinstance(write, Write)]


@pytest.fixture
def observed(tmp_path, monkeypatch):
    (tmp_path / "run").mkdir()
    made = Observed(tmp_path, tmp_path / "run", monkeypatch)
    yield made
    made.rank.file.close()


def test_a_log_that_stays_open_is_written_while_the_rank_trains(observed):
    observed.runs("log = open('log.csv', 'w')")
    observed.steps()
    assert observed.written() == [(0, "log.csv"), (1, "log.csv")]
    assert observed.heard[1].where == "train.py, line 1"
    ranks = [RankEvents(number, observed.heard) for number in (0, 1)]
    assert [finding.id for finding in output.find(ranks)] == ["every-rank-writes"]


def test_what_is_closed_before_the_first_step_or_only_read_is_not_written_then(observed):
    observed.runs("settings = open('settings.txt', 'w')\nsettings.close()\nsettings = open('settings.txt')")
    observed.steps()
    assert observed.written() == [(0, "settings.txt")]


@pytest.mark.parametrize(
    "line",
    [
        "torch.save(weights, 'weights')",
        "torch.save(weights, f='weights')",
        "safetensors.torch.save_file(weights, 'weights')",
        "safetensors.torch.save_file(weights, filename='weights')",
        "safetensors.torch.save_model(torch.nn.Linear(1, 1), 'weights')",
        "safetensors.numpy.save_file({'w': numpy.ones(2)}, 'weights')",
    ],
)
def test_weights_that_are_saved_past_pythons_open_are_told(observed, monkeypatch, line):
    for owner, name in SAVERS:
        monkeypatch.setattr(owner, name, observed_save(observed.files, getattr(owner, name)))
    observed.rank.step = 5
    imports = "import numpy, safetensors.numpy, safetensors.torch, torch"
    observed.runs(f"{imports}\nweights = {{'w': torch.ones(2)}}\n{line}")
    assert observed.written() == [(5, "weights")]
    assert observed.heard[0].where == "train.py, line 3"


def test_a_lock_is_no_output(observed):
    observed.runs("lock = open('.lock', 'w')")
    observed.steps()
    assert observed.written() == []
