#!/usr/bin/env python3
"""Holds the rooms of lib/ apart: who includes whom, and who may see which library.

Two lists must both agree with every #include: what a room links (the room() lines of lib/CMakeLists.txt, the source of truth) and the
pairs that may never meet, written down here so that a careless room() line is a breach too. A room may hold inner rooms, one folder deep:
postgres/codec, whose pairs are its outer room's and its own. Also: every header begins with a comment,
main programs stay short, and a file over 400 lines says why near its top. Prints file:line of each breach. Standard library only.

Usage: includes_test.py [TOP]     TOP: the top folder of the repository, this file's by default
"""

import re
import sys
from pathlib import Path

# (from, to): neither may a file of the one include the other, nor may room() link it.
FORBIDDEN = {
    ("format", "postgres"), ("postgres", "transfer"), ("transfer", "postgres"), ("transfer", "sqlite"), ("sqlite", "transfer"),
    ("format", "sqlite"), ("postgres", "sqlite"), ("sqlite", "postgres"), ("engine", "postgres"), ("engine", "sqlite"),
    ("report", "postgres"), ("report", "sqlite"), ("report", "transfer"),
    ("migrate", "postgres"), ("migrate", "sqlite"), ("postgres", "migrate"), ("sqlite", "migrate"), ("transfer", "migrate"),
    # The graph that everything stands on looks up to nobody.
    *(("base", room) for room in ("catalog", "format", "engine", "postgres", "sqlite", "report", "transfer", "migrate", "cli")),
    *(("catalog", room) for room in ("format", "engine", "postgres", "sqlite", "report", "transfer", "migrate", "cli")),
    *(("join", room) for room in ("engine", "postgres", "sqlite", "report", "transfer", "migrate", "cli")),
    *(("digests", room) for room in ("catalog", "format", "engine", "postgres", "sqlite", "report", "transfer", "migrate", "cli")),
    *((room, "cli") for room in ("format", "engine", "postgres", "sqlite", "report", "transfer", "migrate")),
}
# Inside the two engines the arrows go one way: codec ← session (SQLite's codec binds to its statements) ← catalog ← export, import.
INNER = ("codec", "session", "catalog", "export", "import")
FORBIDDEN |= {
    (f"{engine}/{room}", f"{engine}/{other}")
    for engine in ("postgres", "sqlite")
    for room, others in {"session": ("catalog", "export", "import"), "codec": ("catalog", "export", "import"),
                         "catalog": ("export", "import"), "export": ("import",), "import": ("export",)}.items()
    for other in others
}
FORBIDDEN |= {("postgres/codec", "postgres/session"), ("postgres/session", "postgres/codec"), ("sqlite/session", "sqlite/codec")}
FORBIDDEN |= {(f"{engine}/{room}", engine) for engine in ("postgres", "sqlite") for room in INNER}
FORBIDDEN |= {("report", "report/html")}
# Rooms that a main program may include.
TOOLS_MAY_SEE = {"cli", "base"}
# A library's headers, and the rooms that may include them.
LIBRARIES = {
    r"pqxx/|pqxx$|libpq|postgres_ext\.h|pg_config": {"postgres"},
    r"sqlite3|SQLiteCpp/": {"sqlite"},
    r"CLI/|CLI11": {"cli"},
    r"simdjson": {"format"},
    r"openssl/|utf8proc": {"base"},
    r"zlib\.h|zstd\.h": {"base", "format"},
}
MAIN_LINES = 30
FILE_LINES = 400
REASON_WITHIN_LINES = 15
INCLUDE = re.compile(r'\s*#\s*include\s*([<"])([^>"]+)[>"]')
ROOM = re.compile(r"^\s*room\(\s*([\w/]+)([^)]*)\)", re.MULTILINE)
KEYWORDS = {"ROOMS", "LINK"}


def linked_rooms(cmake_text):
    """{room: (set of rooms it links, line number)} from the room() lines."""
    rooms = {}
    for match in ROOM.finditer(cmake_text):
        name, words = match.group(1), match.group(2).split()
        keyword, linked = None, set()
        for word in words:
            if word in KEYWORDS:
                keyword = word
            elif keyword == "ROOMS":
                linked.add(word)
        rooms[name] = (linked, cmake_text.count("\n", 0, match.start(1)) + 1)
    return rooms


def outer(room):
    return room.split("/")[0]


def room_of(path, rooms):
    """The room of a path below lib/: the innermost that is one, else its first folder."""
    folders = path.split("/")[:-1]
    inner = "/".join(folders[:2])
    return inner if inner in rooms else "/".join(folders[:1])


def may_never(name, other):
    return (name, other) in FORBIDDEN or (outer(name), outer(other)) in FORBIDDEN


def check_links(rooms, breaches, where):
    for name, (linked, line) in rooms.items():
        for other in sorted(linked):
            if may_never(name, other):
                breaches.append((where, line, f"{name} links {other}, which it may never see"))
            if other not in rooms:
                breaches.append((where, line, f"{name} links {other}, which is no room"))


def check_includes(path, name, lines, rooms, breaches):
    """One source file; `name` is its room, or "tools"."""
    may_see = TOOLS_MAY_SEE if name == "tools" else rooms[name][0] | {name}
    for number, line in enumerate(lines, 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        kind, target = match.groups()
        for pattern, allowed in LIBRARIES.items():
            if re.match(pattern, target) and outer(name) not in allowed:
                breaches.append((path, number, f"{name} includes {target}; only {', '.join(sorted(allowed))} may"))
        first = room_of(target, rooms)
        if may_never(name, first):
            breaches.append((path, number, f"{name} includes {target}, which it may never see"))
        elif "/" in target and first in rooms and first not in may_see:
            breaches.append((path, number, f"{name} includes {target}, but does not link {first} (lib/CMakeLists.txt)"))
        elif kind == '"' and "/" not in target:
            breaches.append((path, number, f'"{target}" is written without its room: "room/{target}"'))
        elif kind == '"' and first not in rooms:
            breaches.append((path, number, f'"{target}" is in no room; a library stands in <>'))


def check_shape(path, lines, breaches):
    if path.suffix == ".h" and not (lines and lines[0].startswith("//")):
        breaches.append((path, 1, "a header begins with a comment: what it is for, who owns it, which thread"))
    if len(lines) > FILE_LINES:
        top = "\n".join(lines[:REASON_WITHIN_LINES])
        if not re.search(r"//.*(lines|long|length|split)", top):
            breaches.append((path, len(lines), f"{len(lines)} lines; over {FILE_LINES} it is split or says why near its top"))


def sources(folder):
    return sorted(path for path in folder.rglob("*") if path.suffix in (".h", ".cpp")) if folder.is_dir() else []


def check(top):
    cmake = top / "lib" / "CMakeLists.txt"
    rooms = linked_rooms(cmake.read_text(encoding="utf-8"))
    breaches, count = [], 0
    check_links(rooms, breaches, cmake)
    for folder in (top / "lib", top / "tools"):
        for path in sources(folder):
            count += 1
            lines = path.read_text(encoding="utf-8").splitlines()
            name = "tools" if folder.name == "tools" else room_of(path.relative_to(folder).as_posix(), rooms)
            check_shape(path, lines, breaches)
            if name != "tools" and name not in rooms:
                breaches.append((path, 1, f"{name} is no room of lib/CMakeLists.txt"))
                continue
            check_includes(path, name, lines, rooms, breaches)
            if name == "tools" and path.suffix == ".cpp" and len(lines) > MAIN_LINES:
                breaches.append((path, len(lines), f"{len(lines)} lines; a main program has at most {MAIN_LINES}"))
    for path in sources(top / "tests"):
        check_shape(path, path.read_text(encoding="utf-8").splitlines(), breaches)
    if not rooms or not count:
        breaches.append((cmake, 1, "no room or no source file was found, so nothing was checked"))
    return breaches, count, len(rooms)


def main():
    top = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent).resolve()
    breaches, files, rooms = check(top)
    for path, line, what in breaches:
        print(f"{path.relative_to(top)}:{line}: {what}")
    print(f"{files} files in {rooms} rooms and tools: {len(breaches)} breaches")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
