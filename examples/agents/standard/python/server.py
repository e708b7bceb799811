"""A server with nothing but Python, on a socket that its host holds: callers notice neither restart nor update."""
import os
import signal
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    """Speaks HTTP/1.0: no connection is kept after its answer, so none is lost at the end."""

    timeout = 5  # seconds, for a caller that says nothing

    def do_GET(self):
        if self.path == "/slow":
            time.sleep(2)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"python-server {os.environ.get('OUTRIDER_VERSION', '')}\n".encode())

    def log_message(self, *_):
        pass  # Checks ask every second: that is no news.


class Server(ThreadingHTTPServer):
    daemon_threads = False  # server_close() waits for what was accepted

    def __init__(self):
        handed = os.environ.get("LISTEN_PID") == str(os.getpid())
        super().__init__(("127.0.0.1", 8080), Handler, bind_and_activate=not handed)
        if handed:
            self.socket.close()
            self.socket = socket.socket(fileno=3)
            # The other version may have been quicker to accept: then there is nothing to wait for.
            self.socket.setblocking(False)


server = Server()
signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
print("listening", flush=True)
server.serve_forever(poll_interval=0.05)
server.server_close()
print("answered all that had come", flush=True)
