"""What a trial showed: verdict, steps, changes, diffs, output, and what it could not show."""

from collections import Counter
from collections.abc import Sequence

from textual.content import Content

from vynexus_tui.domain.automations import Automation
from vynexus_tui.domain.trials import Consent, FileChange, SandboxCapability, SandboxLevel, StepOutcome, Trial, Verdict, approval_rule
from vynexus_tui.language.visible import visible
from vynexus_tui.tui.present import units
from vynexus_tui.tui.present.content import BAD, GOOD, MUTED, STRONG, WARN, indented, labelled, lines, shown, shown_lines, words
from vynexus_tui.tui.present.glyphs import CHANGE_LETTER
from vynexus_tui.tui.present.view import View

_VERDICT_STYLE = {Verdict.PASSED: GOOD, Verdict.STOPS_AT_NETWORK: WARN, Verdict.NOT_TRIED: WARN}
_STEP_STYLE = {StepOutcome.PASSED: GOOD, StepOutcome.FAILED: BAD, StepOutcome.NEEDS_NETWORK: WARN, StepOutcome.UNKNOWN: WARN}
_MOST_OF_STEP = 3
_MOST_CHANGES = 200
_MOST_OF_GIT = 3
"""Up to so many paths below .git/ are listed like any other."""
_DIFF_LIMIT = 20_000
_OUTPUT_LIMIT = 20_000


def verdict(trial: Trial) -> Content:
    """The headline in the verdict's colour."""
    return shown(trial.headline, _VERDICT_STYLE.get(trial.verdict, BAD))


def result(trial: Trial, script_sha256: str, view: View) -> Content:
    """The whole result, for the review screen."""
    parts = [words(verdict(trial), ("  ", ""), about(trial, script_sha256, view)), figures(trial), Content("")]
    parts += [steps(trial), Content("")] if trial.steps else []
    parts += [changes(trial, view), Content("")]
    parts += [*_beyond_files(trial, view), Content("")]
    parts += [not_known(trial), Content("")] if trial.not_known else []
    parts += [_cases(trial, view), Content("")] if trial.cases else []
    parts += _output(trial)
    return lines(*parts)


def _cases(trial: Trial, view: View) -> Content:
    """What the other sets of arguments showed."""
    rows = [Content.styled(f"With the other {units.plural(len(trial.cases), 'set')} of values you used", STRONG)]
    for case in trial.cases:
        values = shown(visible(" ".join(case.arguments), limit=40))
        where = "" if case.cwd == trial.cwd else f"  in {units.folder(case.cwd, view.home)}"
        rows.append(words("  ", values, "  ", shown(case.headline, _VERDICT_STYLE.get(case.verdict, BAD)), shown(where, MUTED)))
    return lines(*rows)


def about(trial: Trial, script_sha256: str, view: View) -> Content:
    """How old the trial is and whether it was of this very script."""
    same = "this exact script" if trial.script_sha256 == script_sha256 else "an earlier version of the script"
    return Content.styled(f"{units.ago(trial.tried_at, view.now)} · {same}", MUTED)


def figures(trial: Trial) -> Content:
    """Exit code, time, memory; only what was measured."""
    known = []
    if trial.exit_code is not None:
        known.append(f"exit {trial.exit_code}")
    if trial.duration_s is not None:
        known.append(units.duration(trial.duration_s))
    if trial.cpu_s is not None:
        known.append(f"cpu {units.duration(trial.cpu_s)}")
    if trial.peak_memory_bytes is not None:
        known.append(f"peak {units.size(trial.peak_memory_bytes)}")
    if trial.level is SandboxLevel.STATIC:
        known.append("level static: the script was only read, nothing was executed")
    return Content("   ".join(known))


def steps(trial: Trial) -> Content:
    """Every step with its outcome, and below it what it changed."""
    rows = []
    for step in trial.steps:
        style = _STEP_STYLE.get(step.outcome, MUTED)
        rows.append(words((f"{step.number:>3}  ", MUTED), (step.outcome.ljust(13), style), " ", shown(step.text)))
        if of_step := trial.changes_of(step.number):
            rows.append(words(" " * 19, _short(of_step, trial.cwd)))
    return lines(Content.styled("Steps", STRONG), *rows)


def _short(changes: Sequence[FileChange], cwd: str) -> Content:
    """The first paths of one step on one line; the whole list follows below."""
    parts: list[Content] = []
    for change in changes[:_MOST_OF_STEP]:
        letter, style = CHANGE_LETTER[change.kind]
        parts.append(words((letter, style), " ", shown(change.path.removeprefix(cwd.rstrip("/") + "/")), "  "))
    more = len(changes) - _MOST_OF_STEP
    return words(*parts, (f"and {units.count(more)} more", MUTED) if more > 0 else "")


def changes(trial: Trial, view: View, *, with_diffs: bool = True, most: int = _MOST_CHANGES) -> Content:
    """The paths it would change, each with its diff."""
    if trial.level is SandboxLevel.STATIC:
        calls = ", ".join(trial.calls) or "no programs found"
        return labelled("Calls", shown(calls))
    where = units.folder(trial.cwd, view.home)
    if not trial.changes:
        return words(("Would change ", STRONG), "nothing in ", shown(where))
    head = words(("Would change ", STRONG), units.plural(len(trial.changes), "path"), " from ", shown(where))
    of_git = [change for change in trial.changes if change.is_gits_own]
    of_git = of_git if len(of_git) > _MOST_OF_GIT else []
    listed = [change for change in trial.changes if not (of_git and change.is_gits_own)]
    inside = sorted(listed, key=lambda change: not change.path.startswith(trial.cwd.rstrip("/") + "/"))
    rows = [_change(change, trial, view, with_diffs) for change in inside[:most]]
    more = len(listed) - most
    rows += [Content.styled(f"    and {units.count(more)} more", MUTED)] if more > 0 else []
    return lines(head, *rows, *([_folded(of_git)] if of_git else []))


def _folded(of_git: Sequence[FileChange]) -> Content:
    kinds = ", ".join(f"{units.count(number)} {kind.value}" for kind, number in Counter(c.kind for c in of_git).most_common())
    what = "files" if all(change.type == "file" for change in of_git) else "paths"
    return words("    ", f"{units.count(len(of_git))} {what} below .git/ (git's own)  ", (kinds, MUTED))


def _change(change: FileChange, trial: Trial, view: View, with_diffs: bool) -> Content:
    letter, style = CHANGE_LETTER[change.kind]
    prefix = trial.cwd.rstrip("/") + "/"
    path = change.path.removeprefix(prefix) if change.path.startswith(prefix) else units.folder(change.path, view.home)
    details = [change.kind.value]
    if change.type != "file":
        details.append(change.type)
    if change.diff:
        details.append(diff_counts(change.diff))
    if change.no_diff:
        details.append(f"no diff: {change.no_diff}")
    if change.contained_count:
        details.append(units.plural(change.contained_count, "entry").replace("entrys", "entries"))
    if change.size_bytes is not None and not change.diff:
        details.append(units.size(change.size_bytes))
    if change.mode:
        details.append(f"mode {change.mode}")
    came_from = words((" from ", MUTED), shown(units.folder(change.renamed_from, view.home))) if change.renamed_from else Content("")
    row = words("  ", (letter, style), " ", shown(path), came_from, "  ", shown(", ".join(details), MUTED))
    extra = [words("    ", shown(change.warning, BAD))] if change.warning else []
    if with_diffs and change.diff:
        extra.append(indented(diff(change.diff), 4))
    return lines(row, *extra)


def diff_counts(text: str) -> str:
    """+1 −1."""
    rows = text.splitlines()[2:]
    added = sum(r.startswith("+") for r in rows)
    removed = sum(r.startswith("-") for r in rows)
    return f"+{added} −{removed}"


def diff(text: str) -> Content:
    """A unified diff in colours, without its two lines of file names; the +/- stays, so colour is never alone."""
    rows = []
    for number, line in enumerate(text[:_DIFF_LIMIT].splitlines()):
        if number < 2 and line.startswith(("+++ ", "--- ")):
            continue
        if line.startswith("@@"):
            rows.append(shown(line, MUTED))
        elif line.startswith("+"):
            rows.append(shown(line, GOOD))
        elif line.startswith("-"):
            rows.append(shown(line, BAD))
        else:
            rows.append(shown(line))
    if len(text) > _DIFF_LIMIT:
        rows.append(Content.styled("… the diff is longer", MUTED))
    return lines(*rows)


def _beyond_files(trial: Trial, view: View) -> list[Content]:
    if trial.level is SandboxLevel.STATIC:
        return [labelled("Network", Content.styled("not known", MUTED))]
    network = {None: "no attempt seen", False: "not used", True: "asked for, and refused"}[trial.network_attempted]
    found = [labelled("Network", Content(network))]
    if trial.leftover_processes is not None:
        left = units.plural(trial.leftover_processes, "process") if trial.leftover_processes else "none"
        found.append(
            labelled("Left over", Content(left.replace("processs", "processes") + (" still running at the end" if left != "none" else "")))
        )
    if trial.arguments:
        found.append(labelled("Arguments", *(shown(argument) for argument in trial.arguments)))
    return found


def not_known(trial: Trial) -> Content:
    """What the trial could not show."""
    return lines(Content.styled("Not known", STRONG), *(words("  ", shown(text, WARN)) for text in trial.not_known))


def _output(trial: Trial) -> list[Content]:
    parts = []
    for name, text in (("Output", trial.stdout), ("Errors", trial.stderr)):
        if text.strip():
            tail = text[-_OUTPUT_LIMIT:].rstrip("\n")
            parts += [Content.styled(name, STRONG), indented(shown_lines(tail))]
    return parts


def consent(trial: Trial | None, automation: Automation) -> Content:
    """What `a` would do now, and why."""
    rule = approval_rule(trial, automation.script.sha256, automation.risk, runs_in=automation.runs_in)
    match rule.consent:
        case Consent.ONE_KEY:
            return words(("a", STRONG), "  approves it at once; ", ("u", STRONG), " takes it back")
        case Consent.TYPED_NAME:
            first = words(("a", STRONG), "  asks you to type its name first, because")
            return lines(first, *(words("   · ", shown(reason, WARN)) for reason in rule.reasons))
        case Consent.BLOCKED:
            return words(("a", MUTED), "  not possible now: ", shown("; ".join(rule.reasons), WARN))


def capability(sandbox: SandboxCapability | None) -> Content | None:
    """Why trials can only read scripts here, and the line that changes it; None where they can run them."""
    if sandbox is None or sandbox.level is SandboxLevel.FULL:
        return None
    parts = [Content.styled("No sandbox here: a try only reads the script (level static).", WARN)]
    if sandbox.failed_stage:
        parts.append(labelled("Failed at", shown(sandbox.failed_stage)))
    if sandbox.repair:
        parts.append(labelled("Repair", shown(sandbox.repair)))
    return lines(*parts)
