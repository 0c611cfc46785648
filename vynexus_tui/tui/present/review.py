"""The texts of the review: the script in colours, where it came from, what approving would do."""

from textual.content import Content

from vynexus_tui.domain.automations import INSTALLED, AutomationStatus, Parameter, RiskLevel
from vynexus_tui.domain.cycles import AutomationHead
from vynexus_tui.language.visible import visible
from vynexus_tui.tui.present import automations, comparison, patterns, units
from vynexus_tui.tui.present import trial as trials
from vynexus_tui.tui.present.content import BAD, MUTED, STRONG, WARN, labelled, lines, shown, shown_lines, words
from vynexus_tui.tui.present.view import View

_OUTPUT_TAIL = 20_000


def title(head: AutomationHead, view: View) -> Content:
    """Where we are, and how many more wait."""
    automation = head.automation
    waiting = [h.automation.automation_id for h in view.waiting]
    position = (
        f"   {waiting.index(automation.automation_id) + 1} of {len(waiting)} that need you" if automation.automation_id in waiting else ""
    )
    state = "trying" if view.trying == automation.automation_id else automation.status.value
    mark = view.glyphs.trying if state == "trying" else view.glyphs.mark(automation.status)
    return words(
        (" VyNexus ", STRONG), ("› Automations › ", MUTED), shown(automation.name, STRONG), "   ", mark, f" {state}", (position, MUTED)
    )


def origin(head: AutomationHead, view: View) -> Content:
    """One line: how often, and the potential with its parts."""
    pattern = view.pattern_of(head)
    if pattern is None:
        return words(" ", automations.evidence(head, view))
    potential = pattern.potential
    parts = [
        f"{name} {units.score(share)}"
        for name, share in (
            ("frequency", potential.frequency_share),
            ("time", potential.time_saving_share),
            ("recency", potential.recency_share),
        )
        if share is not None
    ]
    return words(" ", automations.evidence(head, view), (f" · potential {units.score(potential.score)} from {', '.join(parts)}", MUTED))


def script(text: str, width: int) -> Content:
    """The script with line numbers, folded at `width` cells so that nothing hides right of the edge: between words where there are
    any, and without losing a blank. Harmless first, coloured after.
    """
    return lines(*_script_rows(text, width))


def first_step_row(text: str, width: int) -> int:
    """The row of `script` with which its steps begin; 0 where there are none."""
    before, mark, _ = text.partition("\n: step 1")
    return len(_script_rows(before, width)) if mark else 0


def _script_rows(text: str, width: int) -> list[Content]:
    harmless = visible(text.rstrip("\n"), limit=100_000, keep_lines=True)
    rows = []
    for number, line in enumerate(_coloured(harmless).split("\n", allow_blank=True), 1):
        first, *rest = _folded(line, max(20, width - 5))
        rows += [words((f"{number:>3}  ", MUTED), first), *(words(("   › ", MUTED), more) for more in rest)]
    return rows


def _folded(line: Content, width: int) -> list[Content]:
    rows, start, length = [], 0, len(line.plain)
    while length - start > width or line[start:].cell_length > width:
        whole = len(line[start : start + width].fold(width)[0].plain)
        blank = line.plain.rfind(" ", start, start + whole) + 1
        end = blank if blank > start + whole // 2 else start + whole
        rows.append(line[start:end])
        start = end
    return [*rows, line[start:]]


def _coloured(harmless: str) -> Content:
    try:
        from textual.highlight import highlight
    except ImportError:
        return Content(harmless)
    return highlight(harmless, language="bash")


def seen_values(parameter: Parameter) -> Content:
    """seen: patch 36×, minor 2×; what is taken where nothing is said."""
    if parameter.default == "":
        return Content.styled("empty: today's date", MUTED)
    if not parameter.seen:
        return Content.styled("never seen with another value", MUTED)
    seen = "   ".join(f"{s.value} {units.count(s.count)}×" for s in parameter.seen[:6])
    more = len(parameter.seen) - 6
    return shown(f"seen: {seen}" + (f"   and {more} more" if more > 0 else ""), MUTED)


def approval_title(head: AutomationHead) -> str:
    """What the part about approving is called: what it would do, or what it did."""
    status = head.automation.status
    if status in INSTALLED:
        stopped = {AutomationStatus.PAUSED: ", paused", AutomationStatus.FAILING: ", stopped"}
        return f"What is installed{stopped.get(status, '')}"
    return "Nothing is installed" if status in (AutomationStatus.REJECTED, AutomationStatus.RETIRED) else "If you approve"


def approval(head: AutomationHead, view: View) -> Content:
    """What approving installs, what the template added, what could go wrong."""
    automation = head.automation
    parts = [automations.approval(head, view.home)]
    if automation.adds:
        parts.append(labelled("Added", *(shown(text) for text in automation.adds)))
    if automation.risk.level is not RiskLevel.LOW:
        style = BAD if automation.risk.level is RiskLevel.HIGH else WARN
        parts.append(labelled("Risk", shown(automation.risk.level.value, style), *(shown(text) for text in automation.risk.reasons)))
    undo = words(("u", STRONG), " here, or ", shown(f"vynexus undo {automation.name}"))
    parts.append(labelled("Undo", undo))
    return lines(*parts)


def sandbox(head: AutomationHead, view: View, output: str, where: str) -> Content:
    """The trial under way, its result, or what a trial would do."""
    if view.trying == head.automation.automation_id:
        tail = output[-_OUTPUT_TAIL:]
        return lines(
            Content("Running on a copy of your files; nothing real is changed. esc stops it."),
            Content(""),
            shown_lines(tail, limit=_OUTPUT_TAIL),
        )
    if head.trial is not None:
        result = trials.result(head.trial, head.automation.script.sha256, view)
        compared = comparison.first_run(head, view)
        return result if compared is None else lines(compared, Content(""), result)
    cannot = trials.capability(view.snapshot.sandbox)
    parts = [
        words(("s", STRONG), " tries it in ", shown(where or "a folder you choose")),
        Content.styled("On a copy of your files, without network; you see every change before anything is real.", MUTED),
    ]
    return lines(*parts, *([Content(""), cannot] if cannot is not None else []))


def why(head: AutomationHead, view: View) -> Content:
    """The pattern it was made from."""
    pattern = view.pattern_of(head)
    if pattern is None:
        reason = automations.no_pattern(head)
        return Content.styled(f"{reason[0].upper()}{reason[1:]}.", MUTED)
    return lines(
        *patterns.steps(pattern.steps),
        Content(""),
        patterns.summary(pattern, view),
        Content(""),
        *patterns.potential(pattern.potential, view.glyphs),
    )
