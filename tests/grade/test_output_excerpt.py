"""Learners are shown their own lines."""

from scalelab.grade.output_excerpt import MOST_CHARACTERS, last_words, own_frames, plain
from scalelab.launch.output import Line, Output

TRACEBACK = [
    "Traceback (most recent call last):",
    '  File "/a/room/assessment.py", line 12, in <module>',
    "    main()",
    '  File "/usr/lib/torch/nn.py", line 7, in forward',
    "    return conv(x)",
    "           ^^^^^^^",
    '  File "/a/room/assessment.py", line 3, in block',
    "    raise ValueError(x)",
    "ValueError: no",
]


def test_of_a_traceback_the_frames_in_other_files_are_left_out():
    assert own_frames(TRACEBACK, "assessment.py") == [
        TRACEBACK[0],
        '  File "assessment.py", line 12, in <module>',
        "    main()",
        '  File "assessment.py", line 3, in block',
        "    raise ValueError(x)",
        "ValueError: no",
    ]


def test_each_rank_has_its_last_lines_and_errors_come_last():
    output = Output()
    for rank, stream, text in ((1, "stderr", "b"), (0, "stdout", "a"), (None, "stderr", "said"), (0, "stderr", "c")):
        output.add(Line(rank, stream, text))
    assert last_words(output, "x.py") == ["[0] a", "[0] c", "[1] b"]


def test_of_many_ranks_with_long_lines_the_last_errors_stay():
    output = Output()
    for rank in range(64):
        for stream in ("stdout", "stderr"):
            for _ in range(30):
                output.add(Line(rank, stream, "x" * 1_900))
    output.add(Line(63, "stderr", "the error"))
    words = last_words(output, "x.py")
    assert words[-1] == "[63] the error"
    assert MOST_CHARACTERS / 2 < sum(map(len, words)) <= MOST_CHARACTERS


def test_what_would_steer_a_terminal_or_turn_a_line_about_is_made_plain():
    said = {"a": ["\x1b[2Jgone\tby"], "b": "two\nlines", "c": 1.5, "d": "\u202edessap", "e": "Größe 日本"}
    assert plain(said) == {"a": ["�[2Jgone by"], "b": "two\nlines", "c": 1.5, "d": "�dessap", "e": "Größe 日本"}
