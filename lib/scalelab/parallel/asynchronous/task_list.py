"""Tiny tasks, many more than workers: who is quick does more of them, and whoever has none left repeats those that are
not done yet. Dean and others (2012), section 4.2; the backup tasks of MapReduce (Dean and Ghemawat 2004).
"""

import threading


class TaskList:
    """The tasks of one round, handed out one at a time; every method holds the lock.

    `given` counts how often each was handed out, `losses` holds what came back, {task: loss}.
    """

    def __init__(self) -> None:
        self.round, self.tasks = 0, 0
        self.given: list[int] = []
        self.losses: dict[int, float] = {}
        self.lock = threading.Lock()

    def begin(self, number: int, tasks: int) -> None:
        """A new round of so many tasks."""
        with self.lock:
            self.round, self.tasks, self.given, self.losses = number, tasks, [0] * tasks, {}

    def ask(self) -> tuple[int, int] | None:
        """(round, task) for a worker to do; None where there is nothing now.

        Where every task was handed out, one that is not done is handed out again: the one with the fewest copies.
        """
        with self.lock:
            waiting = [task for task in range(self.tasks) if task not in self.losses]
            if not waiting:
                return None
            task = min(waiting, key=lambda one: self.given[one])
            self.given[task] += 1
            return self.round, task

    def done(self, number: int, task: int, loss: float) -> None:
        """A worker has done a task; the first one counts, and none of an older round."""
        with self.lock:
            if number == self.round:
                self.losses.setdefault(task, loss)

    def sum(self) -> float | None:
        """The sum of the losses, None until all are done."""
        with self.lock:
            return sum(self.losses.values()) if len(self.losses) == self.tasks else None
