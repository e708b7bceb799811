#!/usr/bin/env -S python3 -SE
"""agent.c again, for machines without a compiler. A hundred times its size: compare its figures with no others."""
import os, signal, socket, sys, time

words = dict(word.split("=", 1) for word in sys.argv[1:] if "=" in word)


def stamp(line):
    fd = os.open(words.get("STAMP", "/dev/null"), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.write(fd, line.encode())
    os.close(fd)


told = []
for number in (signal.SIGTERM, signal.SIGINT):
    signal.signal(number, lambda *_: os._exit(0))
signal.signal(signal.SIGUSR1, lambda *_: told.append(1))
stamp(f"{time.monotonic_ns()} {os.getpid()} {words.get('ID', '?')}\n")
notify = int(words.get("NOTIFYFD", 0))
if notify > 2:
    os.write(notify, b"\n")
    os.close(notify)
if "FLOOD" in words:
    block = (b"abcdefghijklmnopqrstuvwxyz01234\n" * 2048)[:65536]
    while not told:
        time.sleep(0.02)
    began, sent = time.monotonic(), 0
    while time.monotonic() - began < float(words.get("SECONDS", 8)):
        sent += os.write(1, block)
        ahead = sent / (float(words["FLOOD"]) * 1e6) - (time.monotonic() - began)
        if ahead > 0.002:
            time.sleep(ahead)
    stamp(f"# {sent} {int((time.monotonic() - began) * 1e9)}\n")
if "LISTEN" in words:
    host, port = words["LISTEN"].split(":")
    server = socket.create_server((host, int(port)), backlog=64)
    while True:
        client, _ = server.accept()
        if client.recv(4096):
            client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
        client.close()
while "LOGMS" in words:
    os.write(1, b"tick\n")
    time.sleep(int(words["LOGMS"]) / 1000)
while True:
    signal.pause()
