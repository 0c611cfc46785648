"""How a try ended, in words: the verdict, the limit, the reason, and what the steps came to. Pure: an observation goes in."""

import re
import signal
from collections.abc import Mapping
from typing import Any, NamedTuple

from vynexus_tui.domain.settings import Sandbox
from vynexus_tui.domain.trials import StepOutcome, TrialStep, Verdict
from vynexus_tui.language.lexing import parse_command
from vynexus_tui.language.program_facts import is_interactive, network_reason
from vynexus_tui.sandbox.supervisor import Observation
from vynexus_tui.sandbox.trial_request import SCRIPT_PATH

DISK_SPACE = "disk space"
_TAIL_LINES = 20
_REASON_CHARACTERS = 200
_NO_NETWORK = re.compile(
    r"could(?: not|n.t) resolve (?:host|proxy)|temporary failure (?:in name resolution|resolving)|name or service not known|no such host"
    r"|network is (?:unreachable|down)|no route to host|unable to resolve host|could not connect to server|failed to connect to (?!bus)"
    r"|connection refused|ENETUNREACH|EAI_AGAIN|ENOTFOUND|ECONNREFUSED|getaddrinfo|NewConnectionError|cannot assign requested address"
    r"|no address associated with hostname|error sending request for url|nodename nor servname",
    re.IGNORECASE,
)
_NO_PERSON = re.compile(
    r"no tty present|a terminal is required|/dev/tty|not a (?:terminal|tty)|inappropriate ioctl for device|terminal is dumb"
    r"|input is not from a terminal|terminal prompts disabled|EOF when reading a line|the input device is not a tty"
    r"|must be run from a terminal|error opening terminal|password is required",
    re.IGNORECASE,
)
_NO_MEMORY = re.compile(r"MemoryError|cannot allocate|out of memory|std::bad_alloc|memory exhausted", re.IGNORECASE)
_NO_PROCESSES = re.compile(r"fork: (?:retry: )?resource temporarily unavailable|BlockingIOError: \[Errno 11\]", re.IGNORECASE)
_NO_SPACE = re.compile(r"no space left on device|file size limit exceeded", re.IGNORECASE)
_NO_CPU_TIME = re.compile(r"cpu time limit exceeded|(?:terminated|killed) by signal (?:24|SIGXCPU)", re.IGNORECASE)
_STOPPED = re.compile(r"[\w.-]+: (?:stopped at (?:line|step) \d|to go on from there: )")
_READS = re.compile(r"read(?: |$)")
_UNANSWERED = re.compile(r"[^\n]\? \Z|\[[yY]/[nN]\][: ]*\Z|(?:password|passphrase)[^\n]{0,60}: \Z", re.IGNORECASE)
"""A question at the very end, without a line feed after it."""
_PROMPT_CHARACTERS = 200
_TELLING = re.compile(r"\b(?:fatal|error|cannot|can't|denied|not found|no such|invalid|unknown|missing|must|unable)\b", re.IGNORECASE)


class Judgement(NamedTuple):
    """The verdict and the words that go with it."""

    verdict: Verdict
    exit_code: int | None
    network_attempted: bool | None
    limit: str | None = None
    reason: str | None = None


def judge(seen: Observation, settings: Sandbox) -> Judgement:
    """The verdict on a script that was executed (`seen.report` has no `refused`)."""
    code = shell_exit_code(seen.report.get("exit_code"))
    tail = "\n".join(seen.stderr.splitlines()[-_TAIL_LINES:])
    network = True if seen.report.get("network", 0) or _NO_NETWORK.search(tail) else None
    limit = _broken_limit(seen, settings, code, tail)
    stops_there = bool(network) and code != 0 and _uses_network(seen.last_commands)
    if stops_there and (limit is None or limit.startswith("time")):
        return Judgement(Verdict.STOPS_AT_NETWORK, code, network, reason=_last_line(seen.stderr))
    if _waited_for_input(seen, code, limit, tail):
        return Judgement(Verdict.ASKS_FOR_INPUT, code, network, reason=_last_line(seen.stderr) or "it reads input, and nobody is there")
    if limit is not None:
        return Judgement(Verdict.CUT_OFF, code, network, limit=limit, reason=_last_line(seen.stderr))
    if code == 0:
        return Judgement(Verdict.STOPS_AT_NETWORK if network else Verdict.PASSED, code, network)
    reason = _last_line(seen.stderr) or _last_line(seen.stdout) or _exit_words(seen.report.get("exit_code"))
    if network and _NO_NETWORK.search(tail):
        return Judgement(Verdict.STOPS_AT_NETWORK, code, network, reason=reason)
    return Judgement(Verdict.FAILED, code, network, reason=reason)


def judge_steps(texts: tuple[str, ...], seen: Observation, verdict: Verdict) -> tuple[TrialStep, ...]:
    """What became of each step: the one reached last takes the blame."""
    return tuple(
        TrialStep(number=number, text=text, outcome=_step_outcome(number, seen, verdict)) for number, text in enumerate(texts, start=1)
    )


def shell_exit_code(status: int | None) -> int | None:
    """The exit status as a shell gives it: 128 + n for signal n."""
    return None if status is None else 128 - status if status < 0 else status


def _step_outcome(number: int, seen: Observation, verdict: Verdict) -> StepOutcome:
    if seen.last_step is None or seen.furthest_step is None:
        return StepOutcome.UNKNOWN
    needs_network = seen.report.get("network_step")
    if needs_network is None and verdict is Verdict.STOPS_AT_NETWORK:
        needs_network = seen.last_step
    if number == seen.last_step and verdict not in (Verdict.PASSED, Verdict.STOPS_AT_NETWORK):
        return StepOutcome.FAILED
    if number == needs_network:
        return StepOutcome.NEEDS_NETWORK
    if needs_network is not None and number > needs_network and verdict is Verdict.STOPS_AT_NETWORK:
        return StepOutcome.UNKNOWN  # with a network it would have done something else, or gone on
    return StepOutcome.NOT_REACHED if number > seen.furthest_step else StepOutcome.PASSED


def _broken_limit(seen: Observation, settings: Sandbox, code: int | None, tail: str) -> str | None:
    report: Mapping[str, Any] = seen.report
    if seen.stopped_by is not None:
        return {"output": "output", "person": "stopped", "deadline": "time"}[seen.stopped_by]
    if report.get("limit"):
        return str(report["limit"])
    if report.get("exit_code") is None:
        return "its launcher ended early"
    if report.get("is_full") or code == 128 + signal.SIGXFSZ or (code != 0 and _NO_SPACE.search(tail)):
        return DISK_SPACE
    if code == 128 + signal.SIGXCPU or _NO_CPU_TIME.search(tail):
        return f"CPU {settings.cpu_s} s"
    if code == 128 + signal.SIGKILL and (report.get("cpu_s") or 0) >= settings.cpu_s:
        return f"CPU {settings.cpu_s} s"
    if code != 0 and _NO_MEMORY.search(tail):
        return f"memory {settings.memory_mb} MB"
    # A fork bomb leaves its shell at once, and what it leaves behind can keep the watchdog from counting.
    if (code != 0 or (report.get("leftover_processes") or 0) > settings.processes // 2) and _NO_PROCESSES.search(tail):
        return "processes"
    return None


def swallowed_limit(seen: Observation) -> str | None:
    """The limit a program ran into and the script passed over, as far as its messages tell."""
    words = ((_NO_SPACE, DISK_SPACE), (_NO_MEMORY, "memory"), (_NO_PROCESSES, "processes"), (_NO_CPU_TIME, "CPU time"))
    return next((limit for pattern, limit in words if pattern.search(seen.stderr)), None)


def _waited_for_input(seen: Observation, code: int | None, limit: str | None, tail: str) -> bool:
    """Input is /dev/null: a `read` that ended the script, or a prompt just before its end, found nobody there.

    A `read` further back proves nothing: loops over the lines of a file end with one too.
    """
    if limit is not None and not limit.startswith("time"):
        return False
    if seen.has_prompted or _UNANSWERED.search(seen.stderr[-_PROMPT_CHARACTERS:]):
        return True
    if limit is not None and any(is_interactive(command) for command in seen.last_commands[-1:]):
        return True
    if code == 0:
        return False
    if any(_READS.match(command) for command in seen.last_commands[-1:]):
        return True
    return limit is None and bool(_NO_PERSON.search(tail))


def _uses_network(last_commands: tuple[str, ...]) -> bool:
    return any(network_reason(part) for command in last_commands[-1:] for part in parse_command(command))


def _last_line(stderr: str) -> str | None:
    lines = [line for line in stderr.splitlines() if line.strip()]
    # Our scripts' own last word says where they stopped, which the steps show; what went wrong was said before it.
    said = [line for line in lines if not _STOPPED.match(line)]
    telling = [line for line in said[-_TAIL_LINES:] if _TELLING.search(line)] or said
    return telling[-1].removeprefix(f"{SCRIPT_PATH}: ")[:_REASON_CHARACTERS] if telling else None


def _exit_words(status: int | None) -> str:
    if status is not None and status < 0:
        return f"ended by signal {signal.Signals(-status).name}" if -status in set(signal.Signals) else f"ended by signal {-status}"
    return f"exit {status}"
