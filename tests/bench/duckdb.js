// Runs enrich.sql, or sums.sql, in DuckDB:
//   node duckdb.js enrich.sql subnets.ndjson x.log.gz
"use strict";
const fs = require("fs");
const path = require("path");
const { DuckDBInstance } = require("@duckdb/node-api");

function quoted(text) {
  return "'" + text.replace(/'/g, "''") + "'";
}

async function main(script, subnets, records) {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await connection.run(`SET VARIABLE subnets = ${quoted(subnets)}`);
  await connection.run(`SET VARIABLE records = ${quoted(records)}`);
  await connection.run(
    fs.readFileSync(path.join(__dirname, script), "utf8"));
}

main(...process.argv.slice(2)).catch((error) => {
  console.error(error.message);
  process.exit(1);
});
