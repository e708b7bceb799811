#!/bin/sh
# Drives a rollout by gRPC from a shell, without any file of ours: buf reads what the server says of itself.
#
#   rollout.sh VERSION [APP]
#
# OUTRIDER_ENDPOINT (127.0.0.1:7077) and OUTRIDER_TOKEN_FILE (/run/outrider/token) say where and with what; BUF is the
# program (npx buf), BAKE_MS how long each wave is watched. Prints each event as a line of JSON, as it happens. Ends with
# 0 where it has succeeded, 20 rolled back, 21 aborted, 22 stuck; anything else: it could not be asked.
set -eu

VERSION=${1:?usage: rollout.sh VERSION [APP]}
APP=${2:-}
ENDPOINT=${OUTRIDER_ENDPOINT:-127.0.0.1:7077}
TOKEN_FILE=${OUTRIDER_TOKEN_FILE:-/run/outrider/token}
BUF=${BUF:-npx buf}

# In a file that only its owner can read, so that the token stands in no list of processes.
header=$(mktemp)
trap 'rm -f "$header"' EXIT
trap 'exit 130' INT TERM
chmod 600 "$header"
printf 'authorization: Bearer %s\n' "$(head -n 1 "$TOKEN_FILE")" >"$header"

# METHOD BODY
call() {
  $BUF curl --protocol grpc --http2-prior-knowledge -H "@$header" --data "$2" \
    "http://$ENDPOINT/outrider.v1.Coordinator/$1"
}

# Reads JSON documents, each that begins with a line "{" and ends with a line "}" or is one line, and gives each to the
# function body SCRIPT as `it`, as soon as it is whole. Ends with CODE (0) unless the script has set another.
each() {
  node -e '
    const act = new Function("it", process.argv[1]);
    process.exitCode = Number(process.argv[2]);
    let text = "";
    require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
      text += line;
      if (!line.startsWith("}") && !(text === line && line.endsWith("}"))) return;
      act(JSON.parse(text));
      text = "";
    });' "$1" "${2:-0}"
}

request="{\"version\":\"$VERSION\",\"app\":\"$APP\",\"bakeMs\":\"${BAKE_MS:-30000}\",\"by\":\"$(id -un) (rollout.sh)\",\"requestId\":\"$(cat /proc/sys/kernel/random/uuid)\"}"
started=$(call StartRollout "$request") || exit 1
rollout=$(printf '%s\n' "$started" | each 'console.log(it.rollout ?? "")')
if [ -z "$rollout" ]; then
  echo 'Everything is as asked already.' >&2
  exit 0
fi

# A pipe ends with the code of its last program: 1 until a record says how the rollout has ended.
call WatchRollout "{\"rollout\":\"$rollout\"}" | each '
  const { event, record } = it;
  if (event) console.log(JSON.stringify(event.data ? { ...event, data: JSON.parse(event.data) } : event));
  if (record) process.exitCode = { succeeded: 0, rolled_back: 20, aborted: 21, stuck: 22 }[record.phase] ?? 1;' 1
