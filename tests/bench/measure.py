"""Runs one command and says what it took: seconds on the clock, seconds of CPU, peak memory of the whole process.

The peak comes from GNU time, not from wait4: a process inherits the peak of the one that forked it, and Python's own is larger than that of
some programs measured here.
"""

import dataclasses
import os
import pathlib
import statistics
import subprocess
import time


class Failed(Exception):
    """A command failed or what it left behind is wrong; the message is for the user."""


@dataclasses.dataclass(frozen=True)
class Measurement:
    seconds: float
    cpu_seconds: float
    peak_mib: float


def measure(command, environment, log):
    """`log`: a file that takes what the command prints; its end is shown when the command fails."""
    log = pathlib.Path(log)
    peak = log.with_suffix(".peak")
    with log.open("wb") as output:
        start = time.monotonic()
        process = subprocess.Popen(["/usr/bin/time", "--quiet", "--format=%M", f"--output={peak}", *command],
                                   stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        end = "\n".join(log.read_text(errors="replace").splitlines()[-20:])
        raise Failed(f"This command ended with {process.returncode}: {' '.join(command)}\n{end}")
    return Measurement(seconds, usage.ru_utime + usage.ru_stime, int(peak.read_text()) / 1024)


def median(measurements):
    """The median of each figure by itself; the peak is the highest one."""
    return Measurement(statistics.median(each.seconds for each in measurements),
                       statistics.median(each.cpu_seconds for each in measurements), max(each.peak_mib for each in measurements))
