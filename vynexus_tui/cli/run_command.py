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

from vynexus_tui.domain.run_record import encode_run_record

TYPE_CHECKING = False
"""As in `typing`, which takes 4 ms to import."""
if TYPE_CHECKING:
    from vynexus_tui.cli.first_run_look import FirstRunLook

_USAGE = 64
"""EX_USAGE of sysexits.h: what our scripts exit with when they are called wrongly."""
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


def run_approved(arguments: list[str], *, is_scheduled: bool) -> int:
    """Checks that it is what was approved, runs it, records it; `arguments` begin with its name."""
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
    if approved.get("status") != "live":
        why = "stopped itself: too many of its runs failed" if approved.get("status") == "failing" else "is paused"
        return _refuse(f"{name} {why}", f"vynexus show {name} says more; vynexus resume {name} lets it run again", 126)
    if approved.get("kind") == "function":
        what = f"{name} changes the shell that calls it, so it is no program"
        return _refuse(what, f"type {name} once more: a shell with the hook (vynexus hook install) knows it from its next prompt on", 126)
    import hashlib

    if hashlib.sha256(script).hexdigest() != approved.get("sha256"):
        return _refuse(f"{name} is not the script you approved, so it was not run", f"look and decide anew: vynexus show {name}", 126)
    running = os.environ.get(_RUNNING, "").split(":")
    if name in running:
        return _refuse(f"{name} calls itself", f"it was stopped; retire it: vynexus retire {name}", 126)
    if "cwd" in approved:
        try:
            os.chdir(approved["cwd"])
        except OSError as error:
            return _refuse(f"{name} runs in {approved['cwd']}: {error.strerror}", f"vynexus show {name} says more", 126)
    environment = _environment(":".join([*running, name]))
    try:
        look = _first_look(os.path.join(folder, "predicted"), approved["sha256"], arguments[1:])
    except KeyboardInterrupt:
        return 128 + signal.SIGINT  # the script was not started yet, and shall not be
    return _run_and_record([_readable(script, path), *arguments[1:]], environment, approved, home, look, is_scheduled)


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


def _run_and_record(
    command: list[str],
    environment: dict[str, str],
    approved: dict[str, str],
    home: str,
    look: "FirstRunLook | None",
    is_scheduled: bool,
) -> int:
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
    if exit_code == _USAGE or command[1:2] in (["-h"], ["--help"]):
        return exit_code  # nothing was done: it is no run
    record = encode_run_record(
        run_id=f"{started_us}-{pid}",
        automation_id=approved.get("automation_id", ""),
        sha256=approved["sha256"],
        started_us=started_us,
        duration_us=duration_us,
        exit_code=exit_code,
        cpu_us=round((usage.ru_utime + usage.ru_stime) * 1e6),
        peak_kb=usage.ru_maxrss,
        cwd=cwd,
        is_scheduled=is_scheduled,
    )
    spool = os.path.join(_xdg("XDG_STATE_HOME", home, ".local/state"), "vynexus", "spool")
    _append(spool, f"run-{started_us}-{pid}.r", record)
    if look is not None:
        automation_id, run_id = approved.get("automation_id", ""), f"{started_us}-{pid}"
        report = look.report(run_id=run_id, automation_id=automation_id, started_us=started_us, exit_code=exit_code)
        _append(spool, f"look-{started_us}-{pid}.r", report)
        look.forget()
    return exit_code


def _pass_on(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        pass  # it has just ended by itself


def _append(spool: str, name: str, record: bytes) -> None:
    """A lost record is worth less than a command that works: any trouble with the disk is passed over."""
    try:
        os.makedirs(spool, mode=0o700, exist_ok=True)
        descriptor = os.open(os.path.join(spool, name), os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        try:
            os.write(descriptor, record)
        finally:
            os.close(descriptor)
    except OSError:
        pass


def _read_fields(path: str) -> dict[str, str]:
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        return dict(line.rstrip("\n").split(" ", 1) for line in file if " " in line)


def _xdg(variable: str, home: str, default: str) -> str:
    value = os.environ.get(variable, "")
    return value if value.startswith("/") else os.path.join(home, default)


def _refuse(what: str, hint: str, status: int) -> int:
    print(f"vynexus: {what}\n  {hint}", file=sys.stderr)
    return status
