"""A record: what a run of real ranks told, under what it depends on. It is stale once any of that is another."""

import lzma
import os
import platform
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import msgspec

FOLDER = Path(__file__).parents[1] / "records"
RENEW = "renew it with `make record`"
KILLED = "was killed from outside"  # in the reason, which scalelab.launch.diagnose words


class StaleRecordError(Exception):
    """A record that cannot stand for a run of today's; its sentence says why, and what to do."""


class TooBusyError(Exception):
    """Ranks that were ended since they took too long, or by somebody, show how the machine was, and nothing else."""


@dataclass(frozen=True)
class Record:
    """`depends`: a digest of each thing that the run depends on; `made_with`: versions, and the images."""

    depends: dict[str, str]
    made_with: dict[str, str]
    seconds: float
    told: str


def path_of(name: str) -> Path:
    return FOLDER / f"{name}.xz"


def read(name: str, depends: dict[str, str]) -> Record:
    """The record of that name. Raises StaleRecordError where it is missing, broken, or of something else."""
    try:
        head, _, told = lzma.decompress(path_of(name).read_bytes()).decode().partition("\n")
        record = msgspec.convert(msgspec.json.decode(head) | {"told": told}, Record)
    except FileNotFoundError:
        raise StaleRecordError(f"There is no record {name}: {RENEW}.") from None
    except (lzma.LZMAError, EOFError, UnicodeDecodeError, msgspec.MsgspecError, TypeError) as error:
        raise broken(name, error) from None
    changed = [what for what in depends | record.depends if depends.get(what) != record.depends.get(what)]
    if changed:
        raise StaleRecordError(f"The record {name} is stale, for {' and '.join(changed)} changed since: {RENEW}.")
    return record


def broken(name: str, error: Exception) -> StaleRecordError:
    return StaleRecordError(f"The record {name} is not whole ({error}): {RENEW}.")


def refuse_chance(name: str, ended: str, reason: str) -> None:
    """No script that is recorded takes as long as its ranks may, and none ends a rank by a signal."""
    if ended == "timeout":
        raise TooBusyError(f"The ranks of {name} used up their time: make this record when the machine has less to do.")
    if KILLED in reason:
        raise TooBusyError(f"Somebody has ended a rank of {name}, or memory ran out: make this record once more.")


def write(name: str, depends: dict[str, str], seconds: float, told: str) -> None:
    """Keep it, whole or not at all; the same content gives the same file."""
    head = {"depends": depends, "made_with": _made_with(), "seconds": round(seconds, 1)}
    text = msgspec.json.encode(head, order="deterministic").decode() + "\n" + told
    target = path_of(name)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.{os.getpid()}")
    part.write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))
    part.replace(target)


def _made_with() -> dict[str, str]:
    made_with = {name: version(name) for name in ("torch", "horovod")}
    images = "real" if os.environ.get("SCALELAB_DATA") else "the stand-in"
    return {"python": platform.python_version()} | made_with | {"images": images}
