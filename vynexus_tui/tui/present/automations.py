"""Automations as a list and as a preview; those that need the person come first."""

from textual.content import Content

from vynexus_tui.domain.automations import INSTALLED, AutomationStatus, Parameter, RiskLevel
from vynexus_tui.domain.cycles import AutomationHead
from vynexus_tui.tui.present import comparison, savings, scheduling, units
from vynexus_tui.tui.present import trial as trials
from vynexus_tui.tui.present.content import BAD, MUTED, STRONG, WARN, labelled, lines, shown, shown_lines, words
from vynexus_tui.tui.present.possible import why_not_folder
from vynexus_tui.tui.present.view import Column, ListSpec, Row, View

_S = AutomationStatus
_ORDER = (_S.TRIED, _S.FAILING, _S.NEW, _S.LIVE, _S.PAUSED, _S.REJECTED, _S.RETIRED)
_QUIET = frozenset({_S.REJECTED, _S.RETIRED})
FOR_REAL = Content.styled("runs for real, not in the sandbox", MUTED)
"""What a person must know of every approval."""


def rows(view: View) -> tuple[Row, ...]:
    """One row per automation."""
    return tuple(_row(head, view) for head in view.snapshot.automations)


def _row(head: AutomationHead, view: View) -> Row:
    automation = head.automation
    is_trying = view.trying == automation.automation_id
    state = "trying" if is_trying else automation.status.value
    saved = units.gain(head.saved_low_s)
    return Row(
        key=automation.automation_id,
        cells=(
            view.glyphs.trying if is_trying else view.glyphs.mark(automation.status),
            shown(automation.name),
            Content(state),
            view.glyphs.bar(automation.potential),
            Content.styled(saved, BAD if (head.saved_low_s or 0) < 0 else "")
            if head.saved_low_s is not None
            else Content.styled(saved, MUTED),
            last_result(head, view),
        ),
        words=f"{automation.name} {automation.summary} {state}".lower(),
        ranks=(
            f"{_ORDER.index(automation.status)}{1 - (automation.potential or 0):.4f}{automation.name}",
            -(automation.potential or 0),
            -(head.saved_low_s or 0),
            automation.name,
        ),
        # It is deployed as well: who asks for what is live wants to see those that fail.
        status="live failing" if state == _S.FAILING else state,
        is_quiet=automation.status in _QUIET,
    )


def last_result(head: AutomationHead, view: View) -> Content:
    """The newest thing worth knowing about it, in a few words."""
    if view.trying == head.automation.automation_id:
        return Content.styled("running in the sandbox", MUTED)
    match head.automation.status:
        case _S.NEW | _S.TRIED if not head.needs_you:
            return Content.styled("later: others first", MUTED)
        case _S.NEW:
            return trials.verdict(head.trial) if head.trial else Content.styled("s: try it", MUTED)
        case _S.TRIED:
            return trials.verdict(head.trial) if head.trial else Content.styled("s: try it again", MUTED)
        case _S.LIVE if head.comparison is not None and head.comparison.needs_a_look(view.now):
            return shown(head.comparison.headline, WARN)
        case _S.LIVE if head.unused_reason is not None:
            return Content.styled(f"{head.unused_reason}: D retires it", WARN)
        case _S.LIVE:
            return Content(runs(head)) if head.run_count else Content.styled("not run yet", MUTED)
        case _S.FAILING:
            return shown(f"stopped itself: {head.stopped_reason or f'{head.failed_count} of its runs failed'}", BAD)
        case _S.PAUSED:
            return Content.styled("paused by you", MUTED)
        case _S.REJECTED:
            return Content.styled("u takes it back", MUTED)
        case _S.RETIRED:
            return Content.styled(runs(head) if head.run_count else "never run", MUTED)


def runs(head: AutomationHead) -> str:
    """Ran 41×, 100 %."""
    return f"ran {units.count(head.run_count)}×, {units.share(head.success_share)}"


def success(head: AutomationHead, view: View) -> Content:
    """How often it ran, the share that succeeded and how far that can be trusted; why it stopped, or is no longer used."""
    rows = []
    if head.run_count:
        interval = head.success_interval
        sure = f" ({units.share(interval[0])} to {units.share(interval[1])}, 90 % interval)" if interval else ""
        aborted = f", {units.count(head.aborted_count)} stopped by you" if head.aborted_count else ""
        last = f" · last {units.ago(head.last_run_at, view.now)}" if head.last_run_at else ""
        rows.append(Content(f"{units.count(head.run_count)}{aborted}; {units.share(head.success_share)} succeeded{sure}{last}"))
    if head.automation.status is _S.FAILING:
        rows.append(shown(f"stopped itself: {head.stopped_reason or 'too many runs failed'}; p lets it run again, e mends it", BAD))
    if head.unused_reason is not None:
        rows.append(shown(f"{head.unused_reason}: D retires it", WARN))
    return labelled("Runs", *(rows or [Content.styled("none yet", MUTED)]))


def note(view: View) -> str:
    """How many need the person."""
    waiting = len(view.waiting)
    if not view.snapshot.automations:
        return ""
    return f"{waiting} need{'s' * (waiting == 1)} you" if waiting else "none needs you"


def empty(view: View) -> Content:
    """Why there is no automation yet."""
    if view.snapshot.patterns:
        return lines(
            Content("No automation yet: no pattern is above the threshold."),
            Content.styled("Press 2 for the patterns, and m on one of them to make an automation of it.", MUTED),
        )
    return nothing_found(view)


def nothing_found(view: View) -> Content:
    """No pattern yet: what would fill the dashboard, and which key does it."""
    recording = view.snapshot.recording
    if not recording.event_count:
        return lines(
            Content("Nothing recorded yet."),
            Content.styled("F shows what your shell history holds; vynexus hook install records from now on.", MUTED),
        )
    return lines(
        Content("No pattern yet: nothing was typed three times, in two sessions."),
        Content(f"{units.plural(recording.event_count, 'command')} so far."),
        Content.styled("R looks again now.", MUTED),
    )


def preview(view: View, key: str) -> Content | None:
    """What it is, what it would do, and what to press."""
    head = view.automation(key)
    if head is None:
        return None
    automation = head.automation
    parts = [shown(automation.summary), evidence(head, view), Content("")]
    if automation.status in INSTALLED:
        parts.append(success(head, view))
        parts += _by_hand_all_the_same(automation.automation_id, view)
        parts += [labelled("Scheduled", state)] if (state := scheduling.state(head)) is not None else []
        parts += [labelled("Installed", *approval(head, view.home).split("\n")), _trial(head, view)]
    else:
        parts += [_trial(head, view), labelled("Approve", *approval(head, view.home).split("\n"))]
    if automation.risk.level is not RiskLevel.LOW:
        parts.append(labelled("Risk", *(shown(text, WARN) for text in (automation.risk.level.value, *automation.risk.reasons))))
    parts += [said] if (said := comparison.first_run(head, view, most=3)) is not None else []
    parts += [Content(""), steps_of_script(head)]
    if head.trial is not None and head.trial.changes and view.trying != automation.automation_id:
        parts += [Content(""), trials.changes(head.trial, view, most=12)]
    return lines(*parts)


def _by_hand_all_the_same(automation_id: str, view: View) -> tuple[Content, ...]:
    saving = next((s for s in view.snapshot.savings.savings if s.automation_id == automation_id), None)
    return () if saving is None else savings.forgotten(saving)


def evidence(head: AutomationHead, view: View) -> Content:
    """How often and how recently the person did this by hand."""
    pattern = view.pattern_of(head)
    if pattern is None:
        return Content.styled(no_pattern(head), MUTED)
    by_hand = f", {units.duration(pattern.hands_on_s)} each by hand" if pattern.hands_on_s is not None else ""
    last = f" · last {units.ago(pattern.last_seen_at, view.now)}" if pattern.last_seen_at else ""
    how_often = units.seen_in(pattern.occurrence_count, pattern.session_count, pattern.count_quality)
    return Content.styled(f"{how_often}{by_hand}{last}", MUTED)


def no_pattern(head: AutomationHead) -> str:
    """Why no pattern is shown behind it."""
    return "made from commands you chose" if head.automation.pattern_id is None else "its pattern is not among those listed now"


def steps_of_script(head: AutomationHead) -> Content:
    """The script from its first step on; what stands before them is said."""
    text = head.automation.script.text.rstrip("\n")
    before, mark, steps = text.partition("\n: step 1")
    if not mark:
        return shown_lines(text)
    above = Content.styled(f"{units.plural(before.count(chr(10)) + 1, 'line')} of options and checks above; enter shows all", MUTED)
    return lines(above, shown_lines(f": step 1{steps}"))


def _trial(head: AutomationHead, view: View) -> Content:
    if view.trying == head.automation.automation_id:
        return labelled("Sandbox", Content("running; enter shows its output"))
    if head.trial is None:
        return labelled("Sandbox", words("not tried yet; ", ("s", "bold"), " tries it"))
    about = trials.about(head.trial, head.automation.script.sha256, view)
    return labelled("Sandbox", words(trials.verdict(head.trial), "  ", about))


def approval(head: AutomationHead, home: str | None) -> Content:
    """What approving does, or what it did."""
    automation = head.automation
    if automation.status in INSTALLED:
        where = head.shortcut_path or "nowhere: see vynexus doctor"
        called = f"{automation.name} {usage(automation.parameters)}".rstrip()
        return lines(shown(called), _at_the_prompt(head), runs_where(head, home), words(("at ", MUTED), shown(units.folder(where, home))))
    if automation.status in _QUIET:
        return Content.styled(f"{automation.status.value}: nothing is installed", MUTED)
    return lines(trials.consent(head.trial, automation), installs(head), runs_where(head, home), FOR_REAL)


def _at_the_prompt(head: AutomationHead) -> Content:
    """What the hook adds to a command at the prompt."""
    tab = [("Tab", STRONG), (" completes its values, ", MUTED)] if head.automation.parameters else []
    return words(*tab, ("Alt-i", STRONG), (" puts its commands on the prompt", MUTED))


def installs(head: AutomationHead) -> Content:
    """The one thing an approval writes."""
    automation = head.automation
    what = "adds the function " if automation.is_function else "adds the command  "
    return words((what, MUTED), shown(f"{automation.name} {usage(automation.parameters)}".rstrip(), "bold"))


def runs_where(head: AutomationHead, home: str | None) -> Content:
    """The folder it runs in, and the key that changes it while that is possible."""
    automation = head.automation
    if automation.is_function:
        return Content.styled("changes the shell that calls it", MUTED)
    where = "where it is called" if automation.runs_in is None else f"always in {units.folder(automation.runs_in, home)}"
    if why_not_folder(head) is not None:
        return words(("runs ", MUTED), shown(where))
    other = "always in its folder" if automation.runs_in is None else "where it is called"
    return words(("runs ", MUTED), shown(where), ("  (", MUTED), ("f", STRONG), (f": {other})", MUTED))


def usage(parameters: tuple[Parameter, ...]) -> str:
    """<branch> [part]: square brackets where there is a default."""
    return " ".join(f"<{p.name}>" if p.default is None else f"[{p.name}]" for p in parameters)


LIST = ListSpec(
    panel_id="automations",
    number=1,
    name="Automations",
    columns=(
        Column("", 1),
        Column("name", None, weight=5),
        Column("state", 8),
        Column("potential", 10, needs=58),
        Column("saved", 12, needs=86, align="right"),
        Column("last result", None, weight=4),
    ),
    sorts=("needs you", "potential", "saved", "name"),
    rows=rows,
    note=note,
    empty=empty,
    preview=preview,
)
