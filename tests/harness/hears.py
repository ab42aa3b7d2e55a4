"""A listener of gradings that keeps what it is told."""

from scalelab.grade.progress import ProgressEvent, StepStarted


class Hears:
    """`events` as they came."""

    def __init__(self) -> None:
        self.events: list[ProgressEvent] = []

    def on(self, event: ProgressEvent) -> None:
        """Keep it."""
        self.events.append(event)

    @property
    def steps(self) -> list[str]:
        """The texts of the steps."""
        return [event.text for event in self.events if isinstance(event, StepStarted)]
