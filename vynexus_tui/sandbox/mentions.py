"""Which places a trial shows empty are named in a script, or in bash's trace of it, where every variable is already replaced."""

import os
import re
from collections.abc import Iterable

_COMMENT_LINES = re.compile(rb"^[ \t]*#.*$", re.MULTILINE)
_PLACES = {b"/sys": "/sys", b"/run": "/run", b"/var/run": "/run", b"/dev/shm": "/dev/shm"}


class Mentions:
    """Finds existing secrets and private places by name. A name inside a longer one does not count, a comment does not either."""

    def __init__(self, home: str, masked_paths: Iterable[str]) -> None:
        # Below home its name alone is enough: `~/.ssh`, `$d/.ssh` and, after a cd, `.ssh` all mean it.
        prefix = f"{home.rstrip('/')}/"
        self.secrets = {os.fsencode(path.removeprefix(prefix)): path for path in masked_paths if os.path.lexists(path)}
        names = sorted(self.secrets, key=len, reverse=True)
        alternatives = b"|".join(map(re.escape, names)) or b"(?!)"
        # Our own place is in every trace; a script that names it is noticed by its text.
        self._pattern = re.compile(rb"(?:%s|/sys|/dev/shm|(?:/var)?/run(?!/vynexus/))(?![\w-])" % alternatives)

    def find(self, text: bytes) -> set[bytes]:
        """The names in `text`."""
        return {m[0] for m in self._pattern.finditer(text) if not re.match(rb"[\w.-]", text[max(m.start() - 1, 0) : m.start()])}

    def find_in_script(self, script: str) -> set[bytes]:
        """The names in the lines of a script that are not comments."""
        return self.find(_COMMENT_LINES.sub(b"", script.encode("utf-8", "surrogateescape")))

    def describe(self, found: Iterable[bytes]) -> dict[str, str]:
        """Each place that was named, and how the trial shows it."""
        return {
            _PLACES.get(name) or self.secrets[name]: "empty in the trial" if name in _PLACES else "hidden from trials" for name in found
        }
