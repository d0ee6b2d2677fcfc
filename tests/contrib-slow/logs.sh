#!/bin/sh
# A folder of logs with names and contents of many kinds.
set -eu
mkdir -p logs/2026/08
real=$TESTS/samples/newrelic-connectorhub.ndjson
gzip <"$real" >logs/2026/08/07T1130.log.gz
gzip <"$TESTS/samples/logan-mcp-trimmed.ndjson" >logs/2026/08/07T1430.log.gz
cp "$real" "logs/it's a name; \$(date) {}.log"
cp "$TESTS/samples/newrelic-console-export.logContent.ndjson" logs/-q.json
cp "$TESTS/samples/other-types-NOT-flowlogs.ndjson" logs/others.ndjson
: >logs/empty.log
cp "$real" logs/.hidden.log
cp "$real" logs/notes.txt
