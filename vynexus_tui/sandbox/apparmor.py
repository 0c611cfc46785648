"""Ubuntu 23.10 and newer: AppArmor lets only named programs make user namespaces. Which program of ours to name, and how.

The launcher is a program of its own, `vynexus-sandbox`, beside the interpreter: a profile on the path of a script holds for that script
alone, one on the interpreter would hold for every Python program (both tried on Ubuntu 24.04: tests/sandbox/test_apparmor.py).
"""

import os
import sys

PROGRAM = "vynexus-sandbox"
_PROFILE = "/etc/apparmor.d/vynexus-sandbox"


def restricts_user_namespaces() -> bool:
    """Whether a program without a profile gets a user namespace it can do nothing in."""
    try:
        with open("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", encoding="ascii") as file:
            return file.read().strip() == "1"
    except OSError:
        return False


def launcher_program() -> str | None:
    """The launcher as installed; None where it is not (a checkout that was never installed)."""
    program = os.path.join(os.path.dirname(sys.executable), PROGRAM)
    return program if os.access(program, os.X_OK) else None


def path_to_name() -> str:
    """What a profile must name: the launcher, or where there is none the interpreter itself."""
    return os.path.realpath(launcher_program() or sys.executable)


def loading_commands(path: str) -> str:
    """The two commands that let the program at `path` make user namespaces. The first one holds the profile."""
    if not path.isprintable():
        return "its path holds characters that no command line should: install VyNexus in another place\n"
    escaped = "".join("\\" + ch if ch in '\\*?[]{}^@"' else ch for ch in path)
    return f"""\
sudo tee {_PROFILE} > /dev/null <<'END'
abi <abi/4.0>,
include <tunables/global>

profile vynexus-sandbox "{escaped}" flags=(unconfined) {{
  userns,
  include if exists <local/vynexus-sandbox>
}}
END
sudo apparmor_parser -r {_PROFILE}
"""
