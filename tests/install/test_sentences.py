"""Whatever is missing, set-up ends with exit code 1 and one sentence that says so."""

import pytest

from scalelab.install import faults, python


def told(done, *words):
    """Exit code 1, the words in the closing sentence, no traceback."""
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    closing = done.stderr.strip().splitlines()[-1]
    assert closing.startswith("Set-up stopped: ")
    assert closing.endswith(".")
    for word in words:
        assert word in closing


def test_no_network_and_a_half_made_environment(set_up, clone):
    """One run for both, as making an environment takes seconds."""
    (clone / ".venv").mkdir()
    (clone / ".venv/scalelab-unfinished").touch()
    (clone / ".venv/half").touch()
    done = set_up(SCALELAB_WITHOUT_HOROVOD="1")
    told(done, "package index cannot be reached", ".venv/setup.log")
    assert "[2/4] PyTorch" in done.stdout  # it said what it was doing
    assert "making it anew" in done.stdout
    assert (clone / ".venv/setup.log").is_file()
    assert not (clone / ".venv/half").exists()
    assert not (clone / ".venv/scalelab-unfinished").exists()


def test_a_stub_on_path_is_no_python(monkeypatch, tmp_path):
    stub = tmp_path / "python3.12"
    stub.write_text("#!/bin/sh\nexit 127\n")
    stub.chmod(0o755)
    monkeypatch.setattr(python, "running_version", lambda: "3.9")
    monkeypatch.setattr(python.shutil, "which", lambda name: str(stub) if name == "python3.12" else None)
    assert python.find() is None


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("OSError: [Errno 28] No space left on device", "the disk ran full"),
        ("fatal error: Python.h: No such file or directory", "apt install python3-dev"),
        (
            "NewConnectionError: Failed to establish a new connection\nERROR: No matching distribution found for torch",
            "cannot be reached",
        ),
        ("ERROR: No matching distribution found for torch==2.13.0 (from versions: none)", "no torch==2.13.0 for this"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "checksum differs"),
        ("c++: fatal error: Killed signal terminated program cc1plus", "want of memory"),
    ],
)
def test_output_of_a_failed_command_becomes_a_sentence(output, words):
    assert words in faults.explain(output)


def test_an_unknown_failure_still_names_its_error_and_the_log(tmp_path):
    failed = faults.CommandFailed(["pip", "install", "x"], "well\nerror: a strange thing\n", tmp_path / "setup.log")
    assert "a strange thing" in str(failed)
    assert "setup.log" in str(failed)
