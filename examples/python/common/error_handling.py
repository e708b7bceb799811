"""Tells Outrider of errors: they are counted, shown by `coordinator events`, and judged by gates."""

import json
import os

import zmq

SEVERITIES = ("info", "warning", "error", "critical")
WITHIN_MS = 2000


class ErrorPublisher:
    """One connection to the bus of this host. Raises ConnectionError where nobody takes a message in time."""

    def __init__(self, endpoint=None):
        run_dir = os.environ.get("OUTRIDER_RUN_DIR", "/run/outrider")
        self.endpoint = endpoint or os.environ.get("OUTRIDER_BUS") or f"ipc://{run_dir}/bus"
        self._socket = zmq.Context.instance().socket(zmq.PUSH)
        self._socket.setsockopt(zmq.LINGER, WITHIN_MS)
        self._socket.setsockopt(zmq.SNDTIMEO, WITHIN_MS)
        # Only to a sidecar that is there: else a message would wait for one, and look as if it had been taken.
        self._socket.setsockopt(zmq.IMMEDIATE, 1)
        self._socket.connect(self.endpoint)

    def report_error(self, error_type, severity="error", message="", context=None):
        """`severity` is info, warning, error or critical; `context` whatever JSON can say."""
        if severity not in SEVERITIES:
            raise ValueError(f"severity is {severity!r}: expected is one of {', '.join(SEVERITIES)}")
        frame = {
            "type": "error",
            "error_type": error_type,
            "severity": severity,
            "message": message,
            "context": context or {},
        }
        try:
            self._socket.send_string(json.dumps(frame))
        except zmq.Again:
            raise ConnectionError(f"no sidecar takes messages at {self.endpoint}") from None

    def close(self):
        self._socket.close()
