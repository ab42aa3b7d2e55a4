"""The last words of a rank: how its script ended, and at which of its own lines. No ranks are started."""

import contextlib

import pytest

from scalelab.check.events import Ended
from scalelab.check.observe.heartbeat import MOST_LINES, last_words
from scalelab.check.observe.observer import Rank

SCRIPT = """import json, sys

def read(text):
    return json.loads(text)

def dive(depth):
    return dive(depth - 1) if depth else read("no JSON")

"""


@pytest.fixture
def ends(tmp_path):
    """ends(last line): what a rank tells when a script with SCRIPT and that line has ended."""
    rank = Rank(tmp_path, tmp_path / "train.py")
    heard = []
    rank.tell = heard.append

    def ends(line: str) -> Ended:
        rank.script.write_text(SCRIPT + line)
        with contextlib.suppress(Exception, SystemExit), last_words(rank):
            exec(compile(SCRIPT + line, str(rank.script), "exec"), {})
        return heard[-1]

    yield ends
    rank.file.close()


def test_a_traceback_is_shortened_to_the_learners_own_lines(ends):
    told = ends("read('no JSON')")
    assert told.error.endswith("JSONDecodeError: Expecting value: line 1 column 1 (char 0)")
    assert (told.where, told.through) == ("train.py, line 4", ["train.py, line 9"])


def test_and_to_the_innermost_of_them(ends):
    told = ends("dive(50)")
    assert (told.where, told.through) == ("train.py, line 4", ["train.py, line 7"] * (MOST_LINES - 1))


def test_a_script_that_ends_itself_with_an_error_says_where(ends):
    told = ends("sys.exit(4)")
    assert (told.error, told.where) == ("sys.exit(4)", "train.py, line 9")
    assert ends("sys.exit()").error is None


def test_a_file_that_does_not_parse_is_named_at_its_line(ends, tmp_path):
    (tmp_path / "helper.py").write_text("x = 1\ny = (\n")
    told = ends(f"exec(compile(open({str(tmp_path / 'helper.py')!r}).read(), {str(tmp_path / 'helper.py')!r}, 'exec'))")
    assert (told.where, told.through) == ("helper.py, line 2", ["train.py, line 9"])
