#!/bin/sh
# Adds its incarnation to the file that is its argument, then stays: shows what was started, and how often.
echo "$OUTRIDER_AGENT.$OUTRIDER_INSTANCE $OUTRIDER_INCARNATION $$" >> "$1"
exec sleep 1000
