"""The peers' SQL, generated from the catalog: what somebody without db-export and db-import would write by hand for psql."""

from server import quoted


def copy_out(tables, folder, form):
    """Every table into a file of its own. `form`: "text", "binary" or "row_to_json"."""
    lines = []
    for table in tables:
        source = f"(SELECT row_to_json(t) FROM {quoted(table['name'])} AS t)" if form == "row_to_json" else quoted(table["name"])
        options = " WITH (FORMAT binary)" if form == "binary" else ""
        lines.append(f"\\copy {source} TO '{folder}/{table['name']}'{options}")
    return "\n".join(lines) + "\n"


def upsert(tables, folder):
    """Each table's file (as copy_out wrote it) into a temporary table, from there with ON CONFLICT into the real one; all in one transaction."""
    lines = ["BEGIN;"]
    for position, table in enumerate(tables):
        name, staging = quoted(table["name"]), f"staging_{position}"
        columns = ", ".join(map(quoted, table["columns"]))
        key = ", ".join(map(quoted, table["key"]))
        changes = ", ".join(f"{quoted(column)} = EXCLUDED.{quoted(column)}" for column in table["columns"] if column not in table["key"])
        lines += [f"CREATE TEMPORARY TABLE {staging} (LIKE {name});",
                  f"\\copy {staging} FROM '{folder}/{table['name']}'",
                  f"INSERT INTO {name} ({columns}) SELECT {columns} FROM {staging}",
                  f"ON CONFLICT ({key}) DO " + (f"UPDATE SET {changes};" if changes else "NOTHING;")]
    return "\n".join([*lines, "COMMIT;"]) + "\n"
