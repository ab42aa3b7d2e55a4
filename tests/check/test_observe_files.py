"""What a rank tells of the files that it writes, and that the learner's own stay as they are. No ranks are started."""

import tempfile
from pathlib import Path

import pytest

from scalelab.check import working_copy
from scalelab.check.events import Write
from scalelab.check.findings import output
from scalelab.check.observe import links
from scalelab.check.observe.files import SAVERS, Files, observed_save
from scalelab.check.observe.links import detach_folders
from scalelab.check.observe.observer import Rank
from scalelab.check.rank_events import RankEvents
from scalelab.check.working_copy import lay


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

    def ends(self) -> None:
        """The rank has made a step, and ends."""
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
    observed.runs("log.write('1,2')")
    observed.ends()
    assert observed.written() == [(0, "log.csv"), (1, "log.csv")]
    assert observed.heard[1].where == "train.py, line 1"
    ranks = [RankEvents(number, observed.heard) for number in (0, 1)]
    assert [finding.id for finding in output.find(ranks)] == ["every-rank-writes"]


def test_a_log_that_stays_open_and_gets_no_line_is_not_written(observed):
    observed.runs("log = open('log.csv', 'a')")
    observed.ends()
    assert observed.written() == [(0, "log.csv")]


@pytest.mark.parametrize(("name", "severity"), [("train.log", "advice"), ("history.csv", "error")])
def test_lines_that_every_rank_adds_to_a_log_are_advice_and_to_results_an_error(observed, name, severity):
    observed.runs(f"log = open('{name}', 'a')\nlog.write('1,2')")
    observed.ends()
    ranks = [RankEvents(number, observed.heard) for number in (0, 1)]
    assert [(finding.id, finding.severity) for finding in output.find(ranks)] == [("every-rank-writes", severity)]


def test_what_is_closed_before_the_first_step_or_only_read_is_not_written_then(observed):
    observed.runs("settings = open('settings.txt', 'w')\nsettings.close()\nsettings = open('settings.txt')")
    observed.ends()
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
    observed.ends()
    assert observed.written() == []


@pytest.fixture
def learners(tmp_path, monkeypatch):
    """The learner's folder with a run in it, which lies behind links in the folder that the check laid."""
    folder = tmp_path / "learner's"
    for name in ("plain", "elsewhere", ".hidden"):
        (folder / name / "x").mkdir(parents=True)
        (folder / name / "x" / "checkpoint.pt").write_text("the learner's")
        (folder / name / "x" / "other.pt").write_text("another")
    (folder / "linked").symlink_to(folder / "elsewhere")
    (tmp_path / "run").mkdir()
    lay(folder, tmp_path / "run")
    made = Observed(tmp_path, tmp_path / "run", monkeypatch)
    yield made
    made.rank.file.close()
    found = {path.read_text() for path in folder.glob("*/x/checkpoint.pt")}
    assert found == {"the learner's"}


RUNS = ["plain/x", "linked/x", ".hidden/x"]


@pytest.mark.parametrize("run", RUNS)
def test_what_a_script_writes_leaves_the_learners_files_as_they_are(learners, run):
    learners.runs(f"file = open('{run}/checkpoint.pt', 'w'); file.write('new'); file.close()")
    assert Path(f"{run}/checkpoint.pt").read_text() == "new"
    assert Path(f"{run}/other.pt").read_text() == "another"


@pytest.mark.parametrize("run", RUNS)
def test_so_does_what_it_appends_renames_and_removes(learners, run):
    learners.runs(f"file = open('{run}/other.pt', 'a'); file.write(' line'); file.close()")
    assert Path(f"{run}/other.pt").read_text() == "another line"
    learners.files.opened("os.rename", (f"{run}/other.pt", f"{run}/checkpoint.pt", -1, -1))
    Path(f"{run}/other.pt").replace(f"{run}/checkpoint.pt")
    assert Path(f"{run}/checkpoint.pt").read_text() == "another line"
    learners.files.opened("os.remove", (f"{run}/checkpoint.pt", -1))
    Path(f"{run}/checkpoint.pt").unlink()


def test_folders_beyond_the_most_files_are_links_too(learners, tmp_path, monkeypatch):
    monkeypatch.setattr(working_copy, "MOST_FILES", 1)
    top, aside = tmp_path / "again", tmp_path / "aside"
    top.mkdir()
    lay(tmp_path / "learner's", top)
    assert (top / "plain").is_symlink()
    detach_folders(top / "plain" / "x" / "checkpoint.pt", top, aside)
    assert (top / "plain" / "x").resolve().is_relative_to(aside)
    assert (top / "plain" / "x" / "checkpoint.pt").read_text() == "the learner's"


def test_ranks_that_write_into_the_same_folder_at_once_lose_nothing(tmp_path):
    """Rank 1 has found a link to the learner's folder where rank 0 has put its own since, and has written there."""
    (tmp_path / "learner's").mkdir()
    link, own = tmp_path / "runs", tmp_path / "aside" / "runs"
    link.symlink_to(tmp_path / "learner's")
    links._detach_folder(link, own)
    (link / "mine").write_text("of rank 0")
    links._detach_folder(link, own)
    links._rename(Path(tempfile.mkdtemp(dir=tmp_path)), own)
    assert (link / "mine").read_text() == "of rank 0"
    assert [path.name for path in (tmp_path / "aside").iterdir()] == ["runs"]
    assert list((tmp_path / "learner's").iterdir()) == []
