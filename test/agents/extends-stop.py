# Says READY; asked to end, it asks for more time until FILE exists: extends-stop.py FILE.
import contextlib
import os
import signal
import socket
import sys
import time


def say(words):
    # Nobody may listen: the sidecar is away for a moment.
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.connect(os.environ["NOTIFY_SOCKET"])
        notify.send(words.encode())


def stop(*_):
    say("STOPPING=1")
    while not os.path.exists(sys.argv[1]):
        say("EXTEND_TIMEOUT_USEC=30000000")
        time.sleep(0.05)
    print("ended by itself", flush=True)
    sys.exit(0)


signal.signal(signal.SIGTERM, stop)
say("READY=1")
while True:
    time.sleep(3600)
