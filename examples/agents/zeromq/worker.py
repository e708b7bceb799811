"""A worker with pyzmq: answers `health_check`, tells the bus what it has done, and ends between two tasks."""
import os
import signal
import threading
import time

import zmq

ADDRESS = os.environ.get("OUTRIDER_HOST_ADDRESS", "127.0.0.1")
TASK_SECONDS = float(os.environ.get("TASK_SECONDS", "1"))
LAST_WORDS_MS = 500

context = zmq.Context()
bus = context.socket(zmq.PUSH)
bus.setsockopt(zmq.SNDHWM, 10)  # what can't be said soon is worth nothing
if "OUTRIDER_BUS" in os.environ:
    bus.connect(os.environ["OUTRIDER_BUS"])
leaving = threading.Event()
ended = threading.Event()
state = {"status": "healthy", "busy": False, "detail": "no task yet"}


def tell(**frame):
    try:
        bus.send_json(frame, zmq.NOBLOCK)
    except zmq.Again:
        pass  # The host's side is starting anew.


def answer():
    """Also while a task takes its time. A socket belongs to one thread: this one is made and closed here."""
    socket = context.socket(zmq.REP)
    socket.bind(f"tcp://{ADDRESS}:8141")
    while not ended.is_set():
        if socket.poll(100):
            known = socket.recv_string() == "health_check"
            socket.send_json(state if known else {"error": "what?"})
    socket.close(linger=0)


def leave(*_):
    leaving.set()
    print("asked to end", flush=True)
    tell(type="extend", seconds=TASK_SECONDS + 5)  # the task may take longer than the grace period


def work(number):
    time.sleep(TASK_SECONDS)
    if number % 3 == 0:
        raise TimeoutError(f"no answer after {TASK_SECONDS} s")


signal.signal(signal.SIGTERM, leave)
answering = threading.Thread(target=answer)
answering.start()
done = 0
while not leaving.is_set():
    state = {**state, "busy": True, "detail": f"task {done + 1}"}
    status = "healthy"
    try:
        work(done + 1)
    except TimeoutError as problem:
        status = "degraded"
        tell(type="error", error_type="timeout", severity="warning", message=str(problem), context={"task": done + 1})
    done += 1
    state = {"status": status, "busy": False, "detail": f"{done} tasks done"}
    tell(type="metric", name="tasks_done", value=done, kind="counter")
    leaving.wait(0.5)  # for the next task
print(f"ended between two tasks, {done} done", flush=True)
ended.set()
answering.join()
bus.close(linger=LAST_WORDS_MS)
context.term()
