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
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

from vynexus_tui.sandbox import seccomp
from vynexus_tui.sandbox.network_counters import network_attempts
from vynexus_tui.sandbox.overlays import Layer
from vynexus_tui.sandbox.step_effects import StepEffects

MARK = re.compile(rb"\++ : step (\d{1,4})\n")
"""bash's trace of a step mark; more `+` in a subshell."""
MARK_LENGTHS = range(len("+ : step 1\n"), len("++++ : step 1234\n") + 1)
_MOST_MARKS = 1000
"""A script in a loop may pass its marks for ever; after so many it is no longer held."""
_RECEIVE, _SEND = 0xC0502100, 0xC0182101
_MESSAGE_BYTES = 80
_CONTINUE = 1
_PAUSE_MS = 100


class StepWatch:
    """Made before the script's process: there it hands the listener over, in the launcher it waits for it and for the marks."""

    def __init__(self, layers: Iterable[Layer]) -> None:
        self.effects = StepEffects(layers)
        self._receiver, self._sender = socket.socketpair()
        self.network_step: int | None = None
        """The first step during which a connection was tried."""
        self._step: int | None = None
        self._marks = 0

    def hold_this_process(self, trace: int) -> None:
        """From now on this process and all it starts wait at each mark they write to the descriptor `trace`."""
        listener = seccomp.install_write_listener(os.uname().machine, trace, MARK_LENGTHS)
        socket.send_fds(self._sender, [b"x"], [listener])

    def close(self) -> None:
        """For a process that has no part in it."""
        self._receiver.close()
        self._sender.close()

    def read_until_end(self, told: int, *, meanwhile: Callable[[], None]) -> bytes:
        """Everything process 1 says through `told`, until it ends; the marks are noted, and `meanwhile` is called every 0.1 s."""
        self._sender.close()
        said: list[bytes] = []
        listener = -1
        poll = select.poll()
        with self._receiver, open(told, "rb", buffering=0):
            receiver = self._receiver.fileno()
            poll.register(told, select.POLLIN)
            poll.register(receiver, select.POLLIN)
            looked_at = time.monotonic()
            while not said or said[-1]:
                if time.monotonic() - looked_at > _PAUSE_MS / 1000:
                    meanwhile()
                    looked_at = time.monotonic()
                for ready, events in poll.poll(_PAUSE_MS):
                    if ready == told:
                        said.append(os.read(told, 1 << 16))
                    elif ready == receiver:
                        poll.unregister(receiver)
                        listener = _received(self._receiver)
                        if listener >= 0:
                            poll.register(listener, select.POLLIN)
                    elif not events & select.POLLIN or not self._answer(listener):
                        poll.unregister(listener)
                        os.close(listener)
        self.effects.finish()
        self._look_at_network()
        return b"".join(said)

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
            self._look_at_network()
            self._step = int(mark[1])
            self.effects.reach(self._step)

    def _look_at_network(self) -> None:
        if self.network_step is None and self._step is not None and network_attempts():
            self.network_step = self._step


def _received(receiver: socket.socket) -> int:
    _, descriptors, _, _ = socket.recv_fds(receiver, 1, 1)
    return descriptors[0] if descriptors else -1
