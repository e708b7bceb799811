"""Long-term memory: keeps what it is told, over HTTP. Standard library only."""

import json
import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

sys.path.insert(0, "common")
from bus import Bus  # noqa: E402

KEEP = 1_000
memories: list = []


class Handler(BaseHTTPRequestHandler):
    def _answer(self, status: int, body: object) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def do_GET(self) -> None:
        if self.path == "/health":
            self._answer(200, {"status": "healthy", "memories": len(memories)})
        else:
            self._answer(200, memories[-10:])

    def do_POST(self) -> None:
        memories.append(self.rfile.read(int(self.headers.get("content-length", 0))).decode())
        del memories[:-KEEP]
        self._answer(201, {"memories": len(memories)})

    def log_message(self, *_: object) -> None:
        """Probes ask every second: that is no news."""


bus = Bus()
bus.beat_for_ever()
server = ThreadingHTTPServer((os.environ.get("OUTRIDER_HOST_ADDRESS", "127.0.0.1"), 8110), Handler)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
print("memory is ready")
server.serve_forever()
