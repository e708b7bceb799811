# Says READY and a STATUS after SECONDS, then pings its watchdog if it has one: notify-ready.py [SECONDS].
import contextlib
import os
import socket
import sys
import time


def say(words):
    # Nobody may listen: the sidecar is away for a moment.
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.connect(os.environ["NOTIFY_SOCKET"])
        notify.send(words.encode())


time.sleep(float(sys.argv[1]) if len(sys.argv) > 1 else 0)
say("READY=1\nSTATUS=all is well\nX_UNKNOWN=1")
pings = "WATCHDOG_USEC" in os.environ and os.environ["WATCHDOG_PID"] == str(os.getpid())
while True:
    time.sleep(0.05)
    if pings:
        say("WATCHDOG=1")
