"""`vynexus run NAME`: what every shortcut calls. Standard library only, no database: it must start at once and never fail
because something else is busy.

Reads the approved digest from a flat file, refuses a changed script, runs it with wait4, appends one record to the spool. The first run
that is like its try is looked at before and after (`first_run_look`, imported only then).
"""

import fcntl
import os
import signal
import sys
import time

from vynexus_tui.domain.run_record import ABORTED, encode_run_record

TYPE_CHECKING = False
"""As in `typing`, which takes 4 ms to import."""
if TYPE_CHECKING:
    from vynexus_tui.cli.first_run_look import FirstRunLook

_USAGE = 64
"""EX_USAGE of sysexits.h: what our scripts exit with when they are called wrongly."""
_REFUSES = b"usage >&2; exit 64; }\n"
"""How our scripts end a wrong call, before their first step."""
_LONGEST_REFUSAL_US = 1_000_000
_NO_RUN = ("-h", "--help", "--dry-run")
"""As the first argument: the script says something about itself and does nothing."""
_RUNNING = "VYNEXUS_RUNNING"
"""Names of the automations this one was called from."""
_MEDDLING = frozenset({"BASH_ENV", "ENV", "SHELLOPTS", "BASHOPTS", "CDPATH", "POSIXLY_CORRECT"})


def run_automation(arguments: list[str]) -> int:
    """Runs an approved automation and returns its own exit status; 126 when it may not run, 127 when there is none."""
    if not arguments or arguments[0] in ("-h", "--help"):
        print("usage: vynexus run NAME [ARGUMENT...]", file=sys.stderr)
        return 0 if arguments else 2
    if arguments[0] == "--scheduled":
        from vynexus_tui.cli.scheduled_run import run_scheduled

        return run_scheduled(arguments[1:], run_approved)
    return run_approved(arguments, is_scheduled=False)


def run_approved(arguments: list[str], *, is_scheduled: bool, only_sha256: str | None = None) -> int:
    """Checks that it is what was approved (and scheduled: `only_sha256`), runs it, records it; `arguments` begin with its name."""
    name = arguments[0]
    home = os.environ.get("HOME", "")
    folder = os.path.join(_xdg("XDG_DATA_HOME", home, ".local/share"), "vynexus", "automations", name)
    if "/" in name or name.startswith("."):
        return _refuse(f"no automation named {name!r}", "vynexus automations lists them", 127)
    try:
        approved = _read_fields(os.path.join(folder, "approved"))
        path = os.path.join(folder, name)
        with open(path, "rb") as file:
            script = file.read()
    except OSError:
        return _refuse(f"no approved automation named {name!r}", "vynexus automations lists them", 127)
    import hashlib

    if hashlib.sha256(script).hexdigest() != approved.get("sha256"):
        return _refuse(f"{name} is not the script you approved, so it was not run", f"look and decide anew: vynexus show {name}", 126)
    if (reason := _why_not(name, approved, folder, only_sha256)) is not None:
        return _refuse(*reason, 126)
    running = os.environ.get(_RUNNING, "").split(":")
    if name in running:
        return _refuse(f"{name} calls itself", f"it was stopped; retire it: vynexus retire {name}", 126)
    if "cwd" in approved:
        try:
            os.chdir(approved["cwd"])
        except OSError as error:
            return _refuse(f"{name} runs in {approved['cwd']}: {error.strerror}", f"vynexus show {name} says more", 126)
    environment = _environment(":".join([*running, name]))
    arguments = arguments[1:]
    try:
        look = _first_look(os.path.join(folder, "predicted"), approved["sha256"], arguments)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT  # the script was not started yet, and shall not be
    ended = _run([_readable(script, path), *arguments], environment)
    if (arguments[:1] and arguments[0] in _NO_RUN) or (not is_scheduled and _is_wrong_call(ended, script)):
        return ended.exit_code  # nothing was done
    _count_failures(os.path.join(folder, "failures"), ended.exit_code)
    _record(ended, approved, home, look, from_step=_from_step(arguments), is_scheduled=is_scheduled)
    return ended.exit_code


def _first_look(predicted: str, sha256: str, arguments: list[str]) -> "FirstRunLook | None":
    """None, after one failed system call, for every run but the first that is like the try that was approved."""
    if not os.access(predicted, os.R_OK):
        return None
    from vynexus_tui.cli.first_run_look import begin_look

    return begin_look(predicted, sha256=sha256, arguments=arguments)


def _readable(script: bytes, path: str) -> str:
    """A name under which bash reads the very bytes that were checked, whatever happens to the file meanwhile."""
    if not hasattr(os, "memfd_create"):
        return path
    descriptor = os.memfd_create("vynexus", os.MFD_ALLOW_SEALING)
    os.write(descriptor, script)
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_WRITE | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW)
    return f"/proc/self/fd/{descriptor}"


def _environment(running: str) -> dict[str, str]:
    """The person's, without what would run other code in the script or change its words; a trial has none of these either."""
    kept = {k: v for k, v in os.environ.items() if k not in _MEDDLING and not k.startswith("BASH_FUNC_")}
    return {**kept, _RUNNING: running}


class _Ended:
    """A script that ran. No NamedTuple, whose import takes longer than all the rest."""

    __slots__ = ("cpu_us", "cwd", "duration_us", "exit_code", "peak_kb", "pid", "started_us")

    def __init__(self, pid: int, started_us: int, duration_us: int, exit_code: int, cpu_us: int, peak_kb: int, cwd: bytes) -> None:
        self.pid, self.started_us, self.duration_us, self.exit_code = pid, started_us, duration_us, exit_code
        self.cpu_us, self.peak_kb, self.cwd = cpu_us, peak_kb, cwd


def _run(command: list[str], environment: dict[str, str]) -> _Ended:
    started_us, clock_s = time.time_ns() // 1000, time.monotonic()
    try:
        cwd = os.getcwdb()
    except OSError:
        cwd = b""  # somebody removed it; whether that matters is the script's to say
    # A handler that does nothing, not KeyboardInterrupt: that could fall between wait4's return and its result. The script gets
    # Ctrl-C from the terminal itself and decides; exec gives it the default handlers back.
    signal.signal(signal.SIGINT, lambda *_: None)
    # Held back until there is somebody to pass it on to.
    signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGTERM,))
    pid = os.fork()
    if pid == 0:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGTERM,))
        try:
            os.execvpe("bash", ["bash", *command], environment)
        except OSError as error:
            os.write(2, f"vynexus: bash cannot be started: {error.strerror}\n".encode())
        os._exit(127)
    signal.signal(signal.SIGTERM, lambda *_: _pass_on(pid))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGTERM,))
    _, status, usage = os.wait4(pid, 0)
    # The script is over: there is nobody to pass a signal on to, and its exit status is what counts.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    duration_us = round((time.monotonic() - clock_s) * 1e6)
    exit_code = os.waitstatus_to_exitcode(status)
    # A shell reports death by signal N as 128+N; so do we.
    exit_code = 128 - exit_code if exit_code < 0 else exit_code
    cpu_us = round((usage.ru_utime + usage.ru_stime) * 1e6)
    return _Ended(pid, started_us, duration_us, exit_code, cpu_us, usage.ru_maxrss, cwd)


def _is_wrong_call(ended: _Ended, script: bytes) -> bool:
    """Whether the script refused its arguments, which is no run.

    A command of the script may exit with 64 as well, and the status alone would hide its failure for ever. So only of a script with our
    refusal in it, and at once: a refusal takes milliseconds. A schedule gives the same arguments each time: if they are wrong, it fails.
    """
    return ended.exit_code == _USAGE and _REFUSES in script and ended.duration_us < _LONGEST_REFUSAL_US


def _from_step(arguments: list[str]) -> int:
    """The step that the script was told to go on from; 0: it began at the first."""
    return _number(arguments[1]) if len(arguments) > 1 and arguments[0] == "--from" else 0


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 5 else 0


def _why_not(name: str, approved: dict[str, str], folder: str, only_sha256: str | None) -> tuple[str, str] | None:
    """What keeps an approved automation from running now, and what to do about it."""
    again = f"vynexus show {name} says more; vynexus resume {name} lets it run again"
    if only_sha256 not in (None, approved.get("sha256")):
        hint = f"schedule the new script, or take the old timer off: vynexus schedule {name}"
        return f"{name} was approved anew since it was scheduled, so it was not run", hint
    if approved.get("status") != "live":
        return f"{name} {'stopped itself: too many of its runs failed' if approved.get('status') == 'failing' else 'is paused'}", again
    if approved.get("kind") == "function":
        shells = approved.get("shells", "bash zsh")
        hint = f"type {name} once more: {shells.replace(' ', ' or ')} with the hook (vynexus hook install) knows it from its next prompt on"
        hint += "" if "fish" in shells else "; fish cannot say what it does"
        return f"{name} changes the shell that calls it, so it is no program", hint
    failed_count = _failed_count(os.path.join(folder, "failures"))
    if 0 < _number(approved.get("most_failures", "")) <= failed_count:
        return f"{name} stopped itself: failed {failed_count} times in a row", again
    return None


def _failed_count(failures: str) -> int:
    """How often it failed since it last succeeded: a byte each, so that it can stop itself at once and not at the next cycle."""
    try:
        return os.stat(failures).st_size
    except OSError:
        return 0


def _count_failures(failures: str, exit_code: int) -> None:
    try:
        if exit_code == 0 and _failed_count(failures):
            os.unlink(failures)
        elif exit_code != 0 and exit_code not in ABORTED:
            _write(failures, os.O_APPEND, b"x")
    except OSError:
        pass  # as with a record that cannot be written


def _record(ended: _Ended, approved: dict[str, str], home: str, look: "FirstRunLook | None", *, from_step: int, is_scheduled: bool) -> None:
    automation_id, run_id = approved.get("automation_id", ""), f"{ended.started_us}-{ended.pid}"
    record = encode_run_record(
        run_id=run_id,
        automation_id=automation_id,
        sha256=approved["sha256"],
        started_us=ended.started_us,
        duration_us=ended.duration_us,
        exit_code=ended.exit_code,
        cpu_us=ended.cpu_us,
        peak_kb=ended.peak_kb,
        cwd=ended.cwd,
        is_scheduled=is_scheduled,
        from_step=from_step,
    )
    spool = os.path.join(_xdg("XDG_STATE_HOME", home, ".local/state"), "vynexus", "spool")
    _append(spool, f"run-{run_id}.r", record)
    if look is not None:
        report = look.report(run_id=run_id, automation_id=automation_id, started_us=ended.started_us, exit_code=ended.exit_code)
        _append(spool, f"look-{run_id}.r", report)
        look.forget()


def _pass_on(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        pass  # it has just ended by itself


def _append(spool: str, name: str, record: bytes) -> None:
    """A lost record is worth less than a command that works: any trouble with the disk is passed over."""
    try:
        os.makedirs(spool, mode=0o700, exist_ok=True)
        _write(os.path.join(spool, name), os.O_EXCL, record)
    except OSError:
        pass


def _write(path: str, how: int, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | how, 0o600)
    try:
        os.write(descriptor, content)
    finally:
        os.close(descriptor)


def _read_fields(path: str) -> dict[str, str]:
    """Only a newline ends a line (a folder's name may hold other line breaks), and nothing below speaks for a field above."""
    fields: dict[str, str] = {}
    with open(path, encoding="utf-8", errors="surrogateescape", newline="\n") as file:
        for line in file:
            key, blank, value = line.removesuffix("\n").partition(" ")
            if blank:
                fields.setdefault(key, value)
    return fields


def _xdg(variable: str, home: str, default: str) -> str:
    value = os.environ.get(variable, "")
    return value if value.startswith("/") else os.path.join(home, default)


def _refuse(what: str, hint: str, status: int) -> int:
    print(f"vynexus: {what}\n  {hint}", file=sys.stderr)
    return status
