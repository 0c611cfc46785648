"""Stand-ins for the machine's schedulers: real executables on PATH that note how they were called and keep what they were given."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_CRONTAB = """#!/bin/sh
echo "$*" >> '{folder}/crontab.calls'
case $1 in
-l) [ -f '{folder}/table' ] || { echo "no crontab for you" >&2; exit 1; }; cat '{folder}/table' ;;
-r) rm '{folder}/table' ;;
-)  cat > '{folder}/table.new'
    if [ -s '{folder}/table.new' ] && [ "$(tail -c 1 '{folder}/table.new' | wc -l)" -eq 0 ]; then
        echo "missing newline before EOF" >&2; exit 1
    fi
    mv '{folder}/table.new' '{folder}/table' ;;
*)  exit 2 ;;
esac
"""
_SYSTEMCTL = """#!/bin/sh
echo "$*" >> '{folder}/systemctl.calls'
[ "$1" = --user ] || exit 2
[ ! -f '{folder}/broken-'"$2" ] || { echo "Failed to $2: it is broken" >&2; exit 1; }
case $2 in
is-system-running) cat '{folder}/state' ;;
enable) mkdir -p '{units}/timers.target.wants'; ln -s '{units}/'"$4" '{units}/timers.target.wants/'"$4"
        mkdir -p '{stamps}'; : > '{stamps}/stamp-'"$4" ;;
disable) rm -f '{units}/timers.target.wants/'"$4" ;;
show) echo LoadState="$(cat '{folder}/load-state')" ;;
daemon-reload|reset-failed) ;;
*) exit 2 ;;
esac
"""
_LOGINCTL = """#!/bin/sh
echo "$*" >> '{folder}/loginctl.calls'
cat '{folder}/linger'
"""


class SchedulerPrograms:
    """A folder for PATH, and what its programs were told."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.folder, self.home = folder, home
        self.units = home / ".config/systemd/user"
        self.runtime_dir = folder / "run"
        self.table = folder / "table"
        folder.mkdir()

    def _add(self, name: str, text: str) -> None:
        program = self.folder / name
        for key, value in {"folder": self.folder, "units": self.units, "stamps": self.home / ".local/share/systemd/timers"}.items():
            text = text.replace("{" + key + "}", str(value))
        program.write_text(text)
        program.chmod(0o755)

    def add_crontab(self, before: bytes | None = None) -> None:
        self._add("crontab", _CRONTAB)
        if before is not None:
            self.table.write_bytes(before)

    def add_systemd(self, *, state: str = "running", lingers: bool = True) -> None:
        self._add("systemctl", _SYSTEMCTL)
        self._add("loginctl", _LOGINCTL)
        (self.folder / "state").write_text(state + "\n")
        (self.folder / "load-state").write_text("loaded\n")
        (self.folder / "linger").write_text(f"Linger={'yes' if lingers else 'no'}\n")
        (self.runtime_dir / "systemd").mkdir(parents=True)
        (self.runtime_dir / "systemd/private").touch()

    def break_(self, verb: str) -> None:
        (self.folder / f"broken-{verb}").touch()

    def hang(self, program: str) -> None:
        """It is called, and never answers."""
        (self.folder / program).write_text(f"#!/bin/sh\necho \"$*\" >> '{self.folder}/{program}.calls'\nexec sleep 1000\n")

    def mend(self) -> None:
        for path in self.folder.glob("broken-*"):
            path.unlink()

    def calls(self, program: str) -> list[str]:
        path = self.folder / f"{program}.calls"
        return path.read_text().splitlines() if path.exists() else []

    @property
    def environment(self) -> dict[str, str]:
        return {"HOME": str(self.home), "PATH": f"{self.folder}:/usr/bin:/bin", "XDG_RUNTIME_DIR": str(self.runtime_dir)}


@contextmanager
def process_named(name: str, folder: Path) -> Iterator[None]:
    """A process of that name lives."""
    program = folder / name
    shutil.copy(shutil.which("sleep") or "/bin/sleep", program)
    child = subprocess.Popen([program, "600"])
    try:
        while Path(f"/proc/{child.pid}/comm").read_text() != f"{name}\n":  # until then it is still a copy of this test
            time.sleep(0.001)
        yield
    finally:
        child.kill()
        child.wait()
