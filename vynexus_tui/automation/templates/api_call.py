"""Asking a web service: an error page is a failure, a hanging server is not waited for, what may be repeated is tried again."""

import re
from collections.abc import Callable, Sequence

from vynexus_tui.automation.quoting import Edit
from vynexus_tui.automation.steps import ScriptStep, program_word
from vynexus_tui.automation.templates.additions import Additions, Routine, programs_of
from vynexus_tui.automation.templates.data_processing import PROGRAMS as DATA_PROGRAMS
from vynexus_tui.domain.settings import AutomationCreation
from vynexus_tui.language.outward import HTTP_CLIENTS, request_method
from vynexus_tui.language.program_facts import command_words

_IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})
"""RFC 9110, 9.2.2: asking twice has the effect of asking once."""


def fits(steps: Sequence[ScriptStep]) -> bool:
    """Whether every step asks a service and at most reshapes what it says."""
    programs = programs_of(steps)
    return bool(programs) and all(step and HTTP_CLIENTS & set(step) and set(step) <= HTTP_CLIENTS | DATA_PROGRAMS for step in programs)


def additions(routine: Routine) -> Additions:
    """The options for that, each only where the call does not have it."""
    edits: dict[int, tuple[Edit, ...]] = {}
    adds: dict[str, None] = {}
    for number, step in enumerate(routine.steps):
        for command in step.commands:
            words, program = command_words(command), program_word(command)
            missing = _MISSING.get(words[0]) if words and program else None
            if missing is None or program is None or not _is_call(words):
                continue
            method = request_method(words)
            if options := missing(words, routine.settings, method):
                place = Edit(program.end, program.end, "".join(f" {option}" for option in options))
                edits[number] = (*edits.get(number, ()), place)
                repeats = ": a " + method + " may be repeated" if any("retry" in o or "tries" in o for o in options) else ""
                adds[f"gives {words[0]} {' '.join(options)}{repeats}"] = None
    return Additions(edits=edits, adds=tuple(adds))


def _is_call(words: tuple[str, ...]) -> bool:
    return len(words) > 1 and words[1] not in ("--version", "-V", "--help", "-h")


def _curl(words: tuple[str, ...], settings: AutomationCreation, method: str) -> list[str]:
    short = {letter for w in words[1:] if w.startswith("-") and not w.startswith("--") for letter in w[1:]}
    names = {w.partition("=")[0] for w in words[1:] if w.startswith("--")}
    # With -w the person looks at the status herself.
    options = [] if short & set("fw") or names & {"--fail", "--fail-with-body", "--fail-early", "--write-out"} else ["--fail"]
    options += ["--show-error"] if ("s" in short or "--silent" in names) and "S" not in short and "--show-error" not in names else []
    options += [] if "--connect-timeout" in names else [f"--connect-timeout {settings.connect_timeout_s}"]
    if not ("m" in short or names & {"--max-time", "--speed-time"}):
        # A long transfer is no failure as long as something arrives.
        is_transfer = short & set("oOTN") or names & {"--output", "--remote-name", "--upload-file", "--no-buffer", "--remote-name-all"}
        options.append(f"--speed-time {settings.request_timeout_s}" if is_transfer else f"--max-time {settings.request_timeout_s}")
    # What came through a pipe cannot be sent twice.
    is_repeatable = method in _IDEMPOTENT and not any(w in ("-", "@-", "-T-", "-d@-") for w in words)
    return options + (
        [f"--retry {settings.request_retries}"] if is_repeatable and settings.request_retries and "--retry" not in names else []
    )


def _wget(words: tuple[str, ...], settings: AutomationCreation, method: str) -> list[str]:
    names = {w.partition("=")[0] for w in words[1:]}
    has_time = names & {"--timeout", "-T", "--connect-timeout", "--read-timeout"} or any(re.match(r"-\w*T", w) for w in words[1:])
    has_tries = names & {"--tries", "-t"} or any(re.match(r"-\w*t\d*$", w) for w in words[1:])
    options = [] if has_time else [f"--timeout={settings.request_timeout_s}"]
    # Without it wget tries 20 times, whatever the method.
    return options + ([] if has_tries else [f"--tries={settings.request_retries + 1 if method in _IDEMPOTENT else 1}"])


def _httpie(words: tuple[str, ...], settings: AutomationCreation, method: str) -> list[str]:
    del method
    names = {w.partition("=")[0] for w in words[1:]}
    options = [] if "--check-status" in names else ["--check-status"]
    return options + ([] if "--timeout" in names else [f"--timeout={settings.request_timeout_s}"])


_MISSING: dict[str, Callable[[tuple[str, ...], AutomationCreation, str], list[str]]] = {
    "curl": _curl,
    "wget": _wget,
    "http": _httpie,
    "https": _httpie,
    "xh": _httpie,
    "xhs": _httpie,
}
