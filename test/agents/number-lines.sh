#!/bin/sh
# Writes so many numbered lines (default: for ever) as fast as it can, after that stays. `number-lines.sh 300000`
awk -v last="${1:-0}" 'BEGIN { for (n = 1; last == 0 || n <= last; n++) printf "line %d of many that are to be found again\n", n }'
exec sleep 86400
