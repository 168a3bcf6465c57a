#!/usr/bin/env python3
"""How the code is written, as far as a machine can tell: no function has more than 50 lines, unless it says why below,
and clang-format would change nothing. The latter only where that is the version which .clang-format was written for:
each version breaks some lines otherwise. Prints file:line of each breach. Standard library only."""

import pathlib
import re
import shutil
import subprocess
import sys

FUNCTION_LINES = 50
FOLDERS = ("lib", "tools", "tests")
CLANG_FORMAT = 14  # Debian 12's

# Each with the reason why it is clearer whole.
LONG = {
    ("lib/cli/options_import.cpp", "parse_import"): "one line an option, in the order of --help",
    ("lib/cli/options_export.cpp", "parse_export"): "the same",
    ("tests/fuzz/column_types.h", "element_columns"): "a list",
    ("tests/properties/generate_text.cpp", "pieces"): "a list",
    ("tests/sqlite/codec/codec_test.cpp", "literals"): "a list",
}

BEGINS_NO_FUNCTION = re.compile(
    r"\s*(namespace|class|struct|enum|union|if|for|while|else|switch|do|try|extern|return|case|\})\b|\s*\}")


def sources(top):
    for folder in FOLDERS:
        for path in sorted((top / folder).rglob("*")):
            if path.suffix in (".h", ".cpp"):
                yield path


def functions(lines):
    """(line, name, length) of what clang-format has laid out as a function: it ends where its indentation does."""
    for begin, line in enumerate(lines):
        if not line.endswith(" {") or BEGINS_NO_FUNCTION.match(line):
            continue
        indent = re.match(r" *", line).group()
        first = begin
        if line.lstrip().startswith(":"):  # a constructor's list of members
            indent = indent[4:]
        while first > 0 and (len(re.match(r" *", lines[first]).group()) > len(indent) or lines[first].lstrip()[:1] in ":)"):
            first -= 1
        head = " ".join(lines[first:begin + 1])
        name = re.search(r"([\w~]+)\(", head)
        if len(indent) > 4 or name is None or " = " in head.split("(")[0]:
            continue
        for end in range(begin + 1, len(lines)):
            if lines[end].startswith(indent + "}"):
                yield first + 1, name.group(1), end - begin - 1
                break


def long_functions(top):
    excused = set()
    for path in sources(top):
        place = path.relative_to(top).as_posix()
        for line, name, length in functions(path.read_text(encoding="utf-8").split("\n")):
            if length <= FUNCTION_LINES:
                continue
            if (place, name) in LONG:
                excused.add((place, name))
            else:
                yield f"{place}:{line}: {name} has {length} lines, more than {FUNCTION_LINES}: split it, or say why in tests/style_test.py"
    for place, name in sorted(LONG.keys() - excused):
        yield f"{place}: {name} is excused in tests/style_test.py for nothing"


def unformatted(top):
    program = shutil.which("clang-format")
    version = subprocess.run([program, "--version"], capture_output=True, text=True).stdout if program else ""
    found = re.search(r"version (\d+)", version)
    if found is None or int(found.group(1)) != CLANG_FORMAT:
        print(f"clang-format {CLANG_FORMAT} is not installed; the layout is not looked at")
        return
    run = subprocess.run([program, "--dry-run", *map(str, sources(top))], capture_output=True, text=True, cwd=top)
    for line in run.stderr.split("\n"):
        if "-Wclang-format-violations" in line:
            yield line


def self_test():
    body = ["  x();"] * (FUNCTION_LINES + 1)
    text = ["void short_one() {", "  x();", "}", "", "Thing::Thing(int a,", "             int b)", "    : a_(a) {", *body, "}",
            "struct Holder {", "  int in_class() const {", *body, "  }", "};"]
    found = [(name, length) for _, name, length in functions(text)]
    assert found == [("short_one", 1), ("Thing", 51), ("in_class", 51)], found


def main():
    self_test()
    top = pathlib.Path(__file__).resolve().parent.parent
    breaches = [*long_functions(top), *unformatted(top)]
    print("\n".join(breaches))
    print(f"{sum(1 for _ in sources(top))} files: {len(breaches)} breaches")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
