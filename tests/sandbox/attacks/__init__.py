"""Every hostile script there is."""

from tests.sandbox.attacks import files, greed, kernel, layers, processes, secrets
from tests.sandbox.attacks.attack import unique

IN_EVERY_RUN = frozenset(
    name.strip()
    for name in """
    append to a file | change a mode | change content and set the times back | rename a file | set an extended attribute | rm -rf ~
    a shared writable mapping | a descriptor opened for reading, opened again for writing
    a file handle instead of a path | a pipe of the host | locks on files of the host
    setuid and setgid copies | a script that rewrites itself by its descriptor | the modes of what it inherited
    files of another user in a sticky directory | places that are the trial's own, taken away
    forged marks carried in from elsewhere
    kill a process outside | kill everybody | a process outside by its pidfd | a descriptor of a process outside
    the environment of a process outside | kill process 1 of the trial | process 1 of the trial by other ways
    stopping itself and its parents | a daemon that holds the output | a daemon with another name, group and session
    raising its own limits and priority | a report of its own | every inotify watch there is
    mount and unmount | a user namespace of its own | other namespaces | io_uring | keys of the session | files of the kernel | device nodes
    setuid helpers | memory that belongs to no process | characters typed into a terminal
    secrets by their paths | secrets through /proc | secrets in the environment
    a connection to the host | a connection to the socket of an agent | a connection to an abstract socket
    a fork bomb | a full disk | a flood of files | a flood of output | memory of one process | memory of twelve processes
    """.strip()
    .replace("\n", "|")
    .split("|")
)
"""Tried in every run of the tests, together with what proves them outside; the rest when asked for."""
ATTACKS = unique(files.ATTACKS, layers.ATTACKS, processes.ATTACKS, kernel.ATTACKS, secrets.ATTACKS, greed.ATTACKS)
