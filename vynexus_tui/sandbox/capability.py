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
from vynexus_tui.sandbox import apparmor
from vynexus_tui.sandbox.scope import manager_options
from vynexus_tui.sandbox.supervisor import Means, Observation, observe_trial
from vynexus_tui.sandbox.trial_request import build_request

_SELF_TEST_LIMITS = Sandbox(wall_s=10.0, cpu_s=5, memory_mb=256, processes=32, disk_mb=4, inodes=500, output_kb=64)
_BEFORE_OVERLAYS_OF_USERS = ("3.", "4.", *(f"5.{minor}." for minor in range(11)))
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
    "launcher", "user_namespace", "supervisor", "scope", "scope_counters", "spare_room", "linux_calls", "copying", "overlays", "masks", "seccomp", "landlock", "limits", "walking", "network_counters", "step_effects", "step_watch", "file_changes",
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
    cache = _cache_file(cache_dir)
    known = _read_cache(cache) if cache is not None else None
    if known is not None:
        return SandboxCapability(level=SandboxLevel.FULL, has_cgroup=known.in_scope, is_on_disk=known.on_disk)
    place = cache_dir if cache_dir and Path(cache_dir).is_dir() else None
    found, means = _isolate_a_canary(environment, place, Means(in_scope=manager_options(os.environ) is not None))
    if means.in_scope and found.level is SandboxLevel.STATIC:
        found, means = _isolate_a_canary(environment, place, Means())
    if found.level is SandboxLevel.FULL and cache is not None:
        _write_cache(cache, means)
    return found


def forget_capability(cache_dir: str | None) -> None:
    """After a refused trial: what was found no longer holds (a profile was unloaded, a setting of the kernel changed)."""
    if (cache := _cache_file(cache_dir)) is not None:
        cache.unlink(missing_ok=True)


def _cache_file(cache_dir: str | None) -> Path | None:
    return Path(cache_dir) / "sandbox-capability.json" if cache_dir else None


def _isolate_a_canary(environment: Mapping[str, str], place: str | None, means: Means) -> tuple[SandboxCapability, Means]:
    """The result by these means, or by those on disk where memory cannot keep changes."""
    found, number = _try_means(environment, place, means)
    if number == ENOTSUP:
        means = means._replace(on_disk=True)
        found, _ = _try_means(environment, place, means)
    return found, means


def describe_refusal(report: Mapping[str, Any]) -> SandboxCapability:
    """The failed stage and its repair, from a launcher's report that has `refused`."""
    stage, number = str(report["refused"]), report.get("errno")
    repair = _repair(stage, number)
    return SandboxCapability(level=SandboxLevel.STATIC, failed_stage=f"{stage}: {report.get('detail', '')}", repair=repair)


def _try_means(environment: Mapping[str, str], place: str | None, means: Means) -> tuple[SandboxCapability, int | None]:
    """The result and, where a stage failed, the error's number."""
    try:
        with tempfile.TemporaryDirectory(prefix="vynexus-canary-", dir=place) as folder, socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen(1)
            listener.settimeout(0)
            home = Path(os.path.realpath(folder))
            _lay_out(home)
            seen = _try_canary(home, listener.getsockname()[1], environment, means)
            if "refused" in seen.report:
                return describe_refusal(seen.report), seen.report.get("errno")
            leak = _find_leak(home, seen, listener)
    except OSError as error:
        leak = f"{error}"
    if leak is None:
        return SandboxCapability(level=SandboxLevel.FULL, has_cgroup=means.in_scope, is_on_disk=means.on_disk), None
    return SandboxCapability(level=SandboxLevel.STATIC, failed_stage=f"self-test: {leak}"), None


def _lay_out(home: Path) -> None:
    for name in ("changed", "removed", "emptied/old", "secret/key", "masked/kept"):
        (home / name).parent.mkdir(exist_ok=True)
        (home / name).write_text(_SECRET if name == "secret/key" else "as it was\n", encoding="ascii")


def _try_canary(home: Path, port: int, environment: Mapping[str, str], means: Means) -> Observation:
    request = build_request(
        _SELF_TEST,
        settings=_SELF_TEST_LIMITS,
        home=str(home),
        cwd=str(home),
        environment=environment,
        arguments=(str(home / "masked"), str(port)),
        ours=(str(home / "secret"), str(home / "masked")),
    )
    return observe_trial(request, means=means, output_bytes=_SELF_TEST_LIMITS.output_kb << 10)


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
    if stage == "copy-on-write tree" and (number == ENOTSUP or os.uname().release.startswith(_BEFORE_OVERLAYS_OF_USERS)):
        return f"Linux 5.11 or newer is needed (this is {os.uname().release}), and before 6.6 /var/tmp on a disk"
    if number not in (EPERM, EACCES, ENOSPC):
        return None
    if apparmor.restricts_user_namespaces():
        return f"AppArmor forbids user namespaces: {apparmor.path_to_name()} needs a profile; vynexus doctor prints it"
    if _read_sysctl("kernel/unprivileged_userns_clone") == "0":
        return "user namespaces are off: sudo sysctl kernel.unprivileged_userns_clone=1"
    if _read_sysctl("user/max_user_namespaces") == "0":
        return "user namespaces are off: sudo sysctl user.max_user_namespaces=15000"
    if stage == "proc":
        return "this container hides parts of /proc: start it with --security-opt systempaths=unconfined, or use VyNexus outside it"
    return "this container or policy forbids user namespaces: use VyNexus outside it"


def _read_sysctl(name: str) -> str | None:
    try:
        return Path("/proc/sys", name).read_text(encoding="ascii").strip()
    except OSError:
        return None


def _cache_key() -> list[object]:
    """What must be the same for an old result to hold."""
    digest = sha256()
    for name in _AFFECTS_ISOLATION:
        digest.update(Path(__file__).with_name(f"{name}.py").read_bytes())
    boot = _read_sysctl("kernel/random/boot_id") or ""
    has_manager = manager_options(os.environ) is not None
    return [boot, os.uname().release, os.geteuid(), apparmor.path_to_name(), has_manager, digest.hexdigest()]


def _read_cache(path: Path) -> Means | None:
    """The means of the self-test that holds here, or None."""
    try:
        key, in_scope, on_disk = json.loads(path.read_text(encoding="ascii"))
    except (OSError, ValueError, TypeError):
        return None
    return Means(in_scope=in_scope, on_disk=on_disk) if key == _cache_key() else None


def _write_cache(path: Path, means: Means) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_text(json.dumps([_cache_key(), means.in_scope, means.on_disk]), encoding="ascii")
    except OSError:
        pass  # without the cache the self-test runs again: 0.1 s
