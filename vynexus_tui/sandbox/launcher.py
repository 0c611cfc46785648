"""Runs one script where it can hurt nothing, and reports what it would have changed. Started by supervisor.py, never imported by it.

Three processes. B, the launcher: a user and mount namespace, the copy-on-write tree, the comparison afterwards. C, process 1 of a
pid namespace: the watchdog; when it ends the kernel ends everything in there. D, the script: no rights, no network, a filter on its
system calls. Any step of isolation that fails ends in a report with the step's name, and the script is never started.
Standard library and ctypes only; no dataclasses, they cost more to import than the rest together.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EBADF
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from vynexus_tui.sandbox import change_folding, landlock, linux_calls, overlays, seccomp, text_diffs
from vynexus_tui.sandbox.file_changes import Comparison
from vynexus_tui.sandbox.limits import (
    OPEN_FILES,
    PROCESSES,
    SAMPLE_INTERVAL_S,
    Limits,
    Watchdog,
    apply_process_limits,
    bound_process_numbers,
    running_processes,
    yield_to_the_watchdog,
)
from vynexus_tui.sandbox.masks import Masks
from vynexus_tui.sandbox.network_counters import network_attempts
from vynexus_tui.sandbox.scope_counters import ScopeCounters
from vynexus_tui.sandbox.user_namespace import enter_user_namespace

if TYPE_CHECKING:
    from vynexus_tui.sandbox.step_watch import StepWatch

MOST_CHANGES = 20_000
_LEFTOVER_GRACE_S = 0.1
"""The last members of a pipeline may end a moment after the script; they are not left behind."""
_ROOT_KEEPS = 0b11111111
"""CHOWN to SETUID: what root needs over its own files; it has them in the trial's user namespace only."""
_MOST_PER_USER = {"max_user_namespaces": 0, "max_inotify_instances": 32, "max_inotify_watches": 16384}
"""What a trial takes of these is also counted for the person outside, who has 128 inotify instances by default."""


class IsolationError(Exception):
    """A step of isolation failed; the script was not started."""

    def __init__(self, step: str, error: OSError) -> None:
        super().__init__(step)
        detail = f"{error.strerror}: {error.filename}" if error.filename else error.strerror
        self.report = {"refused": step, "errno": error.errno, "detail": detail}


class _Channels(NamedTuple):
    """File descriptors that C and D write to: B's pipe, the supervisor's pipe, bash's trace."""

    tell: int
    report: int
    trace: int


class _Trial:
    """What B keeps while a trial runs."""

    def __init__(self, request: dict[str, Any]) -> None:
        self.request = request
        self.limits = Limits(**request["limits"])
        self.owner = os.geteuid()
        self.masks = Masks((), owner=self.owner)
        self.started_ns = time.time_ns()
        self.watch: StepWatch | None = None
        self.init_pid = 0
        self.is_stopped = False

    def stop(self, *_signal: object) -> None:
        """On SIGTERM: end the script, keep the list of changes."""
        self.is_stopped = True
        if self.init_pid:
            os.kill(self.init_pid, signal.SIGKILL)


@contextmanager
def _step(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise IsolationError(name, error) from error


def main() -> None:
    """Arguments: the file descriptors of request, report and trace, and the supervisor's process id."""
    if len(sys.argv) < 5:
        raise SystemExit("vynexus-sandbox is started by vynexus; to try a command: vynexus try -- COMMAND")
    request_fd, report_fd, trace_fd, supervisor = (int(a) for a in sys.argv[-4:])
    try:
        with _step("launcher"):
            linux_calls.process_control(linux_calls.PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != supervisor:
                return  # it ended before the line above
            with open(request_fd, encoding="ascii") as file:
                trial = _Trial(json.load(file))
            signal.signal(signal.SIGTERM, trial.stop)
        report = _run_trial(trial, report_fd, trace_fd)
    except IsolationError as failure:
        report = failure.report
    with open(report_fd, "w", encoding="ascii") as file:
        file.write(json.dumps(report) + "\n")


def _run_trial(trial: _Trial, report_fd: int, trace_fd: int) -> dict[str, Any]:
    with _step("cgroup"):
        counters = ScopeCounters() if trial.request["in_scope"] else None
    root = _build_root(trial)
    with _step("namespaces"):
        linux_calls.unshare(
            linux_calls.CLONE_NEWPID
            | linux_calls.CLONE_NEWNET
            | linux_calls.CLONE_NEWIPC
            | linux_calls.CLONE_NEWUTS
            | linux_calls.CLONE_NEWCGROUP
        )
        inner_read, inner_write = os.pipe2(os.O_CLOEXEC)
    if trial.request["has_steps"] or root.is_on_disk:
        with _step("step marks"):
            from vynexus_tui.sandbox.step_watch import StepWatch  # 3 ms that a command tried by hand does not need

            trial.watch = StepWatch(root.layers)
    began = time.monotonic()
    with _step("process 1"):
        init_pid = os.fork()
    if init_pid == 0:
        _be_process_one(trial, root, _Channels(inner_write, report_fd, trace_fd))
    trial.init_pid = init_pid
    if trial.is_stopped:
        trial.stop()
    os.close(inner_write)
    if trial.watch is not None:
        told = trial.watch.read_until_end(inner_read, meanwhile=lambda: _stop_if_full(trial, root))
    else:
        with open(inner_read, "rb") as file:
            told = file.read()
    os.waitid(os.P_PID, init_pid, os.WEXITED | os.WNOWAIT)
    trial.init_pid = 0  # not to be signalled once its number is free
    _, _, usage = os.wait4(init_pid, 0)
    # Process 1 knows the duration better; it cannot tell where it was ended from here.
    report: dict[str, Any] = {"started": False, "duration_s": time.monotonic() - began, "network": network_attempts()}
    report["cpu_s"] = usage.ru_utime + usage.ru_stime
    for line in told.splitlines():
        report |= json.loads(line)
    if "refused" in report:
        return report
    if not report["started"]:
        return {"refused": "start", "errno": None, "detail": "stopped" if trial.is_stopped else "process 1 ended early"}
    report["peak_memory_bytes"] = max(report.get("peak_memory_bytes", 0), usage.ru_maxrss * 1024)
    if root.is_on_disk and root.is_full():
        report["limit"] = "disk space"
    if counters is not None and report.get("limit") is None:
        report["limit"] = counters.broken_limit(trial.limits)
    report["network_step"] = trial.watch.network_step if trial.watch is not None else None
    return report | _list_changes(trial, root)


def _stop_if_full(trial: _Trial, root: overlays.TrialRoot) -> None:
    """A directory on disk has no limit of its own, so it is measured."""
    if root.is_on_disk and trial.init_pid and root.is_full():
        os.kill(trial.init_pid, signal.SIGKILL)


def _build_root(trial: _Trial) -> overlays.TrialRoot:
    request = trial.request
    with _step("user namespace"):
        enter_user_namespace(trial.owner)
    with _step("private mounts"):
        linux_calls.mount("none", "/", None, linux_calls.MS_REC | linux_calls.MS_PRIVATE)
    with _step("masks"):
        trial.masks = Masks(request["masked_paths"], owner=trial.owner)
        trial.masks.refuse_inside(request["writable_trees"])
    with _step("copy-on-write tree"):
        root = overlays.TrialRoot(writable_trees=tuple(request["writable_trees"]), masks=trial.masks, owner=trial.owner)
        root.build(disk_bytes=trial.limits.disk_bytes, inodes=trial.limits.inodes, spare=request["spare"])
    with _step("private places"):
        root.add_private_places(os.fsencode(request["script"]))
    return root


def _be_process_one(trial: _Trial, root: overlays.TrialRoot, channels: _Channels) -> NoReturn:
    """C. Whatever happens it ends here, and with it everything in the pid namespace."""
    try:
        with _step("process 1"):
            for unwanted in (signal.SIGTERM, signal.SIGINT):  # the script may send them: Python would obey
                signal.signal(unwanted, signal.SIG_IGN)
            linux_calls.process_control(linux_calls.PR_SET_PDEATHSIG, signal.SIGKILL)
            first_to_go = os.open("/proc/self/oom_score_adj", os.O_RDWR | os.O_CLOEXEC)
            usual = os.pread(first_to_go, 16, 0).strip()  # a desktop's programs have 200, and without rights nobody goes below
        _enter_root(trial, root)
        with _step("start"):
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
            os.write(first_to_go, b"1000")  # where memory runs out the script goes, not who watches it, and nobody else on this machine
            script = os.fork()
        if script == 0:
            _become_script(trial, channels)
        with _step("start"):
            os.write(first_to_go, usual)
            os.close(first_to_go)
        for inherited in (0, 1, 2, channels.report, channels.trace):
            os.close(inherited)
        if trial.watch is not None:
            trial.watch.close()
        linux_calls.process_control(linux_calls.PR_SET_DUMPABLE, 0)
        _tell(channels.tell, _watch(script, trial.limits))
    except IsolationError as failure:
        _tell(channels.tell, failure.report)
    finally:
        os._exit(0)


def _enter_root(trial: _Trial, root: overlays.TrialRoot) -> None:
    with _step("private mounts of process 1"):
        linux_calls.unshare(linux_calls.CLONE_NEWNS)
        linux_calls.mount("none", "/", None, linux_calls.MS_REC | linux_calls.MS_PRIVATE)
    with _step("proc"):
        # Before the old root is left: the kernel gives a new /proc only to those who still see a whole one.
        flags = linux_calls.MS_NOSUID | linux_calls.MS_NODEV | linux_calls.MS_NOEXEC
        linux_calls.mount(overlays.SOURCE, f"{root.path}/proc", "proc", flags)
    with _step("new root"):
        os.chdir(root.path)
        linux_calls.pivot_root_here()
    with _step("last limits"):
        bound_process_numbers()
        for name, most in _MOST_PER_USER.items():
            if name in os.listdir("/proc/sys/user"):  # inotify can be left out of a kernel
                _write(f"/proc/sys/user/{name}", str(most))
        for name in ("kcore", "keys", "key-users", "timer_list", "kallsyms", "kmsg"):
            if os.path.exists(f"/proc/{name}"):
                linux_calls.mount("/dev/null", f"/proc/{name}", None, linux_calls.MS_BIND)
                linux_calls.make_read_only(f"/proc/{name}")
        # Read-only as a whole: for root, who keeps its user id, /proc/sys and /proc/sysrq-trigger are files like any other.
        linux_calls.make_read_only("/proc")
    with _step("loopback"):
        linux_calls.bring_up_loopback()
    with _step("mount check"):
        overlays.check_mounts(overlays.read_mounts(), trial.request["writable_trees"])
    with _step("working directory"):
        os.chdir(trial.request["cwd"])


def _become_script(trial: _Trial, channels: _Channels) -> NoReturn:
    """D. Gives every right away, then becomes the script."""
    try:
        with _step("limits"):
            os.setsid()
            apply_process_limits(trial.limits)
            yield_to_the_watchdog()
            os.dup2(os.open("/dev/null", os.O_RDONLY), 0)  # the inherited one is the host's: root could change its mode through it
            if trial.request["trace_fd"] is not None:
                os.dup2(channels.trace, trial.request["trace_fd"], inheritable=True)
        with _step("capabilities"):
            linux_calls.process_control(linux_calls.PR_SET_PDEATHSIG, signal.SIGKILL)
            linux_calls.process_control(linux_calls.PR_SET_NO_NEW_PRIVS, 1)
            linux_calls.keep_capabilities(_ROOT_KEEPS if trial.owner == 0 else 0)
        with _step("step marks"):
            if trial.watch is not None and trial.request["has_steps"]:
                trial.watch.hold_this_process(trial.request["trace_fd"])
        with _step("scopes"):
            landlock.keep_inside()
        with _step("system call filter"):
            seccomp.install_filter(os.uname().machine)
        with _step("start"):
            for ignored in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGTERM, signal.SIGINT):  # the first two by Python
                signal.signal(ignored, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
            for descriptor in set(range(3, OPEN_FILES)) - {trial.request["trace_fd"]}:
                try:
                    os.set_inheritable(descriptor, False)
                except OSError as error:
                    if error.errno != EBADF:  # most are not open; one that stays inheritable would be the script's
                        raise
            for listener in (channels.tell, channels.report):
                _tell(listener, {"started": True})
        with _step("program"):
            os.execve(trial.request["program"][0], trial.request["program"], trial.request["environment"])
    except IsolationError as failure:
        _tell(channels.tell, failure.report)
    finally:
        os._exit(126)


def _watch(script: int, limits: Limits) -> dict[str, Any]:
    """Waits for the script, ends all it left behind, and says how it went."""
    watchdog = Watchdog(limits)
    broken: str | None = None
    status: int | None = None
    while status is None and broken is None:
        signal.sigtimedwait({signal.SIGCHLD}, SAMPLE_INTERVAL_S)
        status = _reap(script)
        broken = watchdog.broken_limit() if status is None else None
    duration_s = watchdog.elapsed_s
    leftovers = 0 if broken else _count_leftovers(script)
    if leftovers > limits.processes:
        broken = PROCESSES  # a bomb that was lit and left
    return {
        "exit_code": None if status is None else os.waitstatus_to_exitcode(status),
        "limit": broken,
        "duration_s": duration_s,
        "leftover_processes": leftovers,
        "peak_memory_bytes": watchdog.peak_memory_bytes,
    }


def _reap(script: int) -> int | None:
    """Collects every child that has ended. The script's wait status, or None if it still runs."""
    found = None
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return found
        if pid == 0:
            return found
        if pid == script:
            found = status


def _count_leftovers(script: int) -> int:
    patience = time.monotonic() + _LEFTOVER_GRACE_S
    while running_processes() and time.monotonic() < patience:
        signal.sigtimedwait({signal.SIGCHLD}, 0.01)
        _reap(script)
    return len(running_processes())


def _list_changes(trial: _Trial, root: overlays.TrialRoot) -> dict[str, Any]:
    masked = trial.masks.attempts()
    comparison = Comparison(trial.owner, trial.masks, started_ns=trial.started_ns)
    for layer in root.layers:
        comparison.add_layer(layer)
    changes = change_folding.fold_changes(comparison.changes)
    notes = comparison.closing_notes()
    if len(changes) > MOST_CHANGES:
        notes.append(f"{MOST_CHANGES:,} changes listed, {len(changes) - MOST_CHANGES:,} more exist")
        del changes[MOST_CHANGES:]
    notes += text_diffs.add_diffs(changes)
    if trial.watch is not None:
        for change in changes:
            change.steps = trial.watch.effects.steps_of(change.path, is_whole_tree=change.contained_count is not None)
    notes += [f"files in {place} are not part of the list of changes" for place in root.unlisted_places()]
    listed = [c.to_json() for c in changes]
    return {"changes": listed, "notes": notes, "masked": masked, "limited": root.limited, "is_full": root.is_full()}


def _tell(tell: int, message: dict[str, Any]) -> None:
    os.write(tell, json.dumps(message).encode() + b"\n")


def _write(path: str, content: str) -> None:
    with open(path, "w", encoding="ascii") as file:
        file.write(content)
