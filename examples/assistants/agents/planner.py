"""Cuts a goal into steps: one line in, the steps out, over TCP. Standard library only."""

import os
import signal
import socketserver
import sys

sys.path.insert(0, "common")
from bus import Bus  # noqa: E402


class Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        for line in self.rfile:
            steps = [part.strip() for part in line.decode().split(" and ")]
            self.wfile.write("".join(f"{i}. {step}\n" for i, step in enumerate(steps, 1)).encode())


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


Bus().beat_for_ever()
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
with Server((os.environ.get("OUTRIDER_HOST_ADDRESS", "127.0.0.1"), 8120), Handler) as server:
    print("planner is ready")
    server.serve_forever()
