"""A cgroup for one trial, from a systemd manager: the hard bound on its memory and processes that no watchdog can be.

`systemd-run --scope` becomes the launcher itself: same parent, same file descriptors (systemd-run(1); measured with 252 and 257).
OOMPolicy=continue, because systemd would otherwise end the launcher too when the kernel ends the script; 249 knows no such property for
scopes and refuses, and the watchdog stays.
"""

import os
import shutil
from collections.abc import Mapping

_LAUNCHER_BYTES = 96 << 20
"""For the launcher and process 1, beside the script's memory and what it writes (which is memory too)."""
_LAUNCHER_PROCESSES = 16


def manager_options(environment: Mapping[str, str]) -> list[str] | None:
    """How systemd-run reaches this person's manager; None where none seems to run."""
    runtime_dir = environment.get("XDG_RUNTIME_DIR", "")
    if os.geteuid() == 0:
        return [] if os.path.isdir("/run/systemd/system") else None
    return ["--user"] if runtime_dir and os.path.exists(f"{runtime_dir}/systemd/private") else None


def scope_command(environment: Mapping[str, str], *, memory_bytes: int, disk_bytes: int, processes: int) -> list[str]:
    """What to put before the launcher's own command; nothing where there is no manager."""
    program, options = shutil.which("systemd-run", path=environment.get("PATH", os.defpath)), manager_options(environment)
    if program is None or options is None:
        return []
    properties = {
        "MemoryMax": memory_bytes + disk_bytes + _LAUNCHER_BYTES,
        "MemorySwapMax": 0,
        "TasksMax": processes + _LAUNCHER_PROCESSES,
        "OOMPolicy": "continue",
    }
    given = [part for name, value in properties.items() for part in ("-p", f"{name}={value}")]
    return [program, *options, "--scope", "--quiet", "--collect", *given, "--"]
