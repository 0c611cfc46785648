"""Whether this machine can isolate a trial: found by isolating one. Sysctls and a successful unshare() prove nothing (Ubuntu 24.04)."""

import json
import os
import socket
import sys
import tempfile
from collections.abc import Mapping
from errno import EACCES, ENOSPC, ENOTSUP, EPERM
from hashlib import sha256
from pathlib import Path
from typing import Any

from vynexus_tui.domain.settings import Sandbox
from vynexus_tui.domain.trials import SandboxCapability, SandboxLevel
from vynexus_tui.sandbox.supervisor import Observation, observe_trial
from vynexus_tui.sandbox.trial_request import build_request

_NOTES = ("memory and processes are bounded by a watchdog (every 50 ms)",)
_SELF_TEST_LIMITS = Sandbox(wall_s=10.0, cpu_s=5, memory_mb=256, processes=32, disk_mb=4, inodes=500, output_kb=64)
_SECRET = "canary-that-must-not-be-read"
_SELF_TEST = """
echo changed > changed
rm removed
rm -r emptied && mkdir emptied && echo "emptied: $(ls -A emptied)"
cat secret/key
: > "$1/written"
(exec 3<>"/dev/tcp/127.0.0.1/$2") 2>/dev/null && echo connected
while read -r name value _; do
  case $name in Seccomp:|NoNewPrivs:) echo "$name $value" ;; esac
done < /proc/self/status
(trap '' TERM HUP; while :; do sleep 1; done) > /dev/null 2>&1 &
"""
"""Changes, removes, replaces, reads a secret, writes into a place of secrets, connects, leaves a process behind. $1: a directory that is masked, $2: a port we listen on."""
_EXPECTED_LINES = {"emptied: ", "Seccomp: 2", "NoNewPrivs: 1"}
_EXPECTED_CHANGES = {("modify", "changed"), ("delete", "removed"), ("delete", "emptied/old"), ("create", "masked/written")}
_AFFECTS_ISOLATION = (
    "launcher", "linux_calls", "copying", "overlays", "masks", "seccomp", "landlock", "limits", "step_effects", "step_watch", "file_changes",
    "change_folding", "text_diffs",
)  # fmt: skip


def find_capability(*, environment: Mapping[str, str], cache_dir: str | None) -> SandboxCapability:
    """The level that works here. A full result is remembered in `cache_dir` until the machine restarts or the launcher changes;
    a failure is looked at again each time, so that a repair shows at once.
    """
    if sys.platform != "linux":
        return SandboxCapability(
            level=SandboxLevel.STATIC, failed_stage="Linux namespaces: not on this system", repair="trials that execute need Linux"
        )
    key = _cache_key()
    cache = Path(cache_dir) / "sandbox-capability.json" if cache_dir else None
    if cache is not None and _read_cache(cache) == key:
        return SandboxCapability(level=SandboxLevel.FULL, notes=_NOTES)
    found = _isolate_a_canary(environment, cache_dir if cache_dir and Path(cache_dir).is_dir() else None)
    if found.level is SandboxLevel.FULL and cache is not None:
        _write_cache(cache, key)
    return found


def describe_refusal(report: Mapping[str, Any]) -> SandboxCapability:
    """The failed stage and its repair, from a launcher's report that has `refused`."""
    stage, number = str(report["refused"]), report.get("errno")
    repair = _repair(stage, number)
    return SandboxCapability(level=SandboxLevel.STATIC, failed_stage=f"{stage}: {report.get('detail', '')}", repair=repair)


def apparmor_profile(python_path: str) -> str:
    """A profile that lets `python_path` make user namespaces where AppArmor forbids them (Ubuntu 23.10 and newer)."""
    escaped = "".join("\\" + ch if ch in '\\*?[]{}^@"' else ch for ch in python_path)
    return f"""# Save as /etc/apparmor.d/vynexus-sandbox, then: sudo apparmor_parser -r /etc/apparmor.d/vynexus-sandbox
# It holds for every program that this Python runs. A Python of its own keeps that small: python3 -m venv --copies DIR
abi <abi/4.0>,
include <tunables/global>

profile vynexus-sandbox "{escaped}" flags=(unconfined) {{
  userns,
  include if exists <local/vynexus-sandbox>
}}
"""


def _isolate_a_canary(environment: Mapping[str, str], place: str | None) -> SandboxCapability:
    try:
        with tempfile.TemporaryDirectory(prefix="vynexus-canary-", dir=place) as folder, socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen(1)
            listener.settimeout(0)
            home = Path(os.path.realpath(folder))
            _lay_out(home)
            seen = _try_canary(home, listener.getsockname()[1], environment)
            if "refused" in seen.report:
                return describe_refusal(seen.report)
            leak = _find_leak(home, seen, listener)
    except OSError as error:
        leak = f"{error}"
    if leak is None:
        return SandboxCapability(level=SandboxLevel.FULL, notes=_NOTES)
    return SandboxCapability(level=SandboxLevel.STATIC, failed_stage=f"self-test: {leak}")


def _lay_out(home: Path) -> None:
    for name in ("changed", "removed", "emptied/old", "secret/key", "masked/kept"):
        (home / name).parent.mkdir(exist_ok=True)
        (home / name).write_text(_SECRET if name == "secret/key" else "as it was\n", encoding="ascii")


def _try_canary(home: Path, port: int, environment: Mapping[str, str]) -> Observation:
    request = build_request(
        _SELF_TEST,
        settings=_SELF_TEST_LIMITS,
        home=str(home),
        cwd=str(home),
        environment=environment,
        arguments=(str(home / "masked"), str(port)),
        ours=(str(home / "secret"), str(home / "masked")),
    )
    return observe_trial(request, output_bytes=_SELF_TEST_LIMITS.output_kb << 10)


def _find_leak(home: Path, seen: Observation, listener: socket.socket) -> str | None:
    """What the canary could do and should not have been able to, or None."""
    if (home / "changed").read_text(encoding="ascii") != "as it was\n" or not (home / "removed").exists():
        return "a real file was changed"
    if {p.name for p in home.iterdir()} != {"changed", "removed", "emptied", "secret", "masked"} or (
        [p.name for p in (*(home / "emptied").iterdir(), *(home / "masked").iterdir())] != ["old", "kept"]
    ):
        return "a real directory was changed"
    if _SECRET in seen.stdout + seen.stderr:
        return "a masked secret was read"
    try:
        listener.accept()
    except BlockingIOError:
        pass
    else:
        return "the network was reached"
    lines = set(seen.stdout.splitlines())
    if not lines >= _EXPECTED_LINES:
        return f"no {' or '.join(sorted(_EXPECTED_LINES - lines))}"
    if "connected" in lines:
        return "a fence did not hold"
    listed = seen.report.get("changes", ())
    # Only below: what others do on this machine meanwhile, to /tmp say, is no fault of the fence.
    changes = {(c["kind"], os.path.relpath(c["path"], home)) for c in listed if c["path"].startswith(f"{home}/")}
    if changes != _EXPECTED_CHANGES:
        return f"the list of changes was {sorted(changes)}"
    if seen.report.get("leftover_processes", 0) < 1:
        return "a process left behind was not seen"
    return None


def _repair(stage: str, number: int | None) -> str | None:
    if number == ENOTSUP and stage == "copy-on-write tree":
        return f"Linux 6.6 or newer is needed (this is {os.uname().release})"
    if number not in (EPERM, EACCES, ENOSPC):
        return None
    if _read_sysctl("kernel/apparmor_restrict_unprivileged_userns") == "1":
        return f"AppArmor forbids user namespaces: a profile with 'userns,' for {_python()} is needed; vynexus doctor prints it"
    if _read_sysctl("kernel/unprivileged_userns_clone") == "0":
        return "user namespaces are off: sudo sysctl kernel.unprivileged_userns_clone=1"
    if _read_sysctl("user/max_user_namespaces") == "0":
        return "user namespaces are off: sudo sysctl user.max_user_namespaces=15000"
    if stage == "proc":
        return "this container hides parts of /proc: start it with --security-opt systempaths=unconfined, or use VyNexus outside it"
    return "this container or policy forbids user namespaces: use VyNexus outside it"


def _python() -> str:
    return os.path.realpath(sys.executable)


def _read_sysctl(name: str) -> str | None:
    try:
        return Path("/proc/sys", name).read_text(encoding="ascii").strip()
    except OSError:
        return None


def _cache_key() -> str:
    digest = sha256()
    for name in _AFFECTS_ISOLATION:
        digest.update(Path(__file__).with_name(f"{name}.py").read_bytes())
    boot = _read_sysctl("kernel/random/boot_id") or ""
    return json.dumps([boot, os.uname().release, os.geteuid(), _python(), digest.hexdigest()])


def _read_cache(path: Path) -> str | None:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return None


def _write_cache(path: Path, key: str) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_text(key, encoding="ascii")
    except OSError:
        pass  # without the cache the self-test runs again: 0.1 s
