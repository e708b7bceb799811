# Never says READY itself: a process that has left its session and its environment does, again and again while it lives.
import os
import socket
import subprocess
import sys
import time


def say(words):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.connect(os.environ["NOTIFY_SOCKET"])
        notify.send(words.encode())


if len(sys.argv) == 1:
    words = [sys.executable, __file__, str(os.getpid())]
    subprocess.Popen(words, env={"NOTIFY_SOCKET": os.environ["NOTIFY_SOCKET"]}, start_new_session=True)
    time.sleep(3600)
while os.path.exists(f"/proc/{sys.argv[1]}"):
    say("READY=1\nSTATUS=I am somebody else")
    time.sleep(0.05)
