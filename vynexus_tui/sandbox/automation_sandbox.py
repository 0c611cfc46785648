"""Try a script where it can hurt nothing, and say what it would change. The one entry to this room."""

import os
import re
import stat
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from vynexus_tui.domain.errors import SandboxError
from vynexus_tui.domain.identifiers import AutomationId, text_sha256
from vynexus_tui.domain.settings import Sandbox
from vynexus_tui.domain.trials import ChangeKind, FileChange, SandboxCapability, SandboxLevel, StepOutcome, Trial, TrialStep, Verdict
from vynexus_tui.sandbox.capability import describe_refusal, find_capability, forget_capability
from vynexus_tui.sandbox.file_changes import measure_tree
from vynexus_tui.sandbox.mentions import Mentions
from vynexus_tui.sandbox.static_reading import called_programs, network_words, syntax_error, unshowable
from vynexus_tui.sandbox.supervisor import Means, Observation, observe_trial
from vynexus_tui.sandbox.trial_request import build_environment, build_request, find_bash, withheld_variables
from vynexus_tui.sandbox.verdicts import DISK_SPACE, judge, judge_steps, swallowed_limit


class AutomationSandbox:
    """Tries scripts within `settings`; `masked_paths` (our own state) and known secrets are unreadable to them.

    `cache_dir` keeps the result of the self-test until the machine restarts; None runs it once per object.
    """

    def __init__(self, settings: Sandbox, *, home: str, masked_paths: tuple[str, ...] = (), cache_dir: str | None) -> None:
        self._settings = settings
        self._home = home
        self._masked_paths = masked_paths
        self._cache_dir = cache_dir
        self._capability: SandboxCapability | None = None

    def capability(self) -> SandboxCapability:
        """What can be isolated here, tried for real (about 0.1 s the first time). A failure is tried again on the next call."""
        if self._capability is None or self._capability.level is SandboxLevel.STATIC:
            self._capability = find_capability(environment={"PATH": os.environ.get("PATH", os.defpath)}, cache_dir=self._cache_dir)
        return self._capability

    def run_trial(
        self,
        script_text: str,
        *,
        arguments: tuple[str, ...] = (),
        cwd: str,
        environment: Mapping[str, str],
        steps: tuple[str, ...] = (),
        now: datetime,
        on_output: Callable[[str], None] | None = None,
        should_stop: Callable[[], bool] | None = None,
        automation_id: AutomationId | None = None,
    ) -> Trial:
        """One try of `script_text` (bash) in `cwd`. Where isolation fails it is only read: level static, verdict not_tried.
        Raises SandboxError when it is stopped before the script was started.

        `steps` are the texts of the script's steps; it announces step N by the line `: step N`. Blocks up to the wall clock limit.
        """
        common: dict[str, Any] = {
            "script_sha256": text_sha256(script_text),
            "cwd": cwd,
            "arguments": arguments,
            "tried_at": now,
            "automation_id": automation_id,
        }
        capability = self.capability() if Path(cwd).is_dir() else _no_such_directory(cwd)
        if capability.level is SandboxLevel.STATIC:
            return _read_only_trial(script_text, steps, capability, find_bash(environment), common)
        request = build_request(
            script_text,
            settings=self._settings,
            home=self._home,
            cwd=cwd,
            environment=environment,
            arguments=arguments,
            ours=self._masked_paths,
            has_steps=bool(steps),
        )
        mentions = Mentions(self._home, request["masked_paths"])
        listeners: dict[str, Any] = {"on_output": on_output, "should_stop": should_stop, "look_for": mentions.find}
        means = Means(in_scope=capability.has_cgroup, on_disk=capability.is_on_disk)
        seen = observe_trial(request, means=means, output_bytes=self._settings.output_kb << 10, **listeners)
        if means.in_scope and "refused" in seen.report:  # the systemd manager has gone: the watchdog stays
            means = means._replace(in_scope=False)
            seen = observe_trial(request, means=means, output_bytes=self._settings.output_kb << 10, **listeners)
        if "refused" in seen.report and seen.stopped_by == "person":
            raise SandboxError("stopped before the script was started", "nothing was executed; try it again")
        if "refused" in seen.report:
            forget_capability(self._cache_dir)
            return _read_only_trial(script_text, steps, describe_refusal(seen.report), find_bash(environment), common)
        return self._full_trial(script_text, steps, seen, mentions, environment, common)

    def _full_trial(
        self,
        script: str,
        steps: tuple[str, ...],
        seen: Observation,
        mentions: Mentions,
        environment: Mapping[str, str],
        common: Mapping[str, Any],
    ) -> Trial:
        judgement = judge(seen, self._settings)
        judged = judge_steps(steps, seen, judgement.verdict)
        report = seen.report
        not_known = [*report.get("notes", ()), *unshowable(script)]
        touched = f"{script}\n{seen.stderr}"
        near = tuple(os.path.realpath(place).rstrip("/") + "/" for place in (common["cwd"], self._home))
        limited = [(path, how) for path, how in report.get("limited", {}).items() if path in touched or path.startswith(near)]
        not_known += [f"{path} is {how}" for path, how in limited[:_MOST_LIMITED_NAMED]]
        if len(limited) > _MOST_LIMITED_NAMED:
            not_known.append(f"{len(limited) - _MOST_LIMITED_NAMED:,} more places are hidden or read-only in the trial")
        passed_on = build_environment(environment, home=self._home, cwd=common["cwd"])
        not_known += [f"${name} is another or none in a trial" for name in withheld_variables(script, environment, passed_on)]
        if _OWN_PLACE in script:
            not_known.append("the script looks whether it is being tried")
        if judgement.verdict is Verdict.PASSED:
            not_known += [f"step {s.number} was not reached: what it does" for s in judged if s.outcome is StepOutcome.NOT_REACHED]
            if judgement.network_attempted is None:
                not_known += [f"{said}, but did not in this try" for said in network_words(script)]
        not_known += _hidden_places(script, seen, mentions)
        not_known += _doubts(seen, judgement.verdict, judgement.network_attempted, self._settings.output_kb)
        if judgement.limit == DISK_SPACE:
            words = (script, *common["arguments"], *seen.last_commands, seen.stderr[-_STDERR_TAIL:])
            not_known += _too_large_files(words, common["cwd"], self._settings.disk_mb)
        return Trial(
            **common,
            level=SandboxLevel.FULL,
            verdict=judgement.verdict,
            exit_code=judgement.exit_code,
            duration_s=report.get("duration_s"),
            cpu_s=report.get("cpu_s"),
            peak_memory_bytes=report.get("peak_memory_bytes"),
            steps=judged,
            changes=tuple(_file_change(c) for c in report.get("changes", ())),
            network_attempted=judgement.network_attempted,
            leftover_processes=report.get("leftover_processes"),
            stdout=seen.stdout,
            stderr=seen.stderr,
            limit=judgement.limit,
            reason=judgement.reason,
            not_known=tuple(dict.fromkeys(not_known)),
        )


def stale_paths(trial: Trial) -> tuple[str, ...]:
    """Paths of the trial whose real file is not what it was then: changed, appeared or vanished. The trial no longer speaks for them."""
    return tuple(change.path for change in trial.changes if _is_stale(change))


def _is_stale(change: FileChange) -> bool:
    real_path = change.renamed_from or change.path
    if any(os.path.realpath(folder) != folder for folder in map(os.path.dirname, (change.path, real_path))):
        return True  # a listed path has no link above it: there is one now
    if change.renamed_from is not None and _lstat(change.path) is not None:
        return True
    now, parent = _lstat(real_path), _lstat(os.path.dirname(real_path))
    if change.parent_mtime_ns is not None and parent is not None and parent.st_mtime_ns != change.parent_mtime_ns:
        return True
    if now is None or change.lower_mtime_ns is None:
        return (now is None) != (change.lower_mtime_ns is None)
    if change.kind is ChangeKind.CHMOD and change.type == "dir":
        return not stat.S_ISDIR(now.st_mode)  # a directory's times move with every file in it
    if now.st_mtime_ns != change.lower_mtime_ns or change.lower_ctime_ns not in (None, now.st_ctime_ns):
        return True
    return change.lower_newest_ctime_ns not in (None, measure_tree(real_path).newest_ctime_ns)


def _lstat(path: str) -> os.stat_result | None:
    try:
        return os.lstat(path)
    except OSError:
        return None


def _read_only_trial(script: str, steps: tuple[str, ...], capability: SandboxCapability, bash: str, common: Mapping[str, Any]) -> Trial:
    error = syntax_error(script, bash)
    reason = f"not valid bash: {error}" if error else capability.failed_stage
    return Trial(
        **common,
        level=SandboxLevel.STATIC,
        verdict=Verdict.NOT_TRIED,
        steps=tuple(TrialStep(number=n, text=text, outcome=StepOutcome.UNKNOWN) for n, text in enumerate(steps, start=1)),
        reason=reason,
        not_known=("nothing was executed: what it changes is not known", *network_words(script), *unshowable(script)),
        calls=called_programs(script),
    )


def _no_such_directory(cwd: str) -> SandboxCapability:
    return SandboxCapability(level=SandboxLevel.STATIC, failed_stage=f"working directory: {cwd} does not exist")


_MOST_READ_NAMED = 3
_MOST_LIMITED_NAMED = 5
_OWN_PLACE = "/run/vynexus"
_STDERR_TAIL = 2000
_WORD = re.compile(r"[^\s'\"=;|&<>()`$]+")


def _hidden_places(script: str, seen: Observation, mentions: Mentions) -> list[str]:
    """Places the trial shows empty: what the script did to their stand-ins, and which it only names."""
    masked: Mapping[str, str] = seen.report.get("masked", {})
    notes = [f"{path} is hidden from trials, and the script {verb} it" for path, verb in masked.items() if verb != "reads"]
    read = [path for path, verb in masked.items() if verb == "reads"]
    notes += [f"{path} is hidden from trials, and the script reads it" for path in read[:_MOST_READ_NAMED]]
    if len(read) > _MOST_READ_NAMED:
        notes.append(f"{len(read) - _MOST_READ_NAMED} more paths it reads are hidden from trials")
    complained = mentions.find(seen.stderr.encode("utf-8", "surrogateescape")) & mentions.secrets.keys()
    named = mentions.find_in_script(script) | complained | seen.named
    return notes + [f"{path} is {how}" for path, how in sorted(mentions.describe(named).items()) if path not in masked]


def _doubts(seen: Observation, verdict: Verdict, network_attempted: bool | None, output_kb: int) -> list[str]:
    doubts = []
    if seen.output_is_cut:
        doubts.append(f"output: only the first and the last {output_kb // 2:,} KB are kept")
    if network_attempted and (verdict is not Verdict.STOPS_AT_NETWORK or seen.report.get("exit_code") == 0):
        doubts.append("it tried a connection, which a trial does not have, and went on without it")
    if count := seen.report.get("leftover_processes"):
        doubts.append(
            f"what the {count} processes it leaves behind do later" if count > 1 else "what the process it leaves behind does later"
        )
    if "nvalid cross-device link" in seen.stderr:
        doubts.append("a whole directory cannot be moved in one piece in a trial, nor a nameless file be given a name; the real run can")
    if verdict in (Verdict.PASSED, Verdict.STOPS_AT_NETWORK) and (limit := swallowed_limit(seen)):
        doubts.append(f"it went on after it had met a limit of the trial: {limit}")
    if "Value too large for defined data type" in seen.stderr:
        doubts.append("a file of another user could not be changed here; the real run may be able to")
    if "Device or resource busy" in seen.stderr:
        doubts.append("a directory with mounts below it cannot be moved or removed in a trial")
    if "changes" not in seen.report:
        doubts.append("there is no list of changes")
    return doubts


def _too_large_files(texts: Iterable[str], cwd: str, disk_mb: int) -> list[str]:
    """A file is copied whole before it is changed: the named ones that cannot fit say why there was no space."""
    notes = []
    for word in dict.fromkeys(word.rstrip(":,.") for text in texts for word in _WORD.findall(text)):
        status = _lstat(os.path.join(cwd, word))
        if status is not None and stat.S_ISREG(status.st_mode) and status.st_size > disk_mb << 20:
            size_mb = status.st_size >> 20
            notes.append(f"{word} ({size_mb:,} MB) is larger than what a trial may write ({disk_mb:,} MB): a change of it cannot be shown")
    return notes


def _file_change(reported: Mapping[str, Any]) -> FileChange:
    steps = reported.get("steps")
    return FileChange(**{**reported, "kind": ChangeKind(reported["kind"]), "steps": None if steps is None else tuple(steps)})
