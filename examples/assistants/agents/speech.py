"""Says something now and then. It has no address: its host knows it by its beats alone."""

import sys
import time

sys.path.insert(0, "common")
from bus import Bus  # noqa: E402

VOICE = "calm"
bus = Bus()
said = 0
print(f"speech is ready, with a {VOICE} voice")
try:
    while True:
        bus.beat()
        said += 1
        if said % 30 == 0:
            print(f"said {said} things")
            bus.metric("things_said", said, "counter")
        time.sleep(1)
except KeyboardInterrupt:  # stop_signal: SIGINT
    print("goodbye")
