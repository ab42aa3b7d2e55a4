"""The pages, the commands on them, and a furnished clone in which those are run as they stand on the page.

A command's text stands on its page alone: tests read it there. What must not be run is in not_run.toml.
A test that takes `command` is run for every command there is, `command_to_run` for those that can be run here, and
`spoken` for those that a sentence names.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pytest

from scalelab.data import write_cifar10
from scalelab.data.standin import standin_dataset

ROOT = Path(__file__).parents[2]
FURNITURE = Path(__file__).with_name("furniture")
NOT_RUN = tomllib.loads(Path(__file__).with_name("not_run.toml").read_text())
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SPOKEN = re.compile(r"`(scalelab [^`\n]+)`")
IMAGES = 600  # the assessment's script sets 500 of them aside
SHELL = ("", "bash", "sh")  # of a block: anything else is not to be typed
TYPED = re.compile(r"(?:.*\\\n)*.*\n")  # a line, with those that it goes on in
# Those that start ranks or need the cores, those that take minutes, and those that vary another by an option.
RANKS = re.compile(r"scalelab (run|check|grade|sweep)|bench/line")
SLOW = re.compile(r"bench/line|scalelab (release|grade|check)|python -m pytest|--(cluster|seed|timeout)")
VARIES = re.compile(r"scalelab .* --(gradebook|cluster|seed|budget-seconds|timeout|json) ?")
VARIATIONS = 4  # one commit in so many runs such a one
BUILDS_ON = {"scalelab grade-labs": "nbgrader generate_assignment"}  # though no page says so twice
AN_ANSWER = re.compile(r"scalelab (check|grade|doctor|run .*--timeout)( |$)")  # for these 1 is one, and no failure


@dataclass(frozen=True)
class Command:
    """A line of a block of commands. It may build on the lines `before` it in its block, and on the blocks `above`."""

    page: Path
    line: int
    text: str
    before: tuple["Command", ...] = field(default=(), repr=False)
    above: tuple["Command", ...] = field(default=(), repr=False)

    def __str__(self):
        return f"{self.page.relative_to(ROOT)}:{self.line}"

    @property
    def words(self):
        return shlex.split(self.text, comments=True)

    @property
    def plain(self):
        """Without the comment behind it."""
        return shlex.join(self.words)

    @property
    def folder(self):
        """Where it is typed, in the repository: at its top or, on the labs' page, in labs/; then where a `cd` led."""
        start = Path("labs" if self.page == LABS.path else "")
        return start.joinpath(*(line.words[1] for line in self.before if line.words[0] == "cd"))

    @property
    def why_not(self):
        return next((reason for pattern, reason in NOT_RUN.items() if re.search(pattern, self.plain)), None)

    @property
    def marks(self):
        return {mark for mark, due in (("ranks", RANKS), ("slow", SLOW)) if due.search(self.plain)}

    @property
    def turn(self):
        return [pytest.mark.one_in(VARIATIONS)] if VARIES.search(self.plain) else []

    @property
    def builds_on(self):
        """What `BUILDS_ON` says, what takes no time of the blocks above, and its block's lines that are no slower."""
        first = [words for start, words in BUILDS_ON.items() if self.plain.startswith(start)]
        lines = [line for line in COMMANDS if any(line.plain.startswith(words) for words in first)]
        lines += [line for line in self.above if not line.marks]
        return lines + [line for line in self.before if line.marks <= self.marks]

    @property
    def may_end_with(self):
        return (0, 1) if AN_ANSWER.match(self.plain) else (0,)


@dataclass(frozen=True)
class Page:
    """A page that people wrote; those in docs/commands/ are generated, and have a test of their own."""

    path: Path

    def __str__(self):
        return str(self.path.relative_to(ROOT))

    @cached_property
    def text(self):
        return self.path.read_text()

    @cached_property
    def commands(self):
        above = []
        for block in BLOCK.finditer(self.text):
            if block[1] not in SHELL or block[2].startswith("#!"):  # a file, not commands
                continue
            before = []
            for typed in TYPED.finditer(block[2]):
                line = re.sub(r"\\\n\s*", "", typed[0].rstrip("\n"))
                if shlex.split(line, comments=True):
                    number = self.text.count("\n", 0, block.start(2) + typed.start()) + 1
                    before.append(Command(self.path, number, line, tuple(before), tuple(above)))
            above += before
        return above

    @property
    def spoken(self):
        return SPOKEN.findall(BLOCK.sub("", self.text))


LABS = Page(ROOT / "labs" / "README.md")
PAGES = [Page(ROOT / "README.md"), Page(ROOT / "CONTRIBUTING.md"), LABS, Page(ROOT / "docker" / "README.md")]
PAGES += [Page(path) for path in sorted((ROOT / "docs").glob("*.md"))]
COMMANDS = [command for page in PAGES for command in page.commands]


def pytest_generate_tests(metafunc):
    lists = {
        "command": [pytest.param(command, id=str(command)) for command in COMMANDS],
        "command_to_run": [
            pytest.param(
                command, marks=[*(getattr(pytest.mark, mark) for mark in command.marks), *command.turn], id=str(command)
            )
            for command in COMMANDS
            if not command.why_not
        ],
        "spoken": [pytest.param(text, id=f"{page}: {text}") for page in PAGES for text in page.spoken],
    }
    for name, values in lists.items():
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, values)


@pytest.fixture(scope="session")
def all_commands():
    return COMMANDS


@pytest.fixture(scope="session")
def not_run():
    return NOT_RUN


class Clone:
    """A copy of what git knows of the project, with the files that the pages speak of.

    The commands' programs are those of this environment. `scalelab` takes the clone's labs and rubric for its own.
    """

    def __init__(self, place, images):
        self.root = place / "clone"
        listed = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
            cwd=ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip
        for name in filter(lambda name: name and (ROOT / name).is_file(), listed.stdout.split("\0")):
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, self.root / name)
        shutil.copytree(FURNITURE, self.root, dirs_exist_ok=True)
        shutil.copytree(images, self.root / "DIR")
        shutil.copy(self.root / "FILE", self.root / "mine.py")
        _change(self.root / "assessment" / "rubric.toml", "train_images = ", f"{IMAGES}")
        _change(self.root / "assessment" / "assessment.py", "EPOCHS = ", "2")
        self._lay_programs()
        self.ended = {}

    def _lay_programs(self):
        programs = self.root / ".venv" / "bin"
        programs.mkdir(parents=True)
        (programs / "activate").touch()
        own = {"python": "", "scalelab": shlex.quote(str(Path(__file__).with_name("scalelab_here.py")))}
        for name, script in own.items():
            (programs / name).write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {script} "$@"\n')
            (programs / name).chmod(0o755)

    def run(self, command):
        """Run it after what it builds on; each command once, however many pages have it."""
        for line in [*command.builds_on, command]:
            key = line.folder, line.plain
            if key not in self.ended and not line.why_not:
                self.ended[key] = self._run(line)
        return self.ended[command.folder, command.plain]

    def _run(self, command):
        path = os.pathsep.join([str(self.root / ".venv/bin"), str(Path(sys.executable).parent), os.environ["PATH"]])
        own = {"PATH": path, "SCALELAB_DATA": str(self.root / "DIR"), "CLONE": str(self.root)}
        return subprocess.run(
            ["bash", "-ec", command.text], cwd=self.root / command.folder, env=os.environ | own,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600,
        )  # fmt: skip


def _change(path, name, value):
    """Another value: what is tried is that commands work, not that anything is learned."""
    text, count = re.subn(rf"(?m)^{name}.*", name + value, path.read_text())
    assert count
    path.write_text(text)


@pytest.fixture(scope="session")
def images(tmp_path_factory):
    """A folder with a few stand-in images in CIFAR-10's layout."""
    folder = tmp_path_factory.mktemp("images") / "DIR"
    few = standin_dataset(IMAGES * 6 // 5)  # a sixth of them for testing
    write_cifar10(folder, few.train, few.test, few.classes, few.source)
    return folder


@pytest.fixture(scope="session")
def run(tmp_path_factory, images):
    """run(command): in a clone that is taken away at the end."""
    clone = Clone(tmp_path_factory.mktemp("pages"), images)
    yield clone.run
    shutil.rmtree(clone.root)
