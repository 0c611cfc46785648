"""Every setting: its default, its meaning, its range. The only home of defaults.

`config/optimization_config.yaml` is generated from here and a test fails when it is stale.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from typing import Any

from vynexus_tui.domain.errors import SettingsError
from vynexus_tui.domain.masked_places import MASKED_IN_HOME, MASKED_IN_SYSTEM


def _setting(
    default: Any,
    meaning: str,
    *,
    at_least: float | None = None,
    at_most: float | None = None,
    one_of: tuple[str, ...] = (),
    are_expressions: bool = False,
) -> Any:
    metadata = {"meaning": meaning, "at_least": at_least, "at_most": at_most, "one_of": one_of, "are_expressions": are_expressions}
    if isinstance(default, tuple):
        return field(default_factory=lambda: default, metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True, kw_only=True)
class RepetitiveTaskDetection:
    """What counts as repeated, and how fit for automation it is."""

    min_occurrences: int = _setting(3, "A pattern is something seen at least this often.", at_least=3)
    min_sessions: int = _setting(2, "... in at least this many shell sessions.", at_least=1)
    max_events: int = _setting(100_000, "Newest commands that are looked at.", at_least=10_000)
    idle_gap_s: float = _setting(1800.0, "A pause longer than this ends a workflow (seconds).", at_least=60)
    automation_threshold: float = _setting(0.7, "Potential above which an automation is made.", at_least=0, at_most=1)
    frequency_weight: float = _setting(0.4, "Weight of how often it happens.", at_least=0, at_most=1)
    time_saving_weight: float = _setting(0.3, "Weight of how much time it takes by hand.", at_least=0, at_most=1)
    recency_weight: float = _setting(0.3, "Weight of how recently it happened.", at_least=0, at_most=1)
    frequency_half_per_week: float = _setting(0.28, "At this many times a week, frequency counts half.", at_least=0.01)
    time_saving_half_s_per_week: float = _setting(
        10.0, "At this much time by hand per week, time saving counts half (seconds).", at_least=0.1
    )
    recency_half_life_days: float = _setting(30.0, "After this many days without it, recency counts half.", at_least=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PerformanceAnalysis:
    """Where time goes."""

    max_metrics: int = _setting(100_000, "Measured executions kept for analysis.", at_least=5_000)
    slow_command_ms: float = _setting(1000.0, "A command whose median is above this is shown as slow (milliseconds).", at_least=1)
    cpu_limit_share: float = _setting(0.8, "CPU use above this share of the machine is shown.", at_least=0.05, at_most=1)
    memory_limit_share: float = _setting(0.8, "Memory use above this share of the machine is shown.", at_least=0.05, at_most=1)
    min_lost_s_per_week: float = _setting(30.0, "Findings that cost less than this per week are not shown (seconds).", at_least=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowOptimization:
    """How workflows are scored: success^w1 * performance^w2 * resources^w3."""

    success_weight: float = _setting(0.5, "Weight of the success rate.", at_least=0, at_most=1)
    performance_weight: float = _setting(0.3, "Weight of a typical run against a good run.", at_least=0, at_most=1)
    resource_weight: float = _setting(0.2, "Weight of CPU and memory use.", at_least=0, at_most=1)
    min_measured: int = _setting(3, "Below this many measured occurrences there is no score.", at_least=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class AutomationCreation:
    """What becomes a script."""

    max_automations: int = _setting(100, "At most this many automations exist at once.", at_least=1, at_most=100)
    snooze_days: int = _setting(30, "A rejected or snoozed pattern is not offered again for this many days.", at_least=1)
    keeps_existing_files: bool = _setting(True, "Whether a script stops rather than overwrite a file whose name is new each time.")
    connect_timeout_s: int = _setting(
        10, "A call of curl gets this long to reach its server, where it says nothing else (seconds).", at_least=1
    )
    request_timeout_s: int = _setting(
        60,
        "A call of curl, wget or httpie that answers nothing for this long fails (seconds); so does a short curl call that takes longer.",
        at_least=1,
    )
    request_retries: int = _setting(
        2, "A call that may be repeated (GET, HEAD, PUT, DELETE) is tried again this often; 0 never.", at_least=0, at_most=10
    )
    failures_until_paused: int = _setting(3, "An automation that fails this often in a row stops itself.", at_least=1)
    most_proposals: int = _setting(5, "At most this many proposals ask for your attention at a time.", at_least=1)
    unused_days: int = _setting(60, "Retiring is proposed for what was not used for this many days.", at_least=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """Limits of a trial."""

    wall_s: float = _setting(30.0, "Longest time a trial may take (seconds).", at_least=1, at_most=3600)
    cpu_s: int = _setting(20, "CPU time each process may use (seconds).", at_least=1)
    memory_mb: int = _setting(1024, "Memory of all processes together (MiB).", at_least=16)
    processes: int = _setting(256, "Processes at once.", at_least=8)
    disk_mb: int = _setting(512, "What it may write, held in memory (MiB); never more than a quarter of what is free.", at_least=1)
    inodes: int = _setting(50_000, "Files it may create.", at_least=100)
    output_kb: int = _setting(1024, "Output kept (KiB).", at_least=1)
    masked_paths: tuple[str, ...] = _setting(
        (),
        f"More paths a trial must not read, absolute or with ~/. Masked anyway, below home: {' '.join(MASKED_IN_HOME)}; "
        f"elsewhere: {' '.join(MASKED_IN_SYSTEM)}; and our own state.",
    )
    unmasked_paths: tuple[str, ...] = _setting(
        (), "Paths of that list a trial may read after all, say ~/.kube for one that asks a cluster."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """The cycle in the background."""

    cycle_interval_s: int = _setting(300, "Seconds between two cycles while the dashboard is open.", at_least=10)
    busy_timeout_ms: int = _setting(5000, "How long to wait for the database when another process writes.", at_least=100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What is kept of what you type."""

    command_filter: tuple[str, ...] = _setting((), "Regular expressions; a command that matches one is never stored.", are_expressions=True)
    cwd_filter: tuple[str, ...] = _setting(
        (), "Regular expressions; commands run in a matching directory are never stored.", are_expressions=True
    )
    secret_patterns: tuple[str, ...] = _setting(
        (),
        "Regular expressions beside the built-in rules; what matches (the first group, where there is one) is replaced as a secret.",
        are_expressions=True,
    )
    uses_atuin_filters: bool = _setting(True, "Whether history_filter and cwd_filter of Atuin's settings hold here too.")
    includes_agents: bool = _setting(False, "Whether commands run by AI agents are mined as if they were yours.")
    measures_cpu: bool = _setting(True, "Whether hooks note the CPU time of commands of 0.1 s and more (holds for shells started later).")
    retention_days: int = _setting(0, "Commands older than this are deleted (days); 0 keeps them.", at_least=0)
    max_command_kb: int = _setting(64, "Longer command lines are cut (KiB).", at_least=1, at_most=1024)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ui:
    """The dashboard."""

    theme: str = _setting("auto", "Textual theme name, or auto.")
    glyphs: str = _setting("auto", "Status marks: unicode, ascii, or auto (from the locale).", one_of=("auto", "unicode", "ascii"))
    refresh_s: float = _setting(2.0, "Seconds between two readings of the machine.", at_least=0.5, at_most=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All sections; section names are the YAML's."""

    repetitive_task_detection: RepetitiveTaskDetection = field(default_factory=RepetitiveTaskDetection)
    performance_analysis: PerformanceAnalysis = field(default_factory=PerformanceAnalysis)
    workflow_optimization: WorkflowOptimization = field(default_factory=WorkflowOptimization)
    automation_creation: AutomationCreation = field(default_factory=AutomationCreation)
    sandbox: Sandbox = field(default_factory=Sandbox)
    engine: Engine = field(default_factory=Engine)
    recording: Recording = field(default_factory=Recording)
    ui: Ui = field(default_factory=Ui)


SECTIONS: dict[str, type[Any]] = {
    f.name: f.default_factory  # type: ignore[misc]
    for f in fields(Settings)
}
"""Section name to its class."""


def build_settings(values: Mapping[str, Any], *, where: str) -> Settings:
    """Settings from parsed YAML. Raises SettingsError naming file (`where`), key and allowed values."""
    sections = {}
    for name, given in values.items():
        section = SECTIONS.get(name)
        if section is None:
            raise SettingsError(f"{where}: unknown section '{name}'", _nearest(name, SECTIONS))
        if not isinstance(given, Mapping):
            raise SettingsError(f"{where}: '{name}' must hold keys", f"for example:\n  {name}:\n    {fields(section)[0].name}: ...")
        sections[name] = _build_section(section, given, f"{where}: {name}")
    return Settings(**sections)


def _build_section(section: type[Any], given: Mapping[str, Any], where: str) -> Any:
    known = {f.name: f for f in fields(section)}
    checked = {}
    for key, value in given.items():
        if key not in known:
            raise SettingsError(f"{where}: unknown key '{key}'", _nearest(str(key), known))
        checked[key] = _check_value(value, getattr(section(), key), known[key].metadata, f"{where}.{key}")
    return section(**checked)


def _check_value(value: Any, default: Any, rule: Mapping[str, Any], where: str) -> Any:
    if isinstance(default, tuple):
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            raise SettingsError(f"{where}: {value!r} is not a list of texts", 'for example ["^secret "]')
        if rule["are_expressions"]:
            _check_expressions(value, where)
        return tuple(value)
    expected = type(default)
    if expected is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if type(value) is not expected:
        words = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}
        raise SettingsError(f"{where}: {value!r} is not {words[expected]}", f"the default is {default!r}")
    low, high, one_of = rule["at_least"], rule["at_most"], rule["one_of"]
    if one_of and value not in one_of:
        raise SettingsError(f"{where}: {value!r} is not allowed", "allowed: " + ", ".join(one_of))
    if (low is not None and value < low) or (high is not None and value > high):
        span = f"at least {low}" if high is None else f"from {low} to {high}" if low is not None else f"at most {high}"
        raise SettingsError(f"{where}: {value!r} is out of range", f"allowed: {span}; the default is {default!r}")
    return value


def _check_expressions(values: list[str], where: str) -> None:
    for value in values:
        try:
            re.compile(value)
        except (re.error, RecursionError) as error:
            raise SettingsError(f"{where}: {value!r} is not a regular expression ({error})", 'for example "^secret "') from None


def _nearest(key: str, known: Mapping[str, Any]) -> str:
    near = get_close_matches(key, known, n=1)
    return f"did you mean '{near[0]}'?" if near else "allowed: " + ", ".join(known)
