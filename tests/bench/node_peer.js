// The script that db-export and db-import replace, in its essence: all tables into memory, one JSON.stringify, and on the way back one upsert a
// row, each on its own, so that a failing row does not stop the others. Rows that refer to later ones of their own table are tried again.
//
//   node node_peer.js export|import FILE TABLES     TABLES: a JSON file with the tables in order: name, columns, key, json (columns)
//
// The database is where libpq's environment variables say.
'use strict';
const fs = require('fs');
const {Client} = require('pg');

const quoted = (name) => '"' + name.replace(/"/g, '""') + '"';

async function exportTables(client, tables, file) {
  const data = {};
  for (const table of tables) data[table.name] = (await client.query(`SELECT * FROM ${quoted(table.name)}`)).rows;
  fs.writeFileSync(file, JSON.stringify({exportedAt: new Date().toISOString(), data}, null, 2));
}

function upsertOf(table) {
  const columns = table.columns.map(quoted);
  const changes = table.columns.filter((column) => !table.key.includes(column)).map((column) => `${quoted(column)} = EXCLUDED.${quoted(column)}`);
  return `INSERT INTO ${quoted(table.name)} (${columns}) VALUES (${columns.map((_, i) => '$' + (i + 1))}) ` +
    `ON CONFLICT (${table.key.map(quoted)}) DO ${changes.length > 0 ? 'UPDATE SET ' + changes : 'NOTHING'}`;
}

// What JSON made of a value, back into what the driver takes.
function parameter(table, column, value) {
  if (value === null) return null;
  if (table.json.includes(column)) return JSON.stringify(value);
  if (value.type === 'Buffer') return Buffer.from(value.data);
  return value;
}

async function importTables(client, tables, file) {
  const {data} = JSON.parse(fs.readFileSync(file, 'utf8'));
  for (const table of tables) {
    const text = upsertOf(table);
    let rows = data[table.name];
    while (rows.length > 0) {
      const failed = [];
      let reason = '';
      for (const row of rows) {
        const values = table.columns.map((column) => parameter(table, column, row[column]));
        await client.query({text, values}).catch((error) => {
          failed.push(row);
          reason = error.message;
        });
      }
      if (failed.length === rows.length) throw new Error(`${table.name}: ${failed.length} rows failed, the last one: ${reason}`);
      rows = failed;
    }
  }
}

async function main([work, file, tables]) {
  const client = new Client();
  await client.connect();
  await (work === 'export' ? exportTables : importTables)(client, JSON.parse(fs.readFileSync(tables, 'utf8')), file);
  await client.end();
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error.message);
  process.exit(1);
});
