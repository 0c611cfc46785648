"""A user and a mount namespace of our own, with the ids of the person outside. Format of the maps: user_namespaces(7)."""

import os
import signal
from errno import EPERM
from typing import NoReturn

from vynexus_tui.sandbox import linux_calls


def enter_user_namespace(user: int) -> None:
    """Every id keeps its number, so `id`, $HOME and ownership are as they are outside. Raises OSError."""
    new = linux_calls.CLONE_NEWUSER | linux_calls.CLONE_NEWNS
    if user != 0:
        group = os.getegid()
        linux_calls.unshare(new)
        for name, content in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
            _write(f"/proc/self/{name}", content)
        return
    # Root maps every id there is, and only a process outside may write that.
    target = os.getpid()
    go_read, go_write = os.pipe()
    helper = os.fork()
    if helper == 0:
        os.close(go_write)
        _write_maps_when_told(target, go_read)
    os.close(go_read)
    try:
        linux_calls.unshare(new)
        os.write(go_write, b"x")
    finally:
        os.close(go_write)
        _, status = os.waitpid(helper, 0)
    if status:
        raise OSError(EPERM, "the id maps could not be written")


def _write_maps_when_told(target: int, go: int) -> NoReturn:
    status = 1
    try:
        linux_calls.process_control(linux_calls.PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.read(go, 1) == b"x":
            for name in ("uid_map", "gid_map"):
                with open(f"/proc/self/{name}", encoding="ascii") as own:
                    extents = [line.split() for line in own]
                _write(f"/proc/{target}/{name}", "".join(f"{first} {first} {count}\n" for first, _, count in extents))
            status = 0
    finally:
        os._exit(status)


def _write(path: str, content: str) -> None:
    with open(path, "w", encoding="ascii") as file:
        file.write(content)
