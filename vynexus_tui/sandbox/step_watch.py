"""Holds the script for a moment at each of its step marks, so that what the step before changed can be noted.

bash writes the trace of `: step 3` before it goes on. A second system call filter (seccomp.py) has that write wait for the launcher,
which looks at the layers and lets it continue. It only observes: the fences are the first filter's.
Format of the messages: seccomp_unotify(2).
"""

import fcntl
import os
import re
import select
import socket
import struct
from contextlib import suppress

from vynexus_tui.sandbox.step_effects import StepEffects

MARK = re.compile(rb"\++ : step (\d{1,4})\n")
"""bash's trace of a step mark; more `+` in a subshell."""
MARK_LENGTHS = range(len("+ : step 1\n"), len("++++ : step 1234\n") + 1)
_MOST_MARKS = 1000
"""A script in a loop may pass its marks for ever; after so many it is no longer held."""
_RECEIVE, _SEND = 0xC0502100, 0xC0182101
_MESSAGE_BYTES = 80
_CONTINUE = 1


class StepWatch:
    """The launcher's side: waits for the script's listener and for its marks."""

    def __init__(self, effects: StepEffects) -> None:
        self.receiver, self.sender = socket.socketpair()
        self._effects = effects
        self._marks = 0

    def read_until_end(self, told: int) -> bytes:
        """Everything process 1 says through `told`, until it ends; meanwhile the marks are noted."""
        self.sender.close()
        said = b""
        listener = -1
        poll = select.poll()
        with self.receiver:
            receiver = self.receiver.fileno()
            poll.register(told, select.POLLIN)
            poll.register(receiver, select.POLLIN)
            while True:
                for ready, events in poll.poll():
                    if ready == told:
                        if not (chunk := os.read(told, 1 << 16)):
                            return said
                        said += chunk
                    elif ready == receiver:
                        poll.unregister(receiver)
                        listener = _received(self.receiver)
                        if listener >= 0:
                            poll.register(listener, select.POLLIN)
                    elif not events & select.POLLIN or not self._answer(listener):
                        poll.unregister(listener)
                        os.close(listener)

    def _answer(self, listener: int) -> bool:
        """Notes one mark and lets its writer continue. False when nobody is left who could write."""
        message = bytearray(_MESSAGE_BYTES)
        try:
            fcntl.ioctl(listener, _RECEIVE, message)
        except FileNotFoundError:
            return True  # the writer was killed meanwhile
        except OSError:
            return False
        cookie, pid = struct.unpack_from("=QI", message)
        address, length = struct.unpack_from("=QQ", message, 40)
        self._marks += 1
        if self._marks <= _MOST_MARKS:
            self._note(pid, address, length)
        with suppress(OSError):
            fcntl.ioctl(listener, _SEND, struct.pack("=QqiI", cookie, 0, 0, _CONTINUE))
        return True

    def _note(self, pid: int, address: int, length: int) -> None:
        try:
            memory = os.open(f"/proc/{pid}/mem", os.O_RDONLY)
        except OSError:
            return
        try:
            mark = MARK.fullmatch(os.pread(memory, length, address))
        except (OSError, OverflowError):
            return
        finally:
            os.close(memory)
        if mark:
            self._effects.reach(int(mark[1]))


def _received(receiver: socket.socket) -> int:
    _, descriptors, _, _ = socket.recv_fds(receiver, 1, 1)
    return descriptors[0] if descriptors else -1
