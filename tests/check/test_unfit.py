"""A script that this machine cannot run is not judged: the sentence says what it wants."""

import pytest

from scalelab.check.events import Call, Ended, Step
from scalelab.check.judging import judge_run
from scalelab.check.rank_events import RankEvents
from scalelab.errors import ScaleLabError
from scalelab.launch.launch import Outcome
from scalelab.launch.output import Line, Output


def ranks(*errors, steps=0):
    made = [Step(number, None, 0, 0.1, [1.0, 1.0], [0.5, 0.5]) for number in range(steps)]
    return [RankEvents(rank, [Call("init", 0, None), *made, Ended(steps, error)]) for rank, error in enumerate(errors)]


def judged(*errors, printed="", steps=0):
    output = Output()
    for line in printed.splitlines():
        output.add(Line(0, "stderr", line))
    return judge_run(ranks(*errors, steps=steps), Outcome("failed", "", 1.0, output))


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ("ModuleNotFoundError: No module named 'timm'", "imports timm, which is not installed here"),
        ("ModuleNotFoundError: No module named 'tensorflow'", "written for TensorFlow, and the check follows PyTorch"),
        ("RuntimeError: Found no NVIDIA driver on your system.", "wants a GPU"),
        ("AssertionError: Torch not compiled with CUDA enabled", "wants a GPU"),
        ("FileNotFoundError: [Errno 2] No such file or directory: 'data/train.csv'", "looks for data/train.csv"),
    ],
)
def test_what_the_script_wants_is_said(error, sentence):
    with pytest.raises(ScaleLabError, match=sentence):
        judged(error, error)


def test_arguments_that_are_missing_are_said_in_the_scripts_words():
    usage = "usage: train.py --data DATA\ntrain.py: error: the following arguments are required: --data"
    with pytest.raises(ScaleLabError, match="not given what it asks for .the following arguments are required: --data"):
        judged("sys.exit(2)", "sys.exit(2)", printed=usage)


def test_what_one_rank_alone_meets_or_after_a_step_is_an_error_of_the_script():
    missing = "FileNotFoundError: [Errno 2] No such file or directory: 'part-1'"
    assert judged(missing, "ValueError: other").ids() == {"rank-crashed"}
    assert "rank-crashed" in judged(missing, missing, steps=2).ids()
