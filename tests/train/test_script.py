"""A script is tried as it stands on disk now, and one that cannot be tried says why."""

import pytest

from scalelab.train.script import ScriptError, load_script


def test_an_edit_is_seen_at_once_even_if_it_is_as_long_as_before(tmp_path):
    script = tmp_path / "mine.py"
    for number in (1, 2, 3):
        script.write_text(f"def answer():\n    return {number}\n")
        assert load_script(script, needs=["answer"]).answer() == number


def test_a_byte_order_mark_is_no_fault(tmp_path):
    """Windows' Notepad writes one, and Python reads it."""
    (tmp_path / "mine.py").write_bytes(b"\xef\xbb\xbfdef answer():\n    return 1\n")
    assert load_script(tmp_path / "mine.py", needs=["answer"]).answer() == 1


def test_main_is_not_run(tmp_path):
    script = tmp_path / "mine.py"
    script.write_text("if __name__ == '__main__':\n    raise SystemExit(1)\n")
    load_script(script)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def f(:\n", r"mine\.py does not run \(line 1\): SyntaxError"),
        ("x = 1\ny = z\n", r"mine\.py does not run \(line 2\): NameError"),
        ("import sys\nsys.exit(3)\n", r"mine\.py does not run \(line 2\): SystemExit"),
        ("throughput = 3\n", "no function `throughput`"),
    ],
)
def test_a_script_that_cannot_be_tried_is_one_sentence(tmp_path, text, said):
    (tmp_path / "mine.py").write_text(text)
    with pytest.raises(ScriptError, match=said) as told:
        load_script(tmp_path / "mine.py", needs=["throughput"])
    assert told.value._render_traceback_() == [str(told.value)]


def test_a_script_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(ScriptError, match="put the script beside the notebook"):
        load_script(tmp_path / "gone.py")
