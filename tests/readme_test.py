#!/usr/bin/env python3
"""Holds the documents to the programs: every option that README's tables name is in some --help, its statuses are those of --help,
the files and folders that the documents name are there, and README stays short. Prints what differs. Standard library only.

Usage: readme_test.py PROGRAMS [TOP]     PROGRAMS: the folder of db-export, db-import, db-migrate and db-diff
"""

import re
import subprocess
import sys
from pathlib import Path

DOCUMENTS = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "lib/README.md", "schema/README.md", "tests/README.md", "tests/bench/README.md")
PROGRAMS = ("db-export", "db-import", "db-migrate", "db-diff")
README_LINES = 140
OPTION = re.compile(r"(?<![\w-])--?[a-zA-Z][\w-]*")


def helps(folder):
    return {name: subprocess.run([folder / name, "--help"], capture_output=True, text=True, check=True).stdout for name in PROGRAMS}


def options_of(text):
    return set(OPTION.findall(text))


def named_options(markdown):
    """Options in the first cells of tables, as a reader looks them up."""
    for line in markdown.splitlines():
        if line.startswith("| `-"):
            first = re.split(r"(?<!\\)\|", line)[1]
            yield from OPTION.findall(re.sub(r"'[^`]*'", "", first))


def statuses_of(markdown):
    return {int(number) for number in re.findall(r"^\| (\d+) \|", markdown, re.MULTILINE)}


def statuses_of_help(text):
    section = text[text.index("Exit status:"):]
    return {int(number) for number in re.findall(r"(?:^|\s)(\d{1,3}) {1,2}[a-z\-]", section)} & set(range(256))


def missing_paths(top, document):
    """Links, and names in back-ticks that begin with one of the top folders."""
    text = (top / document).read_text(encoding="utf-8")
    here = (top / document).parent
    for link in re.findall(r"\]\(([^)#:]+)\)", text):
        if not (here / link).exists():
            yield link
    for name in re.findall(r"`((?:tools|lib|schema|tests)/[\w./-]+)`", text):
        if not (top / name).exists() and not list(top.glob(name + "*")):
            yield name
    if here.name == "lib":
        for name in re.findall(r"`([\w/]+\.(?:h|cpp))`", text):
            if not (top / name).exists() and not list(here.rglob(name)):
                yield name


def check(programs, top):
    texts = helps(programs)
    known = set().union(*(options_of(text) for text in texts.values()))
    readme = (top / "README.md").read_text(encoding="utf-8")
    breaches, looked = [], 0
    for option in named_options(readme):
        looked += 1
        if option not in known:
            breaches.append(f"README.md names {option}, which no --help does")
    told, real = statuses_of(readme), statuses_of_help(texts["db-import"])
    if told != real:
        breaches.append(f"README.md has the statuses {sorted(told)}, db-import --help {sorted(real)}")
    for document in DOCUMENTS:
        breaches += [f"{document} names {name}, which is not there" for name in missing_paths(top, document)]
    if len(readme.splitlines()) > README_LINES:
        breaches.append(f"README.md has more than {README_LINES} lines")
    if looked < 10 or len(real) < 10:
        breaches.append("hardly an option or status was found, so nothing was checked")
    return breaches, looked


def main():
    programs = Path(sys.argv[1])
    top = Path(sys.argv[2] if len(sys.argv) > 2 else Path(__file__).parent.parent).resolve()
    breaches, looked = check(programs, top)
    for breach in breaches:
        print(breach)
    print(f"{looked} options looked up: {len(breaches)} breaches")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
