"""Serves HTTP on the socket that was handed over, with asyncio, and leaves so that no caller notices."""
import asyncio
import os
import signal
import socket

# A caller that keeps its connection has this long to ask once more, and is told then that it is the last time.
GOODBYE_SECONDS = 1

leaving = asyncio.Event()
connections = set()
# Those that are between two requests.
idle = set()


async def serve(reader, writer):
    connections.add(writer)
    try:
        while True:
            idle.add(writer)
            head = await reader.readuntil(b"\r\n\r\n")
            idle.discard(writer)
            last = leaving.is_set() or b"\r\nconnection: close" in head.lower()
            writer.write(answer(last))
            await writer.drain()
            if last:
                break
    except (asyncio.IncompleteReadError, ConnectionError):
        pass  # The caller has gone.
    finally:
        idle.discard(writer)
        connections.discard(writer)
        writer.close()


def answer(last):
    body = f"python-asyncio {os.environ['OUTRIDER_VERSION']}\n".encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: {'close' if last else 'keep-alive'}\r\n\r\n"
    return head.encode() + body


async def main():
    listener = socket.socket(fileno=3)
    server = await asyncio.start_server(serve, sock=listener, backlog=4096)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, leaving.set)
    await leaving.wait()
    server.close()  # stops accepting; what was accepted goes on
    await asyncio.sleep(GOODBYE_SECONDS)
    for writer in list(idle):
        writer.close()
    while connections:
        await asyncio.sleep(0.05)


if os.environ.get("LISTEN_PID") != str(os.getpid()):
    raise SystemExit("No socket was handed to this process.")
asyncio.run(main())
