"""Knows nothing of Outrider: looks again and again, says so, and ends when it is told to, as any program does."""
import itertools
import time

for number in itertools.count(1):
    print(f"looked {number} times", flush=True)
    time.sleep(1)
