"""Every attack ends in the right verdict, in time, and leaves nothing behind."""

import dataclasses
import re
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
from harness.patience import seconds

from scalelab.grade.measure.weights import BadCheckpointError
from scalelab.grade.result import Result
from scalelab.grade.run import sandboxed_run
from scalelab.grade.run.checkpoint_watch import CheckpointWatch
from scalelab.grade.run.conversion_check import SECONDS as CHECK_SECONDS
from scalelab.grade.verdict import Verdict, judge, measure_as_seen, measure_last_two
from scalelab.launch.command import python
from scalelab.sandbox import SandboxSpec, deleted_files, wrap_command

pytestmark = pytest.mark.ranks

SUBMISSIONS = Path(__file__).parent / "submissions"
PAGE = Path(__file__).parents[3] / "docs" / "sandbox.md"
PATIENCE = 4
OVERTIME = 15.0  # seconds after the budget, on a quiet machine
UNCOUNTED = 240.0  # where the kernel does not count, the grader has to get a turn among what it is to end


@dataclass(frozen=True)
class Expected:
    """`says`: part of the reason. `run`: part of how the run ended. `found`: ids of the conversion check's findings."""

    says: str
    run: str = ""
    workers: int = 1
    found: frozenset[str] = frozenset()

    @property
    def patience(self) -> int:
        """Times the short budget that it gets: what must come so far is to come so far on a slow machine too."""
        return 1 if self.says == NONE else PATIENCE


NONE = "Two checkpoints are needed within the budget, but there were none"
ONE = "Two checkpoints are needed within the budget, but there was one"
UNTRAINED = "is below 0."
TIME = "s was used up"
MEMORY = "The ranks used more than 2 GB of memory"
DISK = "on the disk, and all were ended"

KINDS = {
    "It claims what it has not.": {
        "prints_a_pass": Expected(NONE),
        "writes_results": Expected(NONE),
        "leaves_one_checkpoint": Expected(ONE),
        "comes_late": Expected(f"{ONE} (epoch-002.safetensors was complete too late)", TIME),
        "forges_file_times": Expected("was complete too late", TIME),
        "rewrites_for_ever": Expected("was complete too late", TIME),
        "fills_checkpoints_through_a_map": Expected("was changed after second"),
        "patches_the_clock": Expected(NONE, TIME),
        "preloads_a_library": Expected(NONE, TIME),
        "patches_the_library": Expected(NONE),
        "writes_into_every_descriptor": Expected(NONE, workers=2),
        "leaves_weights_for_the_next_run": Expected(UNTRAINED),
        "odd_digits": Expected(NONE),
    },
    "Its checkpoints are none.": {
        "checkpoint_claims_too_much": Expected("epoch-001.safetensors is not a whole safetensors file"),
        "checkpoint_has_a_long_shape": Expected(
            "has head.2.bias as F32 of 5,000 dimensions where F32 [10] is expected"
        ),
        "checkpoint_has_a_long_type": Expected("epoch-001.safetensors is not a whole safetensors file"),
        "checkpoint_has_other_names": Expected("does not hold this model's weights"),
        "checkpoint_has_other_shapes": Expected("has head.2.bias as F32 [11] where F32 [10] is expected"),
        "checkpoint_is_a_device": Expected("epoch-001.safetensors is a link"),
        "checkpoint_is_a_folder": Expected("epoch-001.safetensors is a folder"),
        "checkpoint_is_a_header_bomb": Expected("header too large"),
        "checkpoint_is_a_link": Expected("epoch-001.safetensors is a link"),
        "checkpoint_is_a_pickle": Expected("epoch-001.safetensors is not a whole safetensors file"),
        "checkpoint_is_a_pipe": Expected("epoch-001.safetensors is a pipe"),
        "checkpoint_is_a_socket": Expected("epoch-001.safetensors is a socket"),
        "checkpoint_is_a_zip_bomb": Expected("epoch-001.safetensors is not a whole safetensors file"),
        "checkpoint_is_not_finite": Expected("weights that are not finite: the training diverged"),
        "checkpoint_is_slow": Expected(UNTRAINED),
        "checkpoint_is_sparse": Expected("epoch-001.safetensors has more bytes than this model can need"),
    },
    "Its record, its words and its names are traps.": {
        "record_is_a_folder": Expected(NONE),
        "record_is_a_link": Expected(NONE),
        "record_is_a_pipe": Expected(NONE),
        "record_is_endless": Expected(f"more than 300 MB {DISK}"),
        "record_is_nonsense": Expected(NONE),
        "leaves_odd_names": Expected(NONE),
        "leaves_set_user_id_files": Expected(UNTRAINED),
        "takes_its_folder_away": Expected(NONE),
        "paints_the_screen": Expected("Rank 0 stopped with RuntimeError: \N{REPLACEMENT CHARACTER}[2J"),
        "speaks_in_codes": Expected("Rank 0 stopped with RuntimeError: \N{REPLACEMENT CHARACTER}[2J"),
        "speaks_at_length": Expected(NONE, workers=2),
        "forges_ranks": Expected(NONE, workers=2),
    },
    "It takes the machine.": {
        "loops_for_ever": Expected(NONE, TIME),
        "prints_for_ever": Expected(NONE, "were ended"),
        "prints_one_endless_line": Expected(NONE, "were ended"),
        "forks_for_ever": Expected("The ranks started more than 512 processes and threads"),
        "threads_for_ever": Expected("The ranks started more than 512 processes and threads"),
        "takes_memory": Expected(MEMORY),
        "takes_memory_in_many": Expected(MEMORY),
        "takes_memory_without_a_name": Expected(MEMORY),
        "takes_shared_memory": Expected(MEMORY),
        "fills_its_tmp": Expected(MEMORY),
        "fills_the_disk": Expected(f"more than 300 MB {DISK}"),
        "fills_the_disk_behind_a_door": Expected(DISK),
        "fills_the_disk_behind_a_flicker": Expected(f"more than 300 MB {DISK}"),
        "fills_the_disk_in_a_thread": Expected("The ranks left more than 300 MB in deleted files"),
        "fills_the_disk_in_flight": Expected("of the disk were left, whoever took the rest"),
        "fills_the_disk_mapped": Expected("The ranks left more than 300 MB in deleted files"),
        "fills_the_disk_unseen": Expected("The ranks left more than 300 MB in deleted files"),
        "makes_many_files": Expected(f"more than 5,000 files and folders {DISK}"),
        "makes_deep_folders": Expected(f"more than 16 folders within one another {DISK}"),
    },
    "It lives on, or ends what is not its own.": {
        "leaves_daemons": Expected(NONE, TIME),
        "crashes_in_c": Expected("Rank 0 was ended by signal 11 (SIGSEGV)"),
        "kills_its_parent": Expected("The job ended with an error", workers=2),
        "kills_everything": Expected("The job ended with an error", workers=2),
        "signals_everything": Expected("The job ended with an error", workers=2),
        "stops_everything": Expected(NONE, TIME, workers=2),
        "holds_its_launcher": Expected(NONE, TIME, workers=2),
    },
    "It looks for what is not its own.": {
        "reads_test_images": Expected(UNTRAINED),
        "reads_memory": Expected(NONE),
        "reads_the_environment": Expected(NONE),
        "writes_outside": Expected(NONE),
        "calls_out": Expected(NONE),
        "makes_namespaces": Expected(NONE),
        "poisons_imports": Expected(NONE),
    },
    "It is no distributed training.": {
        "leaves_early": Expected("Rank 1 ended while the others still waited for it", workers=2),
        "dies_without_a_word": Expected("Rank 1 ended with exit code 77 and no message", workers=2),
        "hangs": Expected(NONE, TIME, workers=2),
        "deadlocks": Expected(NONE, TIME, workers=2),
        "never_begins": Expected(NONE, TIME, workers=2),
        "trains_on_one_rank": Expected(UNTRAINED, workers=2, found=frozenset({"rank-idle"})),
    },
    "It attacks the conversion check.": {
        "hangs_in_the_check": Expected(UNTRAINED, workers=2),
        "fills_the_disk_in_the_check": Expected(NONE, workers=2),
        "tricks_the_check": Expected(NONE, workers=2),
    },
}
EXPECTED = {name: expected for kind in KINDS.values() for name, expected in kind.items()}
QUICK = (
    "checkpoint_is_a_pickle", "paints_the_screen", "leaves_daemons", "kills_everything", "forks_for_ever",
    "takes_memory_in_many", "writes_outside", "tricks_the_check",
)  # fmt: skip

# What these leave is judged without a run of ranks; of such, three are graded from beginning to end.
FILES_ALONE = {name for name in EXPECTED if name.startswith("checkpoint_")} - {
    "checkpoint_is_a_pickle", "checkpoint_is_not_finite", "checkpoint_is_slow"
}  # fmt: skip

# Not fills_its_tmp, which cannot have more than two times 1 GB.
MEMORY_TAKERS = ("takes_memory", "takes_memory_in_many", "takes_memory_without_a_name", "takes_shared_memory")

# Noticed only when the disk is nearly full.
DISK_FILLERS = ("fills_the_disk_in_flight",)


# Hundreds of processes, which would have other tests wait.
CROWDS = {"forks_for_ever", "threads_for_ever", "takes_memory_in_many"}


def cases(names) -> list:
    return [pytest.param(name, marks=[*_crowd(name), *_slow(name)]) for name in sorted(names)]


def _crowd(name: str) -> list:
    return [pytest.mark.alone] if name in CROWDS else []


def _slow(name: str) -> list:
    return [] if name in QUICK else [pytest.mark.slow]


def in_a_folder(path: Path) -> set[str]:
    return {str(inside.relative_to(path)) for inside in path.rglob("*")}


def attack(name: str, make_request, grade, patience: int | None = None, overtime: float = OVERTIME) -> Result:
    """The result of the attack, graded in time and to be read without danger."""
    expected, start = EXPECTED[name], time.monotonic()
    this = make_request(SUBMISSIONS / f"{name}.py", expected.workers, patience=patience or expected.patience)
    result = grade(this)
    overtime += CHECK_SECONDS if expected.workers > 1 else 0.0
    assert time.monotonic() - start < this.budget_seconds + seconds(overtime)
    assert Result.from_json((this.out / "result.json").read_bytes()) == result
    said = result.reason + result.run + "".join(result.output_excerpt)
    assert all(sign == "\n" or sign.isprintable() for sign in said)
    page = (this.out / "feedback.html").read_text()
    assert "Not passed" in page
    assert "<script" not in page
    return result


def test_every_attack_has_its_verdict_and_there_are_enough():
    assert set(EXPECTED) == {path.stem for path in SUBMISSIONS.glob("*.py")}
    assert len(EXPECTED) == sum(map(len, KINDS.values())) >= 80


def test_the_page_on_the_sandbox_has_a_line_for_each_kind_and_its_number():
    lines = re.findall(r"^\| (It.*?) \| (\d+) \|", PAGE.read_text(), re.MULTILINE)
    assert lines == [(kind.rstrip("."), str(len(attacks))) for kind, attacks in KINDS.items()]


@pytest.mark.parametrize("name", cases(EXPECTED.keys() - FILES_ALONE))
def test_an_attack_fails(name, make_request, nothing_left, tmp_path, monkeypatch, grade):
    if name in DISK_FILLERS:
        monkeypatch.setattr(deleted_files, "LEAST_FREE", 1e15)
    result, expected = attack(name, make_request, grade), EXPECTED[name]
    assert not result.passed
    assert result.score == 0
    assert expected.says in result.reason
    assert expected.run in result.run
    assert [line for line in result.output_excerpt if "SUCCEEDED" in line] == []
    assert expected.found <= (result.conversion.ids() if result.conversion else set())
    left = in_a_folder(tmp_path / "result")
    kept = {"run/out/metrics.jsonl", *(f"run/out/{checkpoint}" for checkpoint in result.checkpoints)}
    assert left - kept - {f"run/out/epoch-00{number}.safetensors" for number in (1, 2, 3)} == {
        "result.json", "feedback.html", "run", "run/assessment.py", "run/out"
    }  # fmt: skip
    out = tmp_path / "result" / "run" / "out"
    assert [path for path in (out, *out.iterdir()) if path.stat().st_mode & 0o7077] == []


@pytest.mark.parametrize("name", sorted(FILES_ALONE))
def test_a_file_that_is_no_checkpoint_is_refused(name, make_request, warm, nothing_left, tmp_path):
    script, out = SUBMISSIONS / f"{name}.py", tmp_path / "out"
    out.mkdir()
    within = wrap_command(SandboxSpec(read=[script], write=[out]), [python(), str(script)])
    subprocess.run(within, cwd=tmp_path, check=True, timeout=600)
    verdict = judged(out, make_request(script), warm)
    assert (verdict.passed, verdict.score) == (False, 0)
    assert EXPECTED[name].says in verdict.reason


def judged(out: Path, this, warm) -> Verdict:
    """The verdict on the checkpoints in a folder."""
    watch, prepared = CheckpointWatch(out), warm.prepare(this)
    watch.look(0.0)
    try:
        _, measured, cut_off = measure_last_two(
            watch.last(1.0), lambda one: measure_as_seen(one, prepared.evaluator.measure)
        )
    except BadCheckpointError as bad:
        return Verdict(False, 0.0, str(bad))
    passed_over = "; ".join(filter(None, (cut_off, watch.passed_over(1.0))))
    return judge(measured, this.rubric.targets_for(prepared.handout.source), passed_over)


@pytest.mark.slow
@pytest.mark.parametrize("name", MEMORY_TAKERS)
def test_memory_is_capped_where_the_kernel_does_not_count_it(name, make_request, nothing_left, monkeypatch, grade):
    monkeypatch.setattr(sandboxed_run, "make_group", lambda _: None)
    assert attack(name, make_request, grade, overtime=UNCOUNTED).reason.startswith(MEMORY)


@pytest.mark.slow
@pytest.mark.alone  # until it is ended it takes the time of whoever runs beside it
@pytest.mark.parametrize("name", ["forks_for_ever", "threads_for_ever"])
def test_processes_are_capped_without_the_kernels_count(name, make_request, nothing_left, monkeypatch, grade):
    monkeypatch.setattr(sandboxed_run, "make_group", lambda _: None)
    assert NONE in attack(name, make_request, grade, patience=1, overtime=UNCOUNTED).reason


@pytest.mark.slow
@pytest.mark.parametrize("name", ["kills_everything", "poisons_imports"])
def test_the_next_submission_is_graded_as_usual(name, make_request, submissions, grade):
    grade(make_request(SUBMISSIONS / f"{name}.py"))
    after = grade(make_request(submissions / "is_cut_off.py", name="after", patience=PATIENCE))
    assert after.checkpoints == ["epoch-001.safetensors", "epoch-002.safetensors"]
    assert all(0 < accuracy < 0.3 for accuracy in after.train_accuracy + after.test_accuracy)


@pytest.mark.slow
def test_nothing_is_carried_from_one_run_of_a_submission_to_the_next(make_request, grade):
    this = make_request(SUBMISSIONS / "leaves_weights_for_the_next_run.py", patience=PATIENCE)
    twice = msgspec.structs.replace(this.rubric, runs=2, most_runs=2)
    result = grade(dataclasses.replace(this, rubric=twice))
    assert len(result.runs) == 2
    assert "SUCCEEDED" not in "".join(result.output_excerpt)
    assert all(run.test_accuracy for run in result.runs)
