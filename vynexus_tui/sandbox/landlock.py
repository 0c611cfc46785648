"""A second fence round the processes of a trial: Landlock scopes, where the kernel has them (Linux 6.12).

The namespaces keep the script from every process and abstract socket outside; so does this, by other code of the kernel. Landlock's
rights over files are not used: they leave chmod, times and attributes free, so they are no fence for what a trial is for.
Format: landlock(7), struct landlock_ruleset_attr.
"""

import os
import struct
from errno import ENOSYS, EOPNOTSUPP

from vynexus_tui.sandbox.linux_calls import system_call

_QUERY_VERSION = 1
_FIRST_WITH_SCOPES = 6
_SCOPE_ABSTRACT_SOCKETS, _SCOPE_SIGNALS = 1, 2


def keep_inside() -> bool:
    """No signal and no abstract socket reaches a process outside, for this process and all it will start. Needs no_new_privs.

    False where the kernel has no such scopes. Raises OSError where it has them and refuses.
    """
    if _version() < _FIRST_WITH_SCOPES:
        return False
    rules = struct.pack("=QQQ", 0, 0, _SCOPE_ABSTRACT_SOCKETS | _SCOPE_SIGNALS)
    ruleset = system_call("landlock_create_ruleset", rules, len(rules), 0)
    try:
        system_call("landlock_restrict_self", ruleset, 0)
    finally:
        os.close(ruleset)
    return True


def _version() -> int:
    try:
        return system_call("landlock_create_ruleset", None, 0, _QUERY_VERSION)
    except OSError as error:
        if error.errno in (ENOSYS, EOPNOTSUPP):  # not built in, or switched off at boot
            return 0
        raise
