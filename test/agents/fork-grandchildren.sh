#!/bin/sh
# Leaves grandchildren behind: one in its own session, one that made a session of its own, one that ignores SIGTERM.
sleep 1000 &
setsid sleep 1000 &
sh -c 'trap "" TERM; while :; do sleep 1000; done' &
echo "grandchildren are born"
exec sleep 1000
