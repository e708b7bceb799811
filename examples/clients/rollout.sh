#!/bin/sh
# Drives a rollout by gRPC from a shell, without any file of ours: buf reads what the server says of itself.
#
#   rollout.sh VERSION [APP]
#
# OUTRIDER_ENDPOINT (127.0.0.1:7077) and OUTRIDER_TOKEN_FILE (/run/outrider/token) say where and with what; BUF is the
# program (npx buf), BAKE_MS how long each wave is watched. Prints each event as a line of JSON. Ends with 0 where it has
# succeeded, 20 rolled back, 21 aborted, 22 stuck; anything else: it could not be asked.
set -eu

VERSION=${1:?usage: rollout.sh VERSION [APP]}
APP=${2:-}
ENDPOINT=${OUTRIDER_ENDPOINT:-127.0.0.1:7077}
TOKEN_FILE=${OUTRIDER_TOKEN_FILE:-/run/outrider/token}
BUF=${BUF:-npx buf}

# In a file that only its owner can read, so that the token stands in no list of processes.
header=$(mktemp)
trap 'rm -f "$header"' EXIT
chmod 600 "$header"
printf 'authorization: Bearer %s\n' "$(head -n 1 "$TOKEN_FILE")" >"$header"

# METHOD BODY
call() {
  $BUF curl --protocol grpc --http2-prior-knowledge -H "@$header" --data "$2" \
    "http://$ENDPOINT/outrider.v1.Coordinator/$1"
}

# Reads JSON documents, prints what the expression makes of each.
json() {
  node -e '
    let text = "";
    process.stdin.setEncoding("utf8").on("data", (part) => (text += part)).on("end", () => {
      const make = new Function("it", "return " + process.argv[1]);
      for (const document of text.split(/^(?=\{)/m).filter((one) => one.trim() !== "")) {
        const made = make(JSON.parse(document));
        if (made !== undefined) console.log(typeof made === "string" ? made : JSON.stringify(made));
      }
    });' "$1"
}

request="{\"version\":\"$VERSION\",\"app\":\"$APP\",\"bakeMs\":\"${BAKE_MS:-30000}\",\"by\":\"$(id -un) (rollout.sh)\",\"requestId\":\"$(cat /proc/sys/kernel/random/uuid)\"}"
started=$(call StartRollout "$request") || exit 1
rollout=$(printf '%s' "$started" | json 'it.rollout ?? ""')
if [ -z "$rollout" ]; then
  echo 'Everything is as asked already.' >&2
  exit 0
fi

updates=$(call WatchRollout "{\"rollout\":\"$rollout\"}") || exit 1
printf '%s\n' "$updates" |
  json 'it.event && { ...it.event, ...(it.event.data ? { data: JSON.parse(it.event.data) } : {}) }'
case $(printf '%s\n' "$updates" | json 'it.record?.phase' | tail -n 1) in
  succeeded) exit 0 ;;
  rolled_back) exit 20 ;;
  aborted) exit 21 ;;
  stuck) exit 22 ;;
  *) exit 1 ;;
esac
