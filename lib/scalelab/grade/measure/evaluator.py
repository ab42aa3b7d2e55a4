"""Measures checkpoints for the grader, by a process in a sandbox of its own."""

import hashlib
import os
import select
import subprocess
from contextlib import ExitStack
from pathlib import Path
from typing import IO

import msgspec
from safetensors.torch import save_file
from torch import Tensor

from scalelab.errors import ScaleLabError
from scalelab.files.scratch import own_folder
from scalelab.files.untrusted import open_plain
from scalelab.grade.measure.evaluator_process import IMAGES, Accuracies, Question, Refused
from scalelab.grade.measure.weights import BadCheckpointError, CutOffError, most_bytes
from scalelab.grade.run.class_numbers import ClassNumbers
from scalelab.grade.run.handout import Handout
from scalelab.launch.command import python
from scalelab.models import build
from scalelab.sandbox import Caps, SandboxSpec, wrap_command

SECONDS = 120
LINE_BYTES = 10_000


class Evaluator:
    """Measures checkpoints of one model on one handout; ready when it is made. A context that ends its process."""

    def __init__(self, model_name: str, handout: Handout, device: str, unsafe: bool = False):
        self.most, self.classes = most_bytes(build(model_name)), len(handout.classes)
        # Others on this machine cannot get at the inner folder, which all may read, for they cannot enter the outer.
        self.at_the_end = ExitStack()
        place = self.at_the_end.enter_context(own_folder("scalelab-evaluator-"))
        self.folder = place.resolve() / "checkpoints"
        self.folder.mkdir()
        _write_images(handout, self.folder / IMAGES)
        started = self._start(model_name, "cuda" if device == "gpu" else "cpu", unsafe)
        self.process, self.questions, self.answers = started
        self._answer()

    def __enter__(self) -> "Evaluator":
        return self

    def __exit__(self, *_) -> None:
        self.questions.close()
        self.process.kill()
        self.process.wait()
        self.answers.close()
        self.at_the_end.close()

    @property
    def alive(self) -> bool:
        """Whether it can measure another one."""
        return self.process.poll() is None

    def measure(self, path: Path, numbers: ClassNumbers | None = None) -> Accuracies:
        """Accuracies of the checkpoint; `numbers` are those that its classes have, where they are not their own.

        Raises BadCheckpointError where it is none, CutOffError where it is a part.
        """
        copy, content = self.folder / path.name, self._read(path)
        question = Question(path.name, numbers or tuple(range(self.classes)))
        try:
            copy.write_bytes(content)
            copy.chmod(0o644)
            self.questions.write(msgspec.json.encode(question) + b"\n")
            self.questions.flush()
            said = self._answer()
        finally:
            copy.unlink(missing_ok=True)
        if isinstance(said, Refused):
            raise (CutOffError if said.cut_off else BadCheckpointError)(said.reason)
        return msgspec.structs.replace(said, sha256=hashlib.sha256(content).hexdigest())

    def _read(self, path: Path) -> bytes:
        """The file, if it is one and no larger than it can be; no byte of it is looked at here."""
        try:
            with open_plain(path) as file:
                if os.fstat(file.fileno()).st_size > self.most:
                    raise BadCheckpointError(f"{path.name} has more bytes than this model can need.")
                return file.read(self.most)
        except OSError:
            raise BadCheckpointError(f"{path.name} is no file that can be read.") from None

    def _start(self, model_name: str, device: str, unsafe: bool) -> tuple[subprocess.Popen, IO[bytes], IO[bytes]]:
        """The process that measures, and the pipes to it and from it."""
        module = "scalelab.grade.measure.evaluator_process"
        command = [python(), "-I", "-m", module, model_name, str(self.folder), device]
        if not unsafe:
            spec = SandboxSpec(read=[self.folder], caps=Caps(processes=256), gpu=device == "cuda")
            command = wrap_command(spec, command)
        # Threads that wait without spinning: else a busy machine makes this ten times as slow.
        environment = {"PATH": os.defpath, "HOME": "/tmp", "LANG": "C.UTF-8", "OMP_WAIT_POLICY": "PASSIVE"}  # noqa: S108
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
        )
        assert process.stdin is not None  # as asked for
        assert process.stdout is not None
        return process, process.stdin, process.stdout

    def _answer(self) -> Accuracies | Refused:
        ready, _, _ = select.select([self.answers], [], [], SECONDS)
        line = self.answers.readline(LINE_BYTES) if ready else b""
        try:
            return msgspec.json.decode(line, type=Accuracies | Refused)
        except msgspec.DecodeError:
            self.process.kill()
            self.process.wait()  # else it may still look alive to who grades next
            raise ScaleLabError("The process that measures checkpoints has ended or hangs; grade again.") from None


def _write_images(handout: Handout, path: Path) -> None:
    tensors: dict[str, Tensor] = {}
    for name, part in (("train", handout.train), ("test", handout.test)):
        tensors |= {f"{name}_images": part.images.contiguous(), f"{name}_labels": part.labels.contiguous()}
    save_file(tensors, path)
    path.chmod(0o644)
