"""Settings by dotted keys: from AI_... variables, else from the settings of this host's sidecar, else the default."""

import os
import re
from urllib.parse import urlparse

SIDECAR_FILE = "/etc/outrider/sidecar.yaml"
TRUE = {"1", "true", "yes", "on"}


class Config:
    """Read-only. `redis.host` is AI_REDIS_HOST; a key that nobody has set is its default."""

    def __init__(self, environ=os.environ):
        self._environ = environ
        self._file = None

    @classmethod
    def for_agent(cls, _file):
        """The settings of the program whose file this is. All programs of a host share them."""
        return cls()

    def str(self, key, default=None):
        value = self._value(key)
        return default if value is None else value

    def int(self, key, default=None):
        return self._as(int, key, default)

    def float(self, key, default=None):
        return self._as(float, key, default)

    def bool(self, key, default=None):
        value = self._value(key)
        return default if value is None else value.strip().lower() in TRUE

    def _as(self, kind, key, default):
        value = self._value(key)
        if value is None:
            return default
        try:
            return kind(value)
        except ValueError:
            name = self._variable(key)
            raise ValueError(f"{key} (from {name} or sidecar.yaml) is {value!r}: expected is {kind.__name__}") from None

    def _value(self, key):
        value = self._environ.get(self._variable(key))
        return value if value not in (None, "") else self._of_sidecar().get(key)

    @staticmethod
    def _variable(key):
        return "AI_" + key.upper().replace(".", "_")

    def _of_sidecar(self):
        """Where Redis is, of sidecar.yaml; the standard library reads no YAML, and one URL is all that is wanted."""
        if self._file is None:
            self._file = {}
            try:
                with open(self._environ.get("OUTRIDER_SIDECAR_FILE", SIDECAR_FILE), encoding="utf-8") as file:
                    lines = [line for line in file if not line.lstrip().startswith("#")]
            except OSError:
                return self._file
            found = re.search(r"rediss?://[^\s'\"},]+", "".join(lines))
            if found:
                url = urlparse(found.group(0))
                self._file = {"redis.host": url.hostname, "redis.port": str(url.port or 6379)}
        return self._file
