"""Serves HTTP on the socket that was handed over, with http.server, and leaves so that no caller notices."""
import os
import signal
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# A caller that keeps its connection has this long to ask once more, and is told then that it is the last time.
GOODBYE_SECONDS = 1

leaving = threading.Event()
# Connections that are between two requests.
idle = set()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_one_request(self):
        idle.add(self.connection)
        try:
            super().handle_one_request()
        except ConnectionError:
            self.close_connection = True
        finally:
            idle.discard(self.connection)

    def do_GET(self):
        idle.discard(self.connection)
        body = f"python-http {os.environ['OUTRIDER_VERSION']}\n".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        if leaving.is_set():
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = False

    def __init__(self):
        super().__init__(("", 0), Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = socket.socket(fileno=3)
        # The other version may have been quicker to accept: then there is nothing to wait for.
        self.socket.setblocking(False)


def leave(*_):
    leaving.set()
    threading.Thread(target=server.shutdown).start()


if os.environ.get("LISTEN_PID") != str(os.getpid()):
    raise SystemExit("No socket was handed to this process.")
server = Server()
signal.signal(signal.SIGTERM, leave)
server.serve_forever(poll_interval=0.05)
server.socket.close()
time.sleep(GOODBYE_SECONDS)
for connection in list(idle):
    try:
        connection.shutdown(socket.SHUT_RD)
    except OSError:
        pass  # The caller was quicker.
server.server_close()
