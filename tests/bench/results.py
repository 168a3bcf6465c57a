"""The table of a bench in Markdown: what was measured where, each row side by side with its peer."""

import datetime
import os
import pathlib
import re

HEAD = ["work", "against", "ours", "theirs", "ratio", "goal", "reached?", "CPU, ours / theirs", "peak memory, ours / theirs"]
PEAK_GOAL_MIB = 32


def machine(server):
    processor = re.search(r"^model name\s*: (.*)$", pathlib.Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    memory_kib = int(re.search(r"^MemTotal:\s*(\d+)", pathlib.Path("/proc/meminfo").read_text(), re.MULTILINE).group(1))
    name = f" ({processor.group(1)})" if processor else ""
    return (f"{len(os.sched_getaffinity(0))} cores{name}, {memory_kib / 2**20:.0f} GiB of memory, PostgreSQL {server.version} on the same machine "
            "(default settings, without durability and autovacuum)")


def introduction(bench, load_at_start):
    sizes = [f"- {data.name}: {data.total:,} rows" + f" ({data.rows['li']:,} of li, {data.rows['audit']:,} of audit)" for data in bench.data_sets()]
    lines = [f"# tools/bench, {datetime.date.today().isoformat()}", "", f"Machine: {machine(bench.server)}.",
             f"Medians of {bench.runs} after one warm-up, whole processes, in turn. CPU is the client's, the peak the highest of all runs.",
             "db-export and pg_dump wait until their file is on the disk, psql does not.", "", *sizes]
    if load_at_start > 0.5:
        lines += ["", f"**The machine was not idle (load {load_at_start:.1f} at the start): do not quote these figures.**"]
    return "\n".join(lines) + "\n"


def verdict(row, ratio):
    if row.goal is None:
        return "–", "–"
    if row.smallest is None:
        return f"≤ {row.goal:g}", "yes" if ratio <= row.goal else "no"
    # Less than proportional is the constant part of the small run, not a fault.
    return f"{row.smallest:g} to {row.goal:g}", "no" if ratio > row.goal else "yes" if ratio >= row.smallest else "less"


def line(row, contest):
    ours, theirs = contest.median(row.ours), contest.median(row.theirs)
    if ours is None or theirs is None:
        return [row.work, row.against, "not there", "–", "–", "–" if row.goal is None else f"≤ {row.goal:g}", "–", "–", "–"]
    ratio = ours.seconds / theirs.seconds
    processes = [f"{ours.cpu_seconds:.2f} / {theirs.cpu_seconds:.2f} s", f"{ours.peak_mib:.0f} / {theirs.peak_mib:.0f} MiB"]
    return [row.work, row.against, f"{ours.seconds:.3f} s", f"{theirs.seconds:.3f} s", f"{ratio:.2f}", *verdict(row, ratio),
            *(processes if theirs.peak_mib else ["–", "–"])]


def memory_lines(bench):
    """The highest peak of either program at each size."""
    for data in (bench.growth_small(), bench.growth_large()):
        for program, works in (("db-export", ["export"]), ("db-import", ["first load", "upsert", "dry run"])):
            peak = max(bench.contest.median(f"{work}, {data.name}").peak_mib for work in works)
            yield [f"peak memory of {program}, {data.total:,} rows", "–", f"{peak:.1f} MiB", "–", "–", f"≤ {PEAK_GOAL_MIB} MiB",
                   "yes" if peak <= PEAK_GOAL_MIB else "no", "–", "–"]


def table(lines):
    lines = [[cell.replace("|", "\\|") for cell in cells] for cells in (HEAD, *lines)]
    widths = [max(len(cells[column]) for cells in lines) for column in range(len(HEAD))]
    rule = ["-" * width for width in widths]
    return "".join("| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths)) + " |\n" for cells in (lines[0], rule, *lines[1:]))
