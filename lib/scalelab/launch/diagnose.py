"""Explains in one sentence why a job of K ranks ended, from what the ranks printed.

`horovodrun` names the first process that ended badly, which is often the victim: when one rank leaves, the
others fail in their next collective call. The culprit is found in the ranks' own output.
"""

import re
import signal
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from scalelab.launch.output import Output

VICTIM = re.compile(r"HorovodInternalError|Dist(Network|Store|Backend)Error|RuntimeError: \[.*gloo/transport")
# What Horovod and Gloo say where a partner has gone; of anything else the call itself is the cause.
GONE = re.compile(r"shut ?down|connection (closed|reset|refused)|(read|write) error|broken pipe|timed? ?out|gloo/",
                  re.IGNORECASE)  # fmt: skip
FRAME = re.compile(r'\s*File "(?P<file>[^"]+)", line (?P<line>\d+)')
LAST_LINE = re.compile(r"(?P<kind>[A-Za-z_][\w.]*)(?:: (?P<text>.*))?$")
EXIT = re.compile(r"Process (?P<rank>\d+) exit with status code (?P<code>\d+)\.")
SHADOWED = re.compile(r"'(?P<name>\w+)' is not a package")
STALLED = re.compile(r"Stalled: rank \d+ .+")  # scalelab.launch.torchrun
MISSING = re.compile(r"(?P<rank>\d+)(?P<ended>!?): \[(?P<tensors>[^\]]*)\]")
# What ssh and Open MPI say of a host that has gone, and ssh of one that it never reached.
LOST = re.compile(
    r"Timeout, server (\S+) not responding|Connection to (\S+) closed by remote host|Remote daemon: .* on node (\S+)"
)
SSH_FAILED = 255  # ssh's own exit code
UNREACHED = re.compile(r"ssh: (?:connect to host|Could not resolve hostname) (\S+?):? (?:port \d+: )?(.+)")


@dataclass(frozen=True)
class Traceback:
    """An exception that ended a rank: `where` is "file, line N" in the script, or None."""

    rank: int
    error: str
    where: str | None


def explain(output: Output, workers: int, script: str, hosts: Sequence[str] = ()) -> str:
    """One sentence that names the rank at fault and what it did.

    `script` is the file that the ranks ran; `hosts` the host of each rank, where they were started by ssh.
    """
    return (
        explain_crash(output, workers, script)
        or explain_lost_host(output)
        or explain_lost_shell(output, hosts)
        or explain_stall(output)
        or explain_exit_code(output)
        or explain_early_leaver(output, workers, script)
        or explain_exit(output)
        or "The job ended with an error, but no rank said why."
    )


def explain_crash(output: Output, workers: int, script: str) -> str | None:
    """A rank that raised an exception of its own, not one caused by another rank's end."""
    found = [trace for rank in range(workers) if (trace := find_traceback(output, rank, script))]
    own = [trace for trace in found if not is_victim(trace.error)]
    if not own:
        return None
    who = "Every rank" if len(own) == workers > 1 else f"Rank {own[0].rank}"
    where = f" ({own[0].where})" if own[0].where else ""
    return f"{who} stopped with {own[0].error}{where}.{_explain_shadow(own[0].error)}"


def is_victim(error: str) -> bool:
    """Whether an error tells of another rank's end, and not of what this one did."""
    return "Horovod has been shut down" in error or bool(VICTIM.search(error) and GONE.search(error))


def explain_lost_host(output: Output) -> str | None:
    """A host that fell silent or went down in mid-run, or could not be reached in the first place."""
    lines = [line for kept in output.kept.values() for line in kept]
    for line in lines:
        if match := LOST.search(line):
            name = next(filter(None, match.groups()))
            return f"{name} was lost: that host went down, or the network to it broke, and the ranks there with it."
    for line in lines:
        if match := UNREACHED.search(line):
            return f"{match[1]} could not be reached by ssh: {match[2].rstrip('.')}."
    return None


def explain_lost_shell(output: Output, hosts: Sequence[str]) -> str | None:
    """A rank that was started by ssh and ended without a word: where the shell goes before sshd, ssh says nothing."""
    for line in output.launcher() + output.of(None, "stdout"):
        if (match := EXIT.search(line)) and int(match["code"]) == SSH_FAILED and int(match["rank"]) < len(hosts):
            rank = int(match["rank"])
            return (
                f"{hosts[rank]} was lost, or rank {rank} there ended itself with exit code {SSH_FAILED}: ssh tells "
                "both alike."
            )
    return None


def explain_stall(output: Output) -> str | None:
    """The launcher's report of where each rank stood; Horovod's own, of ranks that never came, if mended for that."""
    if said := next((line for line in output.launcher() if STALLED.fullmatch(line)), None):
        return f"{said.rstrip('.')}; every rank must make the same calls equally often."
    marked = [
        match
        for (_, stream), lines in output.kept.items()
        if stream == "stderr"
        for line in lines
        if (match := MISSING.fullmatch(line.strip()))
    ]
    if not marked:
        return None
    ended = [match for match in marked if match["ended"]] or marked
    ranks = sorted({int(match["rank"]) for match in ended})
    call, _, tensor = ended[-1]["tensors"].split(",")[0].strip().partition(".")
    tensor = f" for {tensor!r}" if tensor else ""
    return (
        f"Stalled: {_name(ranks)} never called {call}{tensor}, which the other ranks waited for; "
        "every rank must make the same calls equally often."
    )


def tells_of_the_end(line: str) -> bool:
    """Whether a line says that a rank ended, or never came to a call: no script's own word."""
    return bool(EXIT.search(line) or MISSING.fullmatch(line.strip()) or STALLED.fullmatch(line))


def explain_exit_code(output: Output) -> str | None:
    """A rank that went without a word: killed, or ended by os._exit."""
    for line in output.launcher() + output.of(None, "stdout"):
        match = EXIT.search(line)
        if match and (code := int(match["code"])) not in (1, 128 + signal.SIGTERM):
            return f"Rank {match['rank']} {describe_code(code)}."
    return None


def explain_early_leaver(output: Output, workers: int, script: str) -> str | None:
    """Ranks that ended without an error while the others still needed them."""
    victims = {rank: trace for rank in range(workers) if (trace := find_traceback(output, rank, script))}
    left = [rank for rank in range(workers) if rank not in victims]
    if not victims or not left:
        return None
    where = next(iter(victims.values())).where
    return (
        f"{_name(left).capitalize()} ended while the others still waited for it{f' at {where}' if where else ''}; "
        "every rank needs the same number of steps."
    )


def explain_exit(output: Output) -> str | None:
    """A rank that ended itself, say by `sys.exit("no data")`, in its own words."""
    for line in output.launcher() + output.of(None, "stdout"):
        match = EXIT.search(line)
        if match and (said := output.of(int(match["rank"]), "stderr")):
            return f"Rank {match['rank']} ended itself with exit code {match['code']}; it said last {_short(said[-1])}."
    return None


def explain_silence(output: Output, workers: int, seconds: float) -> str:
    """No rank has said anything for that long: where to look is after the last thing that one of them did say."""
    said = [lines[-1] for rank in range(workers) if (lines := output.of(rank, "stdout"))]
    after = f"after it had printed {_short(said[0])}" if said else "before it had printed anything"
    return (
        f"No rank printed or reported anything for {seconds:g} s, and all were ended; look at what the script does "
        f"{after}."
    )


def find_traceback(output: Output, rank: int, script: str) -> Traceback | None:
    """The last traceback that a rank printed, shortened to its error and the deepest line within the script."""
    lines = output.of(rank, "stderr")
    starts = [i for i, line in enumerate(lines) if line.startswith("Traceback (most recent call last)")]
    # A file that does not parse ends without the line "Traceback".
    if not starts and not any(line.startswith(("SyntaxError", "IndentationError")) for line in lines):
        return None
    body = lines[starts[-1] + 1 :] if starts else lines
    frames = [match for line in body if (match := FRAME.match(line)) and match["file"].endswith(script)]
    where = f"{script}, line {frames[-1]['line']}" if frames else None
    return Traceback(rank, _error_text(body), where)


def _explain_shadow(error: str) -> str:
    """What to do about a file of the learner's that bears a library's name, or nothing."""
    if not (match := SHADOWED.search(error)):
        return ""
    return f" A file {match['name']}.py beside the script hides the library of that name: give it another name."


def _error_text(body: list[str]) -> str:
    """As "ValueError: boom", from the lines of a traceback: the first that is not indented."""
    for line in body:
        if line and not line[0].isspace() and (match := LAST_LINE.match(line)):
            kind = match["kind"].rpartition(".")[2]
            return f"{kind}: {match['text'].rstrip('.')}" if match["text"] else kind
    return "an error"


def _short(line: str) -> str:
    return repr(textwrap.shorten(line.strip(), 300, placeholder=" ..."))


def describe_code(code: int) -> str:
    """How a process that ended with this code ended, in words."""
    if code == 128 + signal.SIGKILL:
        return "was killed from outside (signal 9), most often because memory ran out"
    if code - 128 in set(signal.Signals):
        return f"was ended by signal {code - 128} ({signal.Signals(code - 128).name})"
    return f"ended with exit code {code} and no message"


def _name(ranks: list[int]) -> str:
    return f"rank {ranks[0]}" if len(ranks) == 1 else f"ranks {', '.join(map(str, ranks))}"
