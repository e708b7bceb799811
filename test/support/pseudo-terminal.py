"""Runs a program in a pseudo terminal as a person would: waits for text, types, resizes, sends signals.

argv: JSON {"command": [...], "rows": 24, "columns": 80, "seconds": 50, "steps": [{"until": text} | {"send": text} |
{"resize": [rows, columns]} | {"signal": number}]}. Prints JSON {"code", "output", "restored", "sizes"}: whether the
settings of the terminal are at the end what they were, and for each resize the number of characters before it and the
columns after it. A step may count from the output of the steps before it alone. Gives up after "seconds".
"""
import fcntl, json, os, pty, select, signal, struct, sys, termios, time

plan = json.loads(sys.argv[1])
GIVE_UP = time.monotonic() + plan.get("seconds", 50)


def resize(fd, rows, columns):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


master, slave = pty.openpty()
resize(slave, plan["rows"], plan["columns"])
before = termios.tcgetattr(slave)
pid = os.fork()
if pid == 0:
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    for fd in (0, 1, 2):
        os.dup2(slave, fd)
    os.execvp(plan["command"][0], plan["command"])

seen = b""
sizes = []


def read(patience=0.05):
    """Whether there was something."""
    global seen
    ready, _, _ = select.select([master], [], [], patience)
    if ready:
        seen += os.read(master, 65536)
    if time.monotonic() > GIVE_UP:
        os.kill(pid, signal.SIGKILL)
        sys.exit("not in time; so far: %r" % seen.decode("utf8", "replace"))
    return bool(ready)


mark = 0
for step in plan["steps"]:
    if "until" in step:
        wanted = step["until"].encode()
        while wanted not in seen[mark:]:
            read()
        mark += seen[mark:].index(wanted) + len(wanted)
    elif "send" in step:
        os.write(master, step["send"].encode())
    elif "resize" in step:
        while read(0):
            pass
        mark = len(seen)
        sizes.append([mark, step["resize"][1]])
        resize(master, *step["resize"])
    else:
        os.kill(pid, step["signal"])
while True:
    done, status = os.waitpid(pid, os.WNOHANG)
    read()
    if done:
        break
for _ in range(3):
    read()
code = os.waitstatus_to_exitcode(status)
restored = termios.tcgetattr(slave) == before
def text(part):
    return part.decode("utf8", "replace")


sizes = [[len(text(seen[:at])), columns] for at, columns in sizes]
print(json.dumps({"code": code, "output": text(seen), "restored": restored, "sizes": sizes}))
