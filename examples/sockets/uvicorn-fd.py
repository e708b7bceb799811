"""Serves ASGI with uvicorn on the socket that was handed over (as `uvicorn --fd 3`), and leaves so that no caller notices.

uvicorn alone hangs up on idle connections at once when it is told to end: a request that is on its way in one of them
is lost. This one lets callers ask once more, and tells them then that it is the last time.
"""
import asyncio
import os

import uvicorn

GOODBYE_SECONDS = 1

leaving = False


async def app(scope, receive, send):
    headers = [(b"content-type", b"text/plain")]
    if leaving:
        headers.append((b"connection", b"close"))
    body = f"uvicorn {os.environ['OUTRIDER_VERSION']}\n".encode()
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class Server(uvicorn.Server):
    async def shutdown(self, sockets=None):
        global leaving
        leaving = True
        for server in self.servers:
            server.close()  # stops accepting; what was accepted goes on
        await asyncio.sleep(GOODBYE_SECONDS)
        await super().shutdown(sockets)


if os.environ.get("LISTEN_PID") != str(os.getpid()):
    raise SystemExit("No socket was handed to this process.")
Server(uvicorn.Config(app, fd=3, lifespan="off", access_log=False)).run()
