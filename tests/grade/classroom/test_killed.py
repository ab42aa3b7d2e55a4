"""The queue survives: nothing is lost, nothing graded twice, nothing half-written, whoever is killed when."""

import random
import signal
import subprocess
import time

import psutil
import pytest

from scalelab.grade.result import Result

pytestmark = [pytest.mark.ranks, pytest.mark.slow]
STUDENTS = [f"student{number}" for number in range(4)]
KILLS = 5


def results(course):
    """{student: bytes of the result}, of those that have one."""
    return {path.parent.name: path.read_bytes() for path in (course / "out").glob("*/result.json")}


def start(words):
    return subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def left_running(course):
    running = psutil.process_iter(["cmdline"])
    return [process for process in running if str(course) in " ".join(process.info["cmdline"] or [])]


def test_killed_in_a_loop_it_comes_to_its_end(course, hand_in, command, grade_all):
    for student in STUDENTS:
        hand_in(student, "untrained")
    seen = {}
    dice = random.Random(0)
    for _ in range(KILLS):
        grader = start(command())
        time.sleep(dice.uniform(1, 9))
        grader.send_signal(signal.SIGKILL)
        grader.wait()
        now = results(course)
        assert {student: now.get(student) for student in seen} == seen, "a result was lost or changed"
        seen = now
        for text in now.values():
            Result.from_json(text)
    done = grade_all()
    assert done.returncode == 0, done.stdout + done.stderr
    assert sorted(results(course)) == STUDENTS
    assert {student: results(course)[student] for student in seen} == seen
    deadline = time.monotonic() + 10
    while left_running(course) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert left_running(course) == []


def test_two_graders_share_the_queue(course, hand_in, command):
    for student in STUDENTS:
        hand_in(student, "untrained")
    graders = [start(command()) for _ in range(2)]
    assert [grader.wait(timeout=600) for grader in graders] == [0, 0]
    assert sorted(results(course)) == STUDENTS
    assert not (course / "out" / ".earlier").exists(), "something was graded twice"
