"""`vynexus run NAME`: what every shortcut calls. Standard library only, no database: it must start at once and never fail
because something else is busy.

Reads the approved digest from a flat file, refuses a changed script, runs it with wait4, appends one record to the spool.
"""

import os
import signal
import sys
import time

from vynexus_tui.domain.run_record import encode_run_record


def run_automation(arguments: list[str]) -> int:
    """Runs an approved automation and returns its own exit status; 126 when it may not run, 127 when there is none."""
    if not arguments or arguments[0] in ("-h", "--help"):
        print("usage: vynexus run NAME [ARGUMENT...]", file=sys.stderr)
        return 0 if arguments else 2
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
        return _refuse(f"{name} is paused", f"vynexus resume {name}", 126)
    import hashlib

    if hashlib.sha256(script).hexdigest() != approved.get("sha256"):
        return _refuse(f"{name} is not the script you approved, so it was not run", f"look and decide anew: vynexus show {name}", 126)
    return _run_and_record([path, *arguments[1:]], approved, home)


def _run_and_record(command: list[str], approved: dict[str, str], home: str) -> int:
    started_us, clock_s = time.time_ns() // 1000, time.monotonic()
    cwd = os.getcwdb()
    # A handler that does nothing, not KeyboardInterrupt: that could fall between wait4's return and its result. The script gets
    # Ctrl-C from the terminal itself and decides; exec gives it the default handlers back.
    signal.signal(signal.SIGINT, lambda *_: None)
    pid = os.fork()
    if pid == 0:
        try:
            os.execvp("bash", ["bash", *command])
        except OSError as error:
            os.write(2, f"vynexus: bash cannot be started: {error.strerror}\n".encode())
        os._exit(127)
    signal.signal(signal.SIGTERM, lambda *_: os.kill(pid, signal.SIGTERM))
    _, status, usage = os.wait4(pid, 0)
    duration_us = round((time.monotonic() - clock_s) * 1e6)
    exit_code = os.waitstatus_to_exitcode(status)
    # A shell reports death by signal N as 128+N; so do we.
    exit_code = 128 - exit_code if exit_code < 0 else exit_code
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
    )
    _append(os.path.join(_xdg("XDG_STATE_HOME", home, ".local/state"), "vynexus", "spool"), f"run-{started_us}-{pid}.r", record)
    return exit_code


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
