"""Waits for a cell's end, however it comes."""

import time
from queue import Empty

from jupyter_client import BlockingKernelClient
from nbformat import NotebookNode

from scalelab.course.kernel.limits import Limits, Ran
from scalelab.course.kernel.outputs import MOST_BYTES, Outputs
from scalelab.course.kernel.process import KernelProcess

_LOOK_SECONDS = 0.1
_DISK_SECONDS = 1.0
_CALM_SECONDS = 0.2  # that a dead kernel's last messages get to arrive


class CellRun:
    """One cell that the kernel was asked to run. Nothing that a kernel sends raises an error here.

    `kernel_alive` says afterwards whether the kernel can run another cell.
    """

    def __init__(
        self,
        process: KernelProcess,
        client: BlockingKernelClient,
        displays: dict[str, list[NotebookNode]],
        request: str,
        limits: Limits,
    ):
        self.process, self.client, self.request, self.limits = process, client, request, limits
        self.kernel_alive = True
        self.outputs = Outputs(displays)
        self.start = self.disk_seen = time.monotonic()
        self.reply: dict | None = None
        self.idle = False
        self.trouble: str | None = None
        self.must_end: float | None = None

    def wait(self) -> Ran:
        """Returns within the limits."""
        look = self.start
        while not (self.reply and self.idle):
            self._listen()
            if time.monotonic() >= look:
                look = time.monotonic() + _LOOK_SECONDS
                if not self._look():
                    break
        return self._ran()

    def _listen(self) -> None:
        for channel, take, seconds in (
            (self.client.iopub_channel, self._take_shown, _LOOK_SECONDS / 2),
            (self.client.shell_channel, self._take_reply, 0),
        ):
            try:
                message = channel.get_msg(timeout=seconds)
                if message["parent_header"].get("msg_id") == self.request:
                    take(message)
            except Empty:
                pass
            except Exception:  # noqa: S112 - a message that is none: whoever knows the kernel's key can send anything
                continue

    def _take_shown(self, message: dict) -> None:
        self.idle |= message["content"].get("execution_state") == "idle"
        self.outputs.take(message)

    def _take_reply(self, message: dict) -> None:
        if self.reply is None:
            self.reply = dict(message["content"])
            self.must_end = self.must_end or time.monotonic() + self.limits.grace_seconds

    def _look(self) -> bool:
        """Whether to go on waiting."""
        now = time.monotonic()
        if not self.process.alive:
            self._died()
            return False
        if self.must_end and now > self.must_end:
            self.kernel_alive = False if self.reply is None else self.kernel_alive
            return False
        if self.must_end is None:
            self.trouble = self._breach(now)
            if self.trouble:
                self.process.interrupt()
                self.must_end = now + self.limits.grace_seconds
            else:
                self.trouble = self._used_up(now)
                self.kernel_alive = self.trouble is None  # it stays used after an interrupt
        return self.kernel_alive

    def _breach(self, now: float) -> str | None:
        if now - self.start > self.limits.seconds:
            return f"was stopped after {self.limits.seconds:g} s"
        if self.outputs.arrived > MOST_BYTES:
            return f"was stopped after it had printed {MOST_BYTES // 1_000_000} MB"
        return None

    def _used_up(self, now: float) -> str | None:
        if self.process.over_memory(self.limits.memory_gb):
            return f"was stopped when it used more than {self.limits.memory_gb:.1f} GB of memory"
        if now - self.disk_seen > _DISK_SECONDS:
            self.disk_seen = now
            if over := self.process.over_disk():
                return f"was stopped when it had written more than {over}"
        return None

    def _died(self) -> None:
        """Take what is left of its outputs, and say how it ended."""
        until = time.monotonic() + _CALM_SECONDS
        while time.monotonic() < until:
            self._listen()
        self.trouble = self.trouble or self._used_up(self.start) or f"ended the kernel ({self.process.ended_how})"
        self.kernel_alive = False

    def _ran(self) -> Ran:
        reply = self.reply or {}
        if self.trouble is None and (over := self._used_up(self.start)):  # a process of its own was ended for it
            self.trouble, self.kernel_alive = over, False
        if _asks_for_exit(reply):
            self.trouble, self.kernel_alive = "ended the kernel (by `exit` or `quit`)", False
        return Ran(self.outputs.finished(), self.trouble, reply.get("status") != "ok", _values(reply))


def _asks_for_exit(reply: dict) -> bool:
    payloads = reply.get("payload")
    return isinstance(payloads, list) and any(
        isinstance(payload, dict) and payload.get("source") == "ask_exit" for payload in payloads
    )


def _values(reply: dict) -> dict[str, str]:
    """The texts of the expressions that were evaluated without an error."""
    answers = reply.get("user_expressions")
    found = {}
    for name, answer in answers.items() if isinstance(answers, dict) else ():
        data = answer.get("data") if isinstance(answer, dict) and answer.get("status") == "ok" else None
        text = data.get("text/plain") if isinstance(data, dict) else None
        if isinstance(text, str):
            found[name] = text
    return found
