#!/usr/bin/env python3
"""Holds the catalogue of faults (tests/README.md) to the tests: every line of it is there once, and every test that it names exists.

A test is named `Suite.Test` in back-ticks, as in the sources; `NAME.py` is a script beside this one. Prints file:line of each breach.
Standard library only.

Usage: catalogue_test.py [FOLDER]     FOLDER: the tests, this file's folder by default
"""

import re
import sys
from pathlib import Path

# How many lines each part of the catalogue has.
PARTS = {"F": 10, "J": 12, "H": 5, "S": 13, "C": 17, "R": 22, "L": 10}
ROW = re.compile(r"^\|\s*([A-Z]\d+)\s*\|(.*)\|\s*$")
NAMED = re.compile(r"`(\w+\.\w+)`")
DEFINED = re.compile(r"\b(?:TEST|TEST_F|TEST_P|RC_GTEST_PROP|RC_GTEST_FIXTURE_PROP)\(\s*(\w+)\s*,\s*(\w+)")


def defined_tests(folder):
    return {
        f"{suite}.{test}"
        for path in folder.rglob("*.cpp")
        for suite, test in DEFINED.findall(path.read_text(encoding="utf-8"))
    }


def check(folder):
    """[(line number, what)] and how many names were looked up."""
    known = defined_tests(folder)
    breaches, seen, names = [], {}, 0
    for number, line in enumerate((folder / "README.md").read_text(encoding="utf-8").splitlines(), 1):
        row = ROW.match(line)
        for name in NAMED.findall(line):
            names += 1
            if not (name in known or (name.endswith((".py", ".cpp")) and any(folder.rglob(name)))):
                breaches.append((number, f"there is no test {name}"))
        if not row:
            continue
        if row.group(1) in seen:
            breaches.append((number, f"{row.group(1)} stands here and in line {seen[row.group(1)]}"))
        seen[row.group(1)] = number
        if not row.group(2).split("|")[-1].strip():
            breaches.append((number, f"{row.group(1)} has neither a test nor a reason"))
    for part, count in PARTS.items():
        missing = [f"{part}{n}" for n in range(1, count + 1) if f"{part}{n}" not in seen]
        breaches += [(1, f"{row} is missing") for row in missing]
    return breaches, names


def main():
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent).resolve()
    breaches, names = check(folder)
    for number, what in breaches:
        print(f"README.md:{number}: {what}")
    print(f"{names} tests named: {len(breaches)} breaches")
    return 1 if breaches or not names else 0


if __name__ == "__main__":
    sys.exit(main())
