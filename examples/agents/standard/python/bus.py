"""The bus for Python agents without pyzmq: a PUSH socket in fifty lines (ZMTP 3.0 over a unix socket).

With pyzmq it is: s = zmq.Context().socket(zmq.PUSH); s.connect(os.environ["OUTRIDER_BUS"]); s.send_json(...)
"""

import json
import os
import socket
import threading
import time

GREETING = b"\xff" + bytes(8) + b"\x7f\x03\x00" + b"NULL".ljust(20, b"\0") + bytes(32)


def _property(name: bytes, value: bytes) -> bytes:
    return bytes([len(name)]) + name + len(value).to_bytes(4, "big") + value


class Bus:
    """Says things to the host. What cannot be said now is dropped: an old beat is worth nothing."""

    def __init__(self) -> None:
        self._path = os.environ.get("OUTRIDER_BUS", "").removeprefix("ipc://")
        self._socket = None
        self._lock = threading.Lock()
        self._seq = 0

    def _connect(self) -> socket.socket:
        s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        s.settimeout(2)
        s.connect(self._path)
        ready = b"\x05READY" + _property(b"Socket-Type", b"PUSH")
        s.sendall(GREETING + bytes([4, len(ready)]) + ready)
        s.recv(64, socket.MSG_WAITALL)
        s.recv(s.recv(2, socket.MSG_WAITALL)[1], socket.MSG_WAITALL)  # no message before the other side is ready too
        return s

    def tell(self, frame: dict) -> None:
        body = json.dumps(frame).encode()
        head = bytes([0, len(body)]) if len(body) < 256 else b"\x02" + len(body).to_bytes(8, "big")
        with self._lock:
            try:
                if self._path:
                    self._socket = self._socket or self._connect()
                    self._socket.sendall(head + body)
            except (OSError, IndexError):  # the host's side was restarted: connect again next time
                self._socket = None

    def beat(self, busy: bool = False) -> None:
        self._seq += 1
        self.tell({"type": "beat", "seq": self._seq, "busy": busy})

    def metric(self, name: str, value: float, kind: str = "gauge") -> None:
        self.tell({"type": "metric", "name": name, "value": value, "kind": kind})

    def beat_for_ever(self, every: float = 1.0) -> None:
        def run() -> None:
            while True:
                self.beat()
                time.sleep(every)

        threading.Thread(target=run, daemon=True).start()
