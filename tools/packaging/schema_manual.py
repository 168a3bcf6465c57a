#!/usr/bin/env python3
"""Writes a manual of section 5 (mdoc) from the JSON schema that describes the file: db-transfer-file or db-transfer.json.

Usage: schema_manual.py PAGE OUTPUT
"""

import json
import re
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
PAGES = {
    "db-transfer-file": {
        "schema": "export.schema.json",
        "what": "the file that db-export writes and db-import reads",
        "intro": [
            "One JSON document in UTF-8, written and read in one pass. The tables and the sections of their rows stand in the order of "
            "the foreign keys, parents first, one record a line, so that grep, diff and editors work.",
            "A file whose name ends in .json.zst or .json.gz is compressed; a reader recognises that by the first bytes. The seal at the "
            "end tells a whole file from one that was cut, damaged or edited; it is no signature.",
            "SQL NULL is null. Numbers beyond what a double holds exactly are strings; numeric values are strings with their scale; times are "
            "ISO 8601; bytea is \"\\x\" and hexadecimal digits; arrays are arrays; json and jsonb stand as they are, but "
            "{\"$json\": null} for JSON null and {\"$json_text\": \"...\"} for a text that embedding it, or a tool that reads numbers as doubles, "
            "would change. Values of SQLite of another storage class than their column's are {\"$integer\": ...}, {\"$real\": ...}, "
            "{\"$text\": ...} and {\"$bytes\": ...}. Any other type is its own text.",
        ],
    },
    "db-transfer.json": {
        "schema": "transfer.schema.json",
        "what": "the transfer file: what a database cannot tell about a system",
        "intro": [
            "db-export and db-import take the file db-transfer.json, or else transfer.json, of the working folder, and say so in their first "
            "line. --config names another one, --no-config leaves it aside. It is JSON, in which comments may stand (// and /* */); an "
            "unknown member is an error.",
        ],
        "example": """{
  // where our databases are
  "targets": {
    "production": {"url_env": "PRODUCTION_URL",
                   "env_file": ".env.production", "production": true},
    "staging": {"url_env": "STAGING_URL"}
  },
  "audit": ["audit_logs"],
  "masked": ["users.phone"],
  "tables": {"*": {"ignore": ["updated_at"]},
             "users": {"match": ["email"]}}
}""",
    },
}


def plain(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    text = re.sub(r"([.!?][)\"]*) (?=[A-Z(\"])", r"\1\n", text)  # a sentence a line, as mdoc has it
    return "\\&" + text if text[:1] in (".", "'") else text


def word(text):
    return '"\\&' + plain(text).replace('"', "\\(dq") + '"'


def constant(name):
    source = (TOP / "lib/transfer/options.h").read_text(encoding="utf-8")
    return re.search(rf'{name} = "([^"]+)"', source).group(1)


def resolved(schema, part):
    while "$ref" in part:
        name = part["$ref"].rsplit("/", 1)[1]
        part = {**schema["$defs"][name], **{k: v for k, v in part.items() if k != "$ref"}}
    return part


def kind(part):
    if "const" in part:
        return json.dumps(part["const"])
    if "enum" in part:
        return " or ".join(json.dumps(value) for value in part["enum"])
    return {"array": "list", "object": "object", "string": "text", "integer": "whole number", "boolean": "true or false"}.get(
        part.get("type"), ""
    )


def members(schema, part, lines, depth):
    """The members of an object, and of those within, as a list."""
    properties = part.get("properties", {})
    other = part.get("additionalProperties")
    items = [(f'"{name}"', value) for name, value in properties.items()]
    if isinstance(other, dict):
        items.append(("any name", other))
    if not items:
        return
    lines.append(".Bl -tag -width Ds")
    for name, value in items:
        value = resolved(schema, value)
        within = resolved(schema, value["items"]) if isinstance(value.get("items"), dict) else value
        about = kind(value)
        lines.append(f".It {word(name + (' (' + about + ')' if about else ''))}")
        lines.append(plain(value.get("description", within.get("description", "As the name says."))))
        if depth < 4:
            members(schema, within, lines, depth + 1)
    lines.append(".El")


def main(page, output):
    about = PAGES[page]
    schema = json.loads((TOP / "schema" / about["schema"]).read_text(encoding="utf-8"))
    lines = [
        f'.\\" Made by schema_manual.py from {about["schema"]}.',
        f".Dd {constant('kVersionDate')}",
        f".Dt {page.upper()} 5",
        f".Os db-transfer {constant('kVersion')}",
        ".Sh NAME",
        f".Nm {page}",
        f".Nd {plain(about['what'])}",
        ".Sh DESCRIPTION",
    ]
    for number, paragraph in enumerate(about["intro"]):
        lines += [".Pp"] * (number > 0) + [plain(paragraph)]
    lines.append(".Ss Members")
    members(schema, schema, lines, 0)
    if "example" in about:
        lines += [".Sh EXAMPLES", ".Bd -literal -offset indent", *map(plain, about["example"].splitlines()), ".Ed"]
    lines += [".Sh SEE ALSO", ".Xr db\\-export 1 ,", ".Xr db\\-import 1"]
    Path(output).write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in PAGES:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
