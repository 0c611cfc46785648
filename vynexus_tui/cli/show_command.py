"""`vynexus show NAME|ID`: one automation or pattern, whole, with its evidence."""

import argparse
import shlex
from collections.abc import Iterator, Sequence

from vynexus_tui.cli.json_shapes import automation_shape
from vynexus_tui.cli.pattern_explanation import Explained, explained_shape, explanation_lines
from vynexus_tui.cli.printing import day, folder, now_utc, print_json, shown, shown_block
from vynexus_tui.cli.trial_printing import print_trial
from vynexus_tui.domain.cycles import AutomationHead
from vynexus_tui.domain.errors import RequestError
from vynexus_tui.domain.identifiers import PatternId
from vynexus_tui.domain.patterns import Pattern
from vynexus_tui.engine.assembly import Workspace
from vynexus_tui.engine.decisions import approval_rule_for
from vynexus_tui.engine.explanation import explain_potential, held_back, read_outcome, varying_values
from vynexus_tui.engine.snapshots import build_snapshot, read_evidence, read_pattern

_MOST_OCCURRENCES = 5
_MOST_PATHS = 20


def run(workspace: Workspace, options: argparse.Namespace) -> int:
    """Prints it."""
    head = find_head(workspace, options.name)
    if head is None:
        pattern = _find_pattern(workspace, options.name)
        if options.json:
            print_json(explained_shape(_explain(workspace, pattern, most=_MOST_OCCURRENCES)))
        else:
            _print_pattern(workspace, pattern)
        return 0
    if options.json:
        print_json(automation_shape(head.automation, head.trial, head))
    else:
        _print_automation(workspace, head)
    return 0


def find_head(workspace: Workspace, name_or_id: str) -> AutomationHead | None:
    """The automation with this name or id."""
    heads = build_snapshot(workspace, now=now_utc()).automations
    return next((h for h in heads if name_or_id in (h.automation.name, h.automation.automation_id)), None)


def _find_pattern(workspace: Workspace, pattern_id: str) -> Pattern:
    try:
        return read_pattern(workspace, PatternId(pattern_id))
    except RequestError:
        raise RequestError(f"no automation or pattern {pattern_id!r}", "list them: vynexus automations, vynexus patterns") from None


def _print_automation(workspace: Workspace, head: AutomationHead) -> None:
    automation = head.automation
    rule = approval_rule_for(workspace, automation.automation_id)
    print(f"{automation.name}  ({automation.status}, {automation.template}, risk {automation.risk.level})")
    print(f"  {shown(automation.summary)}")
    for line in (*automation.risk.reasons, *automation.adds):
        print(f"  · {shown(line)}")
    for parameter in automation.parameters:
        seen = ", ".join(f"{shown(s.value, limit=40)} {s.count}x" for s in parameter.seen[:6])
        default = f"default {shown(parameter.default, limit=40)}" if parameter.default is not None else "must be given"
        print(f"  parameter {parameter.name}: {default}; seen {seen or 'nothing'}")
    if automation.is_function:
        print("  a function of your shell: it changes the shell that calls it")
    else:
        print(f"  runs {'where it is called' if automation.runs_in is None else f'always in {shown(automation.runs_in)}'}")
    print(f"  sha256 {automation.script.sha256}\n")
    print(shown_block(automation.script.text, indent="  │ "))
    print()
    if head.trial is not None:
        print_trial(head.trial)
    else:
        print(f"not tried yet: vynexus try {automation.name}")
    print("".join(f"{line}\n" for line in _first_run_lines(head)), end="")
    if automation.status in ("new", "tried"):
        words = {"one key": "can be approved", "typed name": "can be approved with its name typed", "blocked": "cannot be approved"}
        print(f"{words[rule.consent]}" + (f": {shown('; '.join(rule.reasons))}" if rule.reasons else ""))
        if rule.consent == "one key":
            print(f"  vynexus approve {automation.name} --sha256 {automation.script.sha256}")
        elif rule.consent == "typed name":
            print(f"  vynexus approve {automation.name} --sha256 {automation.script.sha256} --confirm {automation.name}")
        if rule.consent != "blocked":
            print("  Once approved it runs for real, not in the sandbox; --in DIR or --anywhere says where.")
    if automation.pattern_id is not None:
        print()
        try:
            _print_pattern(workspace, read_pattern(workspace, automation.pattern_id))
        except RequestError:
            print("Its pattern is no longer found in the recorded commands.")


def _first_run_lines(head: AutomationHead) -> Iterator[str]:
    """What the first real run changed, beside what the try had shown."""
    compared = head.comparison
    if compared is None:
        if head.awaits_comparison:
            tried = head.trial
            call = "" if tried is None else f": {head.automation.name} {shlex.join(tried.arguments)}".rstrip() + f" in {folder(tried.cwd)}"
            yield f"first run: not compared yet; it waits for one like the try{shown(call)}"
        return
    yield f"{compared.headline}  ({day(compared.started_at)}, exit {compared.exit_code})"
    if compared.surprise_count:
        yield "  changed during the run and not shown by the try (other programs may have done it):"
        yield from _listed(compared.surprises, compared.surprise_count)
    if compared.missing_count:
        yield "  shown by the try and not seen:"
        yield from _listed(compared.missing, compared.missing_count)
    if compared.not_known:
        yield "  changed, and the try could not have told:"
        yield from _listed(compared.not_known, len(compared.not_known))
    for reason in compared.reasons:
        yield f"  in part: {shown(reason)}"


def _listed(found: Sequence[tuple[str, str]], count: int) -> Iterator[str]:
    for path, what in found[:_MOST_PATHS]:
        yield f"    {shown(what)}  {shown(path)}"
    if count > _MOST_PATHS:
        yield f"    and {count - _MOST_PATHS:,} more"


def _print_pattern(workspace: Workspace, pattern: Pattern) -> None:
    print("\n".join(explanation_lines(_explain(workspace, pattern, most=_MOST_OCCURRENCES))))


def _explain(workspace: Workspace, pattern: Pattern, *, most: int) -> Explained:
    now, settings = now_utc(), workspace.settings.repetitive_task_detection
    parts = explain_potential(pattern, settings, now=now)
    return Explained(
        pattern=pattern,
        parts=parts,
        held=held_back(pattern, parts),
        varying=varying_values(pattern),
        outcome=read_outcome(workspace, pattern.pattern_id),
        evidence=read_evidence(workspace, pattern.pattern_id, most=most),
        threshold=settings.automation_threshold,
        now=now,
        home=str(workspace.paths.home),
    )
