"""An application at work on the target while something else happens there, and how long its transactions take: pgbench at a steady rate, so
that the time of a transaction which had to wait for its turn counts from when it was due."""

import math
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from measure import Failed

CONNECTIONS = 4
RATE = 200  # transactions a second
SECONDS_BEFORE = 5

# A user's page is looked at and the visit noted down: two tables that the import writes as well.
SCRIPT = """
\\set n random(1, :users)
BEGIN;
SELECT id AS user_id FROM users WHERE id >= 'cl' || lpad(to_hex(:n), 7, '0') ORDER BY id LIMIT 1 \\gset
SELECT action, "createdAt" FROM audit_logs WHERE "userId" = ':user_id' ORDER BY "createdAt" DESC LIMIT 10;
INSERT INTO audit_logs (id, action, entity, "userId") VALUES (gen_random_uuid(), 'VIEW', 'user', ':user_id');
COMMIT;
"""


def percentile_99(transactions, begin, end):
    """Of fewer than a hundred: the longest."""
    seconds = sorted(duration for started, duration in transactions if begin <= started < end)
    if not seconds:
        raise Failed("The application did nothing meanwhile.")
    return seconds[math.ceil(0.99 * len(seconds)) - 1]


def transactions_of(folder):
    """When each began and how long it took, in seconds. The log says when it ended."""
    for log in folder.glob("log.*"):
        for line in log.read_text().splitlines():
            _, _, microseconds, _, seconds, rest, *_ = line.split()
            duration = int(microseconds) / 1e6
            yield int(seconds) + int(rest) / 1e6 - duration, duration


def beside_traffic(server, database, users, work):
    """Runs `work` beside the application. The application's 99th percentile before and meanwhile, in seconds."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "script.sql").write_text(SCRIPT)
        command = ["pgbench", "--no-vacuum", f"--client={CONNECTIONS}", f"--rate={RATE}", "--time=3600", f"--define=users={users * 9 // 10}",
                   "--file=script.sql", "--log", "--log-prefix=log", database]
        with open(folder / "output", "wb") as output:
            application = subprocess.Popen(command, cwd=folder, env=server.environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        try:
            time.sleep(1)
            times = [time.time()]
            time.sleep(SECONDS_BEFORE)
            times.append(time.time())
            work()
            times.append(time.time())
        finally:
            application.send_signal(signal.SIGALRM)  # its hour is over; it ends what it has begun and writes its log
            status = application.wait(timeout=60)
        if status != 0:
            raise Failed(f"pgbench ended with {status}: {(folder / 'output').read_text()[-2000:]}")
        transactions = list(transactions_of(folder))
        return tuple(percentile_99(transactions, begin, end) for begin, end in zip(times, times[1:]))
