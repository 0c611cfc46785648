"""Where a systemd manager runs, the kernel bounds a trial as a whole; where it cannot, the watchdog stays and that is said."""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING

import pytest

from vynexus_tui.domain.settings import Sandbox
from vynexus_tui.domain.trials import SandboxCapability, SandboxLevel, Verdict
from vynexus_tui.sandbox.scope import manager_options, scope_command
from vynexus_tui.sandbox.scope_counters import _counted

if TYPE_CHECKING:
    from tests.sandbox.conftest import Person

WATCHDOG = ("memory and processes are bounded by a watchdog (every 50 ms)",)


def test_memory_that_no_process_is_charged_with_is_bounded_too(me: Person) -> None:
    capability = me.ask(None)
    assert isinstance(capability, SandboxCapability)
    if not capability.has_cgroup:
        pytest.skip("no systemd manager that gives a scope here")
    body = "import os, fcntl\nheld = []\nfor _ in range(900):\n    r, w = os.pipe(); fcntl.fcntl(w, 1031, 1 << 20); os.set_blocking(w, False)\n"
    body += "    held += [r, w]\n    os.write(w, bytes(1 << 20))\n"
    trial = me.try_script(f"{me.python} - <<'END'\n{body}END\n", settings=Sandbox(memory_mb=64, disk_mb=16))
    assert (trial.verdict, trial.limit) == (Verdict.CUT_OFF, "memory 64 MB")


def test_a_manager_that_gives_no_scope_leaves_the_watchdog(person: Person) -> None:
    if person.user == 0:
        pytest.skip("root's manager is the machine's: its place cannot be pretended")
    programs, runtime = (
        person.write("bin/systemd-run", "#!/bin/sh\necho no >&2; exit 1\n", 0o755).parent,
        person.write("run/systemd/private"),
    )
    person.environment |= {"PATH": f"{programs}:{person.environment['PATH']}", "XDG_RUNTIME_DIR": str(runtime.parents[1])}
    assert scope_command(person.environment, memory_bytes=1, disk_bytes=1, processes=1) != [] or os.geteuid() == 0
    capability = person.ask(None)
    assert isinstance(capability, SandboxCapability)
    assert (capability.level, capability.notes) == (SandboxLevel.FULL, WATCHDOG)


def test_without_a_manager_none_is_asked(me: Person) -> None:
    if os.path.isdir("/run/systemd/system"):
        pytest.skip("systemd runs here")
    assert manager_options({"XDG_RUNTIME_DIR": str(me.home)}) is None
    assert scope_command({"PATH": "/usr/bin"}, memory_bytes=1, disk_bytes=1, processes=1) == []


def test_the_kernels_counters_are_read_by_name() -> None:
    with tempfile.TemporaryFile() as file:
        file.write(b"low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 0\n")
        file.flush()
        assert [_counted(file.fileno(), name) for name in ("max", "oom_kill", "absent")] == [12, 2, 0]
