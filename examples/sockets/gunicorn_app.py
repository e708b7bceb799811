"""A WSGI app for gunicorn, which takes LISTEN_FDS by itself, answers what it has on SIGTERM, and keeps no connection."""
import os


def app(_environ, start_response):
    body = f"gunicorn {os.environ['OUTRIDER_VERSION']}\n".encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
