"""One UTF-8 Python file of at most 64 KiB is taken; anything else is refused in a sentence."""

import base64
import random

import pytest

from scalelab.errors import ScaleLabError
from scalelab.grade.run.submission import MOST_BYTES, NotAcceptedError, read_submission

NOISE = random.Random(0).randbytes(9000)


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (b"", "empty"),
        (b" \n\t\n", "empty"),
        ("x = 'é'".encode("latin-1"), "not UTF-8"),
        (b"x = 1\n" + b"#" * MOST_BYTES, "larger than 64 KiB"),
        (b"x = 1\nfor\n", "in line 2"),
        (b"x = 1\0", "not valid Python"),
        (b"(" * 60_000, "not valid Python"),
        (b"-" * 60_000 + b"1", "not valid Python"),
        (b"x = 1\n<<<<<<< HEAD\nx = 2\n=======\nx = 3\n>>>>>>> theirs\n", "Line 2 is what git leaves"),
        (b"x = 1\n\nw = " + repr(base64.b85encode(NOISE[:300])).encode(), "Line 3 holds data and no code"),
        (b"\n".join(b"def f%s(): pass" % NOISE[k : k + 9].hex().encode() for k in range(0, 9000, 9)), "holds too much"),
    ],
    ids=["empty", "blank", "latin-1", "large", "syntax", "nul", "nested", "deep", "merge", "data", "names"],
)
def test_what_breaks_the_contract_is_refused(tmp_path, source, sentence):
    path = tmp_path / "submission.py"
    path.write_bytes(source)
    with pytest.raises(NotAcceptedError, match=sentence):
        read_submission(path)


def test_a_file_of_just_64_kib_is_taken(tmp_path):
    path = tmp_path / "submission.py"
    path.write_bytes(b"#" * MOST_BYTES)
    assert len(read_submission(path)) == MOST_BYTES


def test_a_byte_order_mark_is_no_fault(tmp_path):
    """Windows' Notepad writes one, and Python reads it."""
    path = tmp_path / "submission.py"
    path.write_bytes(b"\xef\xbb\xbfx = 1\n")
    assert read_submission(path) == path.read_bytes()


@pytest.mark.parametrize("name", ["nothing.py", "."])
def test_no_file_cannot_be_graded(tmp_path, name):
    with pytest.raises(ScaleLabError, match="give the one Python file"):
        read_submission(tmp_path / name)
