"""Starts the launcher and listens to it: output within bounds, the trace of steps, a deadline that depends on nobody's goodwill."""

import codecs
import contextlib
import json
import os
import re
import selectors
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from vynexus_tui.sandbox import apparmor
from vynexus_tui.sandbox.scope import scope_command

_START = "import sys; sys.path.append(sys.argv[1]); from vynexus_tui.sandbox.launcher import main; main()"
_PACKAGE_PARENT = str(Path(__file__).resolve().parents[2])
_OUTPUT_KILL_BYTES = 64 << 20
"""A script that writes more than this is stopped."""
_READ_BYTES = 1 << 16
_LAST_WAIT_S = 5.0
_TRACE_LINE_BYTES = 4096
_STEP = re.compile(rb"\++ : step (\d{1,4})\b")
_PROMPTS = re.compile(rb"read (?:-\w+ (?:\S+ )?)*-\w*p|select ")
_TRACE_LINES_KEPT = 5


class Means(NamedTuple):
    """What this machine offers beyond what every trial needs; found by the self-test."""

    in_scope: bool = False
    """A cgroup from a systemd manager bounds memory and processes."""
    on_disk: bool = False
    """Changes are kept on disk, because the memory file system cannot keep them (Linux before 6.6)."""


class Observation(NamedTuple):
    """One run of the launcher, as seen from outside."""

    report: Mapping[str, Any]
    """Its own account; has `refused` when isolation failed and nothing was executed, `started` alone when it did not live to tell."""
    stdout: str
    stderr: str
    output_is_cut: bool
    last_commands: tuple[str, ...]
    """The last lines of bash's trace, oldest first."""
    last_step: int | None
    furthest_step: int | None
    stopped_by: str | None
    """output, person or deadline: who ended it from here."""
    has_prompted: bool = False
    """bash was told to ask a person: `read -p`, `select`."""
    named: frozenset[bytes] = frozenset()
    """What `look_for` found in the trace."""


def observe_trial(
    request: Mapping[str, Any],
    *,
    means: Means,
    output_bytes: int,
    on_output: Callable[[str], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    look_for: Callable[[bytes], set[bytes]] | None = None,
    patience_s: float = 25.0,
) -> Observation:
    """Runs the launcher with `request` until it ends. `look_for` is shown all of bash's trace, piece by piece.

    `patience_s` is for set-up and comparison, on top of the wall clock limit; then the launcher is killed, whatever it waits for.
    """
    run = _Run(output_bytes, on_output, look_for)
    with contextlib.ExitStack() as held:
        try:
            scope = _scope(request) if means.in_scope else []
            told = held.enter_context(_prepared(request, in_scope=bool(scope), on_disk=means.on_disk))
            pipes = held.enter_context(_Pipes(told))
            process = subprocess.Popen(
                [*scope, *_launcher_command(), *map(str, pipes.given), str(os.getpid())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=pipes.given,
                start_new_session=True,  # so that ^C in the terminal reaches us and not the launcher
                env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"} | {n: v for n, v in os.environ.items() if n == "XDG_RUNTIME_DIR"},
            )
        except OSError as error:
            run.note_failed_start(error)
            return run.observation()
        try:
            pipes.close_given()
            run.listen(process, pipes, time.monotonic() + request["limits"]["wall_s"] + patience_s, should_stop)
        finally:
            process.kill()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_LAST_WAIT_S)  # it may hang in the kernel, on a dead network mount; not with us
            for stream in (process.stdout, process.stderr):
                if stream is not None:
                    stream.close()
    return run.observation()


@contextlib.contextmanager
def _prepared(request: Mapping[str, Any], *, in_scope: bool, on_disk: bool) -> Iterator[Mapping[str, Any]]:
    """The request, with a directory on disk where one is needed, which the trial does not see."""
    told = {**request, "in_scope": in_scope, "spare": None}
    if not on_disk:
        yield told
        return
    from vynexus_tui.sandbox.spare_room import place, spare_room

    with spare_room() as folder:
        yield told | {"spare": folder, "masked_paths": [*request["masked_paths"], place()]}


def _scope(request: Mapping[str, Any]) -> list[str]:
    limits = request["limits"]
    asked = {name: limits[name] for name in ("memory_bytes", "disk_bytes", "processes")}
    return scope_command(os.environ, **asked)


def _launcher_command() -> list[str]:
    """The launcher by the name AppArmor knows, where that matters; else by our interpreter, which starts sooner that way."""
    program = apparmor.launcher_program() if apparmor.restricts_user_namespaces() else None
    return [program] if program else [sys.executable, "-I", "-S", "-c", _START, _PACKAGE_PARENT]


class _Pipes:
    """The launcher's three extra file descriptors, and our ends of them."""

    def __init__(self, request: Mapping[str, Any]) -> None:
        self._request = json.dumps(request).encode("ascii")

    def __enter__(self) -> "_Pipes":
        request = os.memfd_create("request", 0)
        with open(request, "wb", closefd=False) as file:
            file.write(self._request)
        os.lseek(request, 0, os.SEEK_SET)
        self.report, report_given = os.pipe()
        self.trace, trace_given = os.pipe()
        self.given = (request, report_given, trace_given)
        self._open = {*self.given, self.report, self.trace}
        return self

    def close_given(self) -> None:
        """Lets go of the launcher's ends, so that ours end with it."""
        self._close(set(self.given))

    def __exit__(self, *_: object) -> None:
        self._close(set(self._open))

    def _close(self, descriptors: set[int]) -> None:
        for descriptor in descriptors & self._open:
            os.close(descriptor)
        self._open -= descriptors


class _Run:
    """Everything heard from one launcher so far."""

    def __init__(self, output_bytes: int, on_output: Callable[[str], None] | None, look_for: Callable[[bytes], set[bytes]] | None) -> None:
        self._streams = {"stdout": _KeptOutput(output_bytes), "stderr": _KeptOutput(output_bytes)}
        self._decoders = {name: codecs.getincrementaldecoder("utf-8")("surrogateescape") for name in self._streams}
        self._report = bytearray()
        self._trace = _Trace(look_for)
        self._on_output = on_output
        self._stopped_by: str | None = None

    def listen(self, process: "subprocess.Popen[bytes]", pipes: _Pipes, deadline: float, should_stop: Callable[[], bool] | None) -> None:
        """Reads all pipes until they end, or until the deadline, which never waits for them."""
        assert process.stdout is not None
        assert process.stderr is not None
        sources = {process.stdout.fileno(): "stdout", process.stderr.fileno(): "stderr", pipes.report: "report", pipes.trace: "trace"}
        with selectors.DefaultSelector() as selector:
            for descriptor, name in sources.items():
                os.set_blocking(descriptor, False)
                selector.register(descriptor, selectors.EVENT_READ, name)
            while selector.get_map():
                # What the launcher says of itself first: output before that is not the script's.
                for key, _ in sorted(selector.select(0.1), key=lambda ready: ready[0].data != "report"):
                    chunk = os.read(key.fd, _READ_BYTES)
                    if chunk:
                        self._hear(key.data, chunk)
                    else:
                        selector.unregister(key.fd)
                self._maybe_stop(process, should_stop)
                if time.monotonic() > deadline:
                    self._stopped_by = self._stopped_by or "deadline"
                    return

    def _hear(self, source: str, chunk: bytes) -> None:
        if source == "report":
            self._report += chunk
        elif source == "trace":
            self._trace.add(chunk)
        else:
            self._streams[source].add(chunk)
            if self._on_output is not None and self._report:
                self._on_output(self._decoders[source].decode(chunk))

    def _maybe_stop(self, process: "subprocess.Popen[bytes]", should_stop: Callable[[], bool] | None) -> None:
        if self._stopped_by is not None:
            return
        if sum(stream.total_bytes for stream in self._streams.values()) > _OUTPUT_KILL_BYTES:
            self._stopped_by = "output"
        elif should_stop is not None and should_stop():
            self._stopped_by = "person"
        if self._stopped_by is not None:
            process.terminate()  # the launcher ends the script and still reports what it changed

    def note_failed_start(self, error: OSError) -> None:
        """No launcher could be started at all."""
        self._report += json.dumps({"refused": "launcher", "errno": error.errno, "detail": str(error)}).encode() + b"\n"

    def observation(self) -> Observation:
        """What was heard, put together."""
        stdout, stderr = self._streams["stdout"], self._streams["stderr"]
        report: dict[str, Any] = {}
        # First that the script is about to start, then everything. A line without its end was cut by a deadline.
        for line in self._report.split(b"\n")[:-1]:
            report |= json.loads(line)
        if not report:
            ended = stderr.text().strip().rpartition("\n")[2] or "no report"
            report = {"refused": "launcher", "errno": None, "detail": f"it ended early: {ended[:300]}"}
        return Observation(
            report=report,
            stdout=stdout.text(),
            stderr=stderr.text(),
            output_is_cut=stdout.is_cut or stderr.is_cut,
            last_commands=tuple(line.decode("utf-8", "surrogateescape") for line in self._trace.last_lines),
            last_step=self._trace.last_step,
            furthest_step=self._trace.furthest_step,
            stopped_by=self._stopped_by,
            has_prompted=self._trace.has_prompted,
            named=frozenset(self._trace.named),
        )


class _KeptOutput:
    """The beginning and the end of a stream: the beginning says what it was about, the end why it stopped."""

    def __init__(self, most_bytes: int) -> None:
        self.total_bytes = 0
        self._half = most_bytes // 2
        self._head = bytearray()
        self._tail = bytearray()

    @property
    def is_cut(self) -> bool:
        """Whether something in the middle is missing."""
        return self.total_bytes > len(self._head) + min(len(self._tail), self._half)

    def add(self, chunk: bytes) -> None:
        """One more piece."""
        self.total_bytes += len(chunk)
        room = self._half - len(self._head)
        self._head += chunk[:room]
        self._tail += chunk[room:]
        if len(self._tail) > 2 * self._half + _READ_BYTES:
            del self._tail[: -self._half]

    def text(self) -> str:
        """What was kept; a line in the middle says how much was not."""
        tail = self._tail[-self._half :] if len(self._tail) > self._half else self._tail
        missing = self.total_bytes - len(self._head) - len(tail)
        gap = f"\n… {missing:,} bytes left out …\n".encode() if missing else b""
        return (bytes(self._head) + gap + bytes(tail)).decode("utf-8", "surrogateescape")


class _Trace:
    """Reads bash's trace line by line and keeps next to nothing of it: it may be endless, and hold secrets."""

    def __init__(self, look_for: Callable[[bytes], set[bytes]] | None) -> None:
        self.named: set[bytes] = set()
        self._look_for = look_for
        self.last_lines: deque[bytes] = deque(maxlen=_TRACE_LINES_KEPT)
        self.last_step: int | None = None
        self.furthest_step: int | None = None
        self.has_prompted = False
        self._rest = b""

    def add(self, chunk: bytes) -> None:
        """One more piece."""
        text = self._rest + chunk
        if self._look_for is not None:
            self.named |= self._look_for(text)
        *lines, rest = text.split(b"\n")
        self._rest = rest[:_TRACE_LINE_BYTES]
        for line in lines:
            if step := _STEP.match(line):
                self.last_step = int(step[1])
                self.furthest_step = max(self.last_step, self.furthest_step or 0)
            elif line.startswith(b"+"):
                command = line[:_TRACE_LINE_BYTES].lstrip(b"+ ")
                self.has_prompted = self.has_prompted or bool(_PROMPTS.match(command))
                self.last_lines.append(command)
