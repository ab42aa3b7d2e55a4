"""Every command in a block of a page does what it says there, or is excused by name; its options exist."""

import contextlib
import re
import shlex
import subprocess
from pathlib import Path

import click
import pytest

from scalelab.cli.main import commands

ROOT = Path(__file__).parents[2]


def read(text):
    """Have click read a `scalelab` command without running it; raises click.UsageError for what it does not know."""
    name, *words = shlex.split(text, comments=True)[1:]
    if name not in commands.commands:
        raise click.UsageError(f"No such command {name!r}")
    commands.commands[name].make_context(name, words)


@pytest.mark.together("tests/docs/test_commands.py")
def test_a_command_on_a_page_runs(command_to_run, run):
    ended = run(command_to_run)
    said = f"{command_to_run.text}\n{ended.stdout[-2000:]}\n{ended.stderr[-2000:]}"
    assert ended.returncode in command_to_run.may_end_with, said


def test_what_a_command_on_a_page_is_given_exists(command):
    if command.plain.startswith("scalelab "):
        read(command.plain)
    elif command.plain.startswith("make "):
        done = subprocess.run(["make", "-n", *command.words[1:]], cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    elif command.plain.startswith("python "):
        words = command.words[1:]
        assert words[0] == "-m" or (ROOT / words[0]).is_file()


def test_what_a_sentence_names_is_a_command_with_these_options(spoken):
    with contextlib.suppress(click.MissingParameter):  # a sentence may leave out what is to be graded
        read(spoken)


def test_an_option_that_does_not_exist_is_noticed():
    read("scalelab grade mine.py --seed 1")
    with pytest.raises(click.NoSuchOption):
        read("scalelab grade mine.py --sed 1")
    with pytest.raises(click.UsageError, match="'fly'"):
        read("scalelab fly")


def test_every_excuse_is_needed(all_commands, not_run):
    for pattern in not_run:
        assert any(re.search(pattern, command.plain) for command in all_commands), pattern


def test_most_commands_are_run(all_commands):
    assert sum(command.why_not is None for command in all_commands) > len(all_commands) / 2
