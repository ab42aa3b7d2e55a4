"""Writes the learners' copies of the labs, and leaves alone what the learner changed."""

import hashlib
import importlib.metadata
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from scalelab.course.nbgrader_command import nbgrader_again, reason
from scalelab.course.release.manifest import Manifest, digest, read_manifest, write_manifest
from scalelab.errors import ScaleLabError
from scalelab.files.atomic import write_folder
from scalelab.places import PACKAGE

CONFIG = "nbgrader_config.py"
ASSESSMENT, HANDED_OUT = "assessment", ("assessment.ipynb", "assessment.py")  # beside the course's folder
SOURCE, RELEASED = "source", "release"  # nbgrader's folders: what authors write, and the learners' copies of it
SOLUTIONS = "solutions"  # beside `source`: scripts that are the answer as a whole, and edits; never handed out
# What they do shows in the copies; by their paths, for importing them takes a second.
_SHOWN_IN_COPIES = [
    PACKAGE / "course" / name
    for name in ("exercises/script_edits.py", "release/cut_solutions.py", "release/leaks.py", "nbgrader_config.py")
]
_PASSED_OVER = {"__pycache__", ".ipynb_checkpoints"}


@dataclass(frozen=True)
class Release:
    """What was done in the working folder: paths relative to it, `beside` maps a kept file to its new version."""

    written: list[str]
    beside: dict[str, str]


def release(course: Path, work: Path, tell: Callable[[str], None] = lambda sentence: None) -> Release:
    """Lay the learners' copies of all labs of `course` into `work`; `tell` hears of what takes its time.

    A file that the learner changed stays, and its new version is laid beside it, once; all others are brought up to
    date, and a missing one is laid anew. Each file appears whole or not at all.
    Raises ScaleLabError where nbgrader cannot make the copies, or `work` cannot be written.
    """
    manifest, source = read_manifest(work), fingerprint(course)
    if manifest.source == source and all((work / path).exists() for path in manifest.current):
        return Release([], {})
    copies = learners_copies(course, tell)
    plan, beside = _plan(copies, work, manifest)
    current = {path: digest(content) for path, content in copies.items()}
    for path, content in plan.items():
        manifest.remember(path, digest(content))
    write_manifest(work, manifest)  # first: should this be interrupted, what is laid is known as ours
    _write(work, plan)
    manifest.source, manifest.current = source, current
    manifest.offered |= {path: current[path] for path in beside}
    write_manifest(work, manifest)
    return Release(sorted(plan.keys() - beside.values()), beside)


def learners_copies(course: Path, tell: Callable[[str], None] = lambda sentence: None) -> dict[str, bytes]:
    """{path: content} of every file of the release, made by `nbgrader generate_assignment` in a temporary folder.

    A course that was handed out without its source has them in its `release` already.
    """
    labs = sorted(folder.name for folder in _origin(course).glob("*") if any(folder.glob("*.ipynb")))
    if not labs or not (course / CONFIG).is_file():
        raise ScaleLabError(f"There is no nbgrader course in {course}; it has {CONFIG} and source/LAB/NOTEBOOK.ipynb.")
    made = _made(course, labs, tell) if _origin(course).name == SOURCE else _contents(course / RELEASED)
    return made | {f"{ASSESSMENT}/{path.name}": path.read_bytes() for path in _assessment(course)}


def _origin(course: Path) -> Path:
    """What the copies come from."""
    return course / (SOURCE if (course / SOURCE).is_dir() else RELEASED)


def _made(course: Path, labs: list[str], tell: Callable[[str], None]) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory(prefix="release-") as name:
        place = Path(name)
        shutil.copytree(course / SOURCE, place / SOURCE, ignore=shutil.ignore_patterns(*_PASSED_OVER))
        shutil.copy(course / CONFIG, place)
        if (course / SOLUTIONS).is_dir():  # they are looked at, so that none is among the copies
            shutil.copytree(course / SOLUTIONS, place / SOLUTIONS)
        for lab in labs:
            tell(f"Making your copies of {lab} ...")
            done = nbgrader_again(place, "generate_assignment", lab)
            if done.returncode != 0:
                raise ScaleLabError(f"nbgrader made no learners' copies of {lab}: {reason(done.stderr)}")
        return _contents(place / RELEASED)


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in _files(folder)}


def _assessment(course: Path) -> list[Path]:
    """What is handed out of the assessment, where the course has one."""
    paths = (course.resolve().parent / ASSESSMENT / name for name in HANDED_OUT)
    return [path for path in paths if path.is_file()]


def fingerprint(course: Path) -> str:
    """Changes with anything that the learners' copies are made of."""
    total = hashlib.sha256(importlib.metadata.version("nbgrader").encode())
    own = [*_SHOWN_IN_COPIES, course / CONFIG]
    for path in [*own, *_assessment(course), *_files(_origin(course)), *_files(course / SOLUTIONS)]:
        if path.is_file():
            total.update(f"\0{path.name}\0{path.parent.name}\0{digest(path.read_bytes())}".encode())
    return total.hexdigest()


def _plan(copies: Mapping[str, bytes], work: Path, manifest: Manifest) -> tuple[dict[str, bytes], dict[str, str]]:
    """(what is to be written where, {changed file: its new version's path})."""
    plan, beside = {}, {}
    for path, content in copies.items():
        here = digest((work / path).read_bytes()) if (work / path).exists() else None
        if here == digest(content):
            manifest.remember(path, here)
        elif here is None or manifest.is_ours(path, here):
            plan[path] = content
        elif digest(content) not in (manifest.current.get(path), manifest.offered.get(path)):
            beside[path] = _free_name(path, work, manifest)
            plan[beside[path]] = content
    return plan, beside


def _free_name(path: str, work: Path, manifest: Manifest) -> str:
    """name.new.ipynb; name.new-2.ipynb where the learner has changed the first, and so on."""
    number = 1
    while True:
        ending = "new" if number == 1 else f"new-{number}"
        name = Path(path).with_suffix(f".{ending}{Path(path).suffix}").as_posix()
        if not (work / name).exists() or manifest.is_ours(name, digest((work / name).read_bytes())):
            return name
        number += 1


def _write(work: Path, plan: Mapping[str, bytes]) -> None:
    folders: dict[Path, dict[str, bytes]] = defaultdict(dict)
    for path, content in plan.items():
        folders[(work / path).parent][Path(path).name] = content
    for folder, contents in folders.items():
        write_folder(folder, contents, replaces=lambda _: False)


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not _PASSED_OVER & set(path.relative_to(folder).parts):
            yield path
