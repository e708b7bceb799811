# Says READY, once FILE exists STOPPING, and never ends by itself: stops-for-ever.py FILE.
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


say("READY=1")
while not os.path.exists(sys.argv[1]):
    time.sleep(0.05)
say("STOPPING=1")
while True:
    time.sleep(3600)
