"""What the launcher is asked to do: which environment a script gets, which secrets it must not read, which trees it may change."""

import os
import pwd
import re
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from vynexus_tui.domain.masked_places import MASKED_IN_HOME, MASKED_IN_SYSTEM
from vynexus_tui.domain.settings import Sandbox
from vynexus_tui.sandbox.limits import disk_cap_bytes

_PASSED_ON = frozenset(
    """PATH HOME USER LOGNAME SHELL LANG LANGUAGE TZ COLUMNS LINES VIRTUAL_ENV CONDA_PREFIX GOPATH GOROOT JAVA_HOME CARGO_HOME
    RUSTUP_HOME NVM_DIR PYENV_ROOT SSL_CERT_FILE SSL_CERT_DIR XDG_CONFIG_HOME XDG_DATA_HOME XDG_STATE_HOME XDG_CACHE_HOME""".split()
)
"""Everything else may hold a token."""
_WITHOUT_A_PERSON = {
    "TERM": "dumb",
    "PAGER": "cat",
    "GIT_PAGER": "cat",
    "GIT_TERMINAL_PROMPT": "0",
    "DEBIAN_FRONTEND": "noninteractive",
}
_TRACES_ITSELF = re.compile(r"\bset\s+(?:[-+]\w+\s+)*[-+][a-wyz]*x|\bxtrace\b|BASH_XTRACEFD|\bPS4\b|\b(?:ba)?sh\s+-\w*x")
_TRACE_FD = 199
"""Where bash writes its trace: above the numbers scripts choose, below the limit of open files."""
SCRIPT_PATH = "/run/vynexus/script"
"""Where the script lies in the trial; bash puts it before its own messages."""


def masked_paths(home: str, settings: Sandbox, ours: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Files and directories no trial may read, outer ones first: the built-in list and the settings', and `ours` whatever they say."""
    in_home = {f"{someone}/{name}" for someone in _homes(home) for name in MASKED_IN_HOME}
    wanted = {*in_home, *MASKED_IN_SYSTEM, *_absolute(settings.masked_paths, home)} - _absolute(settings.unmasked_paths, home)
    return tuple(sorted(wanted | _absolute(ours, home), key=lambda p: (p.count("/"), p)))


def _absolute(paths: Iterable[str], home: str) -> set[str]:
    full = (f"{home}/{path[2:]}" if path.startswith("~/") else path for path in paths)
    return {os.path.normpath(path) for path in full if path.startswith("/")}


def _homes(home: str) -> list[str]:
    """The person's home; for root also everybody else's, which root could read."""
    others = [entry.pw_dir for entry in pwd.getpwall()] if os.geteuid() == 0 else []
    return list(dict.fromkeys(folder for folder in (home, *others) if folder != "/" and Path(folder).is_dir()))


def build_environment(environment: Mapping[str, str], *, home: str, cwd: str) -> dict[str, str]:
    """The variables a trial gets: an allow-list, and what keeps programs from waiting for a person."""
    kept = {name: value for name, value in environment.items() if name in _PASSED_ON or name.startswith("LC_")}
    return {"PATH": os.defpath} | kept | _WITHOUT_A_PERSON | {"HOME": home, "PWD": cwd}


def withheld_variables(script: str, environment: Mapping[str, str], passed: Mapping[str, str]) -> tuple[str, ...]:
    """Variables the script names, the person has, and the trial does not pass on."""
    others = {name for name, value in environment.items() if passed.get(name) != value}
    named = set(re.findall(r"\$\{?([A-Za-z_]\w*)", script)) & others - {"PWD", "HOME"}
    return tuple(sorted(n for n in named if not re.search(rf"\b{n}=", script) and len(n) > 1))


def find_bash(environment: Mapping[str, str]) -> str:
    """The bash that would run the script."""
    return shutil.which("bash", path=environment.get("PATH", os.defpath)) or "/bin/bash"


def can_trace(script: str) -> bool:
    """Whether bash may trace the script to a pipe of ours: not where the script plays with tracing itself."""
    return not _TRACES_ITSELF.search(script)


def build_request(
    script: str,
    *,
    settings: Sandbox,
    home: str,
    cwd: str,
    environment: Mapping[str, str],
    arguments: tuple[str, ...] = (),
    ours: tuple[str, ...] = (),
    has_steps: bool = False,
) -> dict[str, Any]:
    """The request as plain JSON. `ours` are paths no setting can unmask."""
    variables = build_environment(environment, home=home, cwd=cwd)
    is_traced = can_trace(script)
    if is_traced:
        variables["BASH_XTRACEFD"] = str(_TRACE_FD)
    trees = [os.path.realpath(path) for path in (home, cwd) if Path(path).is_dir()]
    return {
        "script": script,
        "program": [find_bash(environment), "--noprofile", "--norc", *(["-x"] if is_traced else []), SCRIPT_PATH, *arguments],
        "environment": variables,
        "trace_fd": _TRACE_FD if is_traced else None,
        "has_steps": is_traced and has_steps,
        "cwd": cwd,
        "writable_trees": list(dict.fromkeys(trees)),
        "masked_paths": list(masked_paths(home, settings, ours)),
        "limits": {
            "wall_s": settings.wall_s,
            "cpu_s": settings.cpu_s,
            "memory_bytes": settings.memory_mb << 20,
            "processes": settings.processes,
            "disk_bytes": disk_cap_bytes(settings.disk_mb),
            "inodes": settings.inodes,
        },
    }
