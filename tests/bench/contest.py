"""Commands side by side: each in turn, the same number of times, one warm-up round before those that count."""

import dataclasses
import sys
from typing import Callable, Optional

from measure import Measurement, measure, median


def nothing(*_):
    pass


@dataclasses.dataclass(frozen=True)
class Command:
    name: str
    words: list
    prepare: Callable = nothing  # before each run, not timed: an empty target, an old file removed
    check: Callable = nothing  # after each run, with True after the first one: raises Failed for a wrong result
    environment: dict = dataclasses.field(default_factory=dict)  # beside the common one


@dataclasses.dataclass(frozen=True)
class Row:
    """A line of the table: `ours` against `theirs`, both names of commands; goal: the largest ratio that is good enough."""
    work: str
    against: str
    ours: str
    theirs: str
    goal: Optional[float] = None
    smallest: Optional[float] = None  # a goal with two sides


class Contest:
    """Keeps the measurements of everything that ran, by name."""

    def __init__(self, server, folder, runs):
        self.server = server
        self.folder = folder
        self.runs = runs
        self.measurements = {}

    def run(self, commands):
        for number in range(self.runs + 1):
            for command in commands:
                print(f"  {'warm-up' if number == 0 else f'{number} of {self.runs}'}: {command.name}", file=sys.stderr)
                command.prepare()
                self.server.checkpoint()
                environment = {**self.server.environment, **command.environment}
                done = measure(list(map(str, command.words)), environment, self.folder / "command.log")
                command.check(number == 0)
                if number > 0:
                    self.measurements.setdefault(command.name, []).append(done)

    def note(self, name, seconds):
        """A time that was measured otherwise."""
        self.measurements.setdefault(name, []).append(Measurement(seconds, 0, 0))

    def median(self, name):
        """None: it did not run."""
        return median(self.measurements[name]) if name in self.measurements else None
