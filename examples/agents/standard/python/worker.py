"""A worker with nothing but Python: says that it is ready and lives and what it does, and ends between two tasks."""
import json
import os
import pathlib
import signal
import socket
import time

from bus import Bus

TASK_SECONDS = float(os.environ.get("TASK_SECONDS", "1"))
DONE = pathlib.Path("data/python-worker/done")  # of the data folder: it outlives the release

leaving = False
bus = Bus()


def notify(*lines):
    """Tells the host, in the words of sd_notify."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as host:
        try:
            host.connect(os.environ["NOTIFY_SOCKET"])
            host.send("\n".join(lines).encode())
        except (KeyError, OSError):
            pass  # Its sidecar starts anew, or this is no host of Outrider's.


def log(message, **more):
    print(json.dumps({"message": message, "version": os.environ.get("OUTRIDER_VERSION"), **more}), flush=True)


def secret(name):
    """What the host has under this name, where agents.yaml asks for it."""
    folder = os.environ.get("OUTRIDER_SECRETS_DIR")
    return pathlib.Path(folder, name).read_text().removesuffix("\n") if folder else None


def leave(*_):
    """The task goes on after this: a signal interrupts neither sleep nor I/O. It may outlast the grace period."""
    global leaving
    leaving = True
    log("asked to end")
    notify(f"EXTEND_TIMEOUT_USEC={int((TASK_SECONDS + 5) * 1_000_000)}")


def work(number):
    time.sleep(TASK_SECONDS)
    if number % 3 == 0:
        raise TimeoutError(f"no answer after {TASK_SECONDS} s")


signal.signal(signal.SIGTERM, leave)
DONE.parent.mkdir(parents=True, exist_ok=True)
before = done = int(DONE.read_text()) if DONE.exists() else 0
log("ready", done=done, has_key=secret("MODEL_KEY") is not None)
while not leaving:
    notify("READY=1", "WATCHDOG=1", f"STATUS={done} tasks done")
    try:
        work(done + 1)
    except TimeoutError as problem:
        bus.tell({"type": "error", "error_type": "timeout", "severity": "warning", "message": str(problem)})
    done += 1
    DONE.write_text(str(done))
    bus.metric("tasks_done", done - before, "counter")  # since its start
log("ended between two tasks", done=done)
