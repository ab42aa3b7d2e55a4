"""What the ranks print becomes one sentence that names the culprit, not the victim."""

import pytest

from scalelab.launch.diagnose import explain
from scalelab.launch.output import LINE_LENGTH, LINES_KEPT, Line, Output, parse_line

VICTIM = """Traceback (most recent call last):
  File "/lib/horovod/torch/mpi_ops.py", line 1285, in synchronize
    mpi_lib.horovod_torch_wait_and_clear(handle)
RuntimeError: Horovod has been shut down.

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/home/ada/train.py", line 12, in <module>
    optimizer.step()
  File "/lib/horovod/torch/mpi_ops.py", line 1290, in synchronize
    raise HorovodInternalError(e)
horovod.common.exceptions.HorovodInternalError: Horovod has been shut down."""

RAISED = """Traceback (most recent call last):
  File "/home/ada/train.py", line 30, in <module>
    main()
  File "/home/ada/train.py", line 20, in main
    torch.zeros(3)[5]
  File "/lib/torch/somewhere.py", line 99, in getitem
    fail()
IndexError: index 5 is out of bounds."""

STALL = """Missing ranks:
1!: [allreduce.gradients, allreduce.other]
One or more rank (marked by "!") is stalled for longer than 8 seconds. Will shutdown."""

SHADOW = """Traceback (most recent call last):
  File "/home/ada/train.py", line 1, in <module>
    import horovod.torch as hvd
ModuleNotFoundError: No module named 'horovod.torch'; 'horovod' is not a package"""

SYNTAX = """  File "/home/ada/train.py", line 3
    for
       ^
SyntaxError: invalid syntax"""


OPEN_MPI = """ORTE has lost communication with a remote daemon.

  HNP daemon   : [[53164,0],0] on node node1
  Remote daemon: [[53164,0],1] on node node2

This is usually due to either a failure of the TCP network"""


def output(ranks: dict[int, str], launcher: str = "") -> Output:
    found = Output()
    for rank, text in ranks.items():
        for line in text.splitlines():
            found.add(Line(rank, "stderr", line))
    for line in launcher.splitlines():
        found.add(parse_line(line))
    return found


@pytest.mark.parametrize(
    ("ranks", "launcher", "sentence"),
    [
        (
            {0: VICTIM, 1: RAISED},
            "Process 0 exit with status code 1.",
            "Rank 1 stopped with IndexError: index 5 is out of bounds (train.py, line 20).",
        ),
        (
            {0: SHADOW, 1: SHADOW},
            "",
            "Every rank stopped with ModuleNotFoundError: No module named 'horovod.torch'; 'horovod' is not a package "
            "(train.py, line 1). A file horovod.py beside the script hides the library of that name: give it another "
            "name.",
        ),
        (
            {0: RAISED, 1: RAISED},
            "",
            "Every rank stopped with IndexError: index 5 is out of bounds (train.py, line 20).",
        ),
        (
            {0: SYNTAX, 1: SYNTAX},
            "",
            "Every rank stopped with SyntaxError: invalid syntax (train.py, line 3).",
        ),
        (
            {0: STALL + "\n" + VICTIM},
            "Process 0 exit with status code 1.\nProcess 1 exit with status code 143.",
            "Stalled: rank 1 never called allreduce for 'gradients', which the other ranks waited for; "
            "every rank must make the same calls equally often.",
        ),
        (
            {0: VICTIM},
            "Process 1 exit with status code 137.\nProcess 0 exit with status code 143.",
            "Rank 1 was killed from outside (signal 9), most often because memory ran out.",
        ),
        (
            {0: VICTIM},
            "Process 1 exit with status code 139.",
            "Rank 1 was ended by signal 11 (SIGSEGV).",
        ),
        ({0: VICTIM}, "Process 1 exit with status code 3.", "Rank 1 ended with exit code 3 and no message."),
        ({0: VICTIM}, "Process 1 exit with status code 250.", "Rank 1 ended with exit code 250 and no message."),
        (
            {0: VICTIM},
            "Process 0 exit with status code 1.",
            "Rank 1 ended while the others still waited for it at train.py, line 12; "
            "every rank needs the same number of steps.",
        ),
        (
            {1: "There are no images.\n"},
            "Process 1 exit with status code 1.",
            "Rank 1 ended itself with exit code 1; it said last 'There are no images.'.",
        ),
        (
            {0: VICTIM, 1: "Timeout, server node2 not responding."},
            "Process 1 exit with status code 255.",
            "node2 was lost: that host went down, or the network to it broke, and the ranks there with it.",
        ),
        (
            {0: VICTIM, 1: "Connection to node2 closed by remote host."},
            "Process 1 exit with status code 255.",
            "node2 was lost: that host went down, or the network to it broke, and the ranks there with it.",
        ),
        (
            {},
            OPEN_MPI,
            "node2 was lost: that host went down, or the network to it broke, and the ranks there with it.",
        ),
        (
            {},
            "ssh: connect to host node2 port 22: Connection refused\nfailed",
            "node2 could not be reached by ssh: Connection refused.",
        ),
        (
            {},
            "ssh: Could not resolve hostname nod2: Name or service not known",
            "nod2 could not be reached by ssh: Name or service not known.",
        ),
        (
            {0: VICTIM, 1: RAISED},
            "[1]<stderr>:Connection to node2 closed by remote host.\nProcess 1 exit with status code 255.",
            "Rank 1 stopped with IndexError: index 5 is out of bounds (train.py, line 20).",
        ),
        ({}, "", "The job ended with an error, but no rank said why."),
    ],
    ids=[
        *("raised", "shadowed", "all-raised", "syntax", "stalled", "killed"),
        *("segfault", "code", "odd-code", "left-early", "sys.exit"),
        *("ssh-timeout", "ssh-closed", "open-mpi", "ssh-refused", "no-such-host", "raised-and-ssh-closed", "silent"),
    ],
)
def test_the_culprit_is_named(ranks, launcher, sentence):
    assert explain(output(ranks, launcher), 2, "train.py") == sentence


def test_a_rank_that_ssh_lost_without_a_word_is_named_by_its_host():
    """Where a host's shells end before its sshd, ssh ends with 255 and says nothing."""
    gone = output({0: VICTIM}, "Process 1 exit with status code 255.")
    hosts = ["node1", "node2"]
    assert explain(gone, 2, "train.py", hosts).startswith("node2 was lost, or rank 1 there ended itself with exit")
    assert explain(output({1: RAISED}, "Process 1 exit with status code 255."), 2, "train.py", hosts).startswith(
        "Rank 1 stopped with IndexError"
    )


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        ("[1]<stderr>:text", Line(1, "stderr", "text")),
        ("[1,12]<stdout>:text", Line(12, "stdout", "text")),
        ("Process 1 exit", Line(None, "stderr", "Process 1 exit")),
        ("[0]<stdout>:", Line(0, "stdout", "")),
    ],
)
def test_a_line_knows_its_rank(raw, line):
    assert parse_line(raw + "\n") == line


def test_a_babbling_rank_cannot_fill_the_memory():
    found = Output()
    for _ in range(10_000):
        found.add(parse_line("[0]<stdout>:" + "x" * 10_000))
    kept = found.of(0, "stdout")
    assert len(kept) == LINES_KEPT
    assert max(map(len, kept)) <= LINE_LENGTH
