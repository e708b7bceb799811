#!/bin/sh
# Says READY through a child of its own that ends at once: needs systemd-notify.
systemd-notify --ready --status="said by a child" && echo said
while :; do sleep 1000; done
