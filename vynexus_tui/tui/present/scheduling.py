"""What scheduling an automation would mean, in words and to the letter; and what its schedule did so far."""

from datetime import datetime

from textual.content import Content

from vynexus_tui.domain.cycles import AutomationHead
from vynexus_tui.domain.schedule_text import schedule_text
from vynexus_tui.engine.scheduling import SchedulePlan
from vynexus_tui.tui.present import units
from vynexus_tui.tui.present.content import BAD, MUTED, STRONG, WARN, labelled, lines, shown, shown_lines, words
from vynexus_tui.tui.present.view import View

_WIDTH = 13


def plan(found: SchedulePlan, view: View) -> Content:
    """Everything a person sees before they say yes."""
    parts = [
        labelled("Started by", shown(found.backend_words), width=_WIDTH),
        labelled("Runs in", shown(units.folder(found.deployed.cwd or "", view.home)), width=_WIDTH),
        *(
            labelled(
                "With" if number == 0 else "",
                words(shown(name), " = ", shown(value) if value is not None else "its default"),
                width=_WIDTH,
            )
            for number, (name, value) in enumerate(found.arguments)
        ),
        labelled("Next", *(Content(_moment(at)) for at in found.times), width=_WIDTH),
        labelled("Missed", shown(found.missed), width=_WIDTH),
        *(labelled("But", shown(warning, WARN), width=_WIDTH) for warning in found.warnings),
    ]
    for place, text in reversed(found.texts):  # the timer, with its calendar line, before what it starts
        parts += [Content(""), shown(units.folder(place, view.home), STRONG), shown_lines(text.rstrip("\n"), MUTED)]
    return lines(*parts)


def refusal(message: str, hint: str) -> Content:
    """Why it cannot be scheduled like that."""
    return lines(shown(message, WARN), shown(hint, MUTED))


def state(head: AutomationHead) -> Content | None:
    """One line on what is scheduled: when, the next run, the last result; None without a schedule."""
    deployed = head.automation.schedule
    if deployed is None:
        return None
    following = f"next {_moment(head.next_run_at)}" if head.next_run_at else f"not started: it is {head.automation.status}"
    return words(shown(schedule_text(deployed.schedule), STRONG), f"  {following}  ", last_result(head))


def last_result(head: AutomationHead) -> Content:
    """How the newest run that nobody waited for ended."""
    newest = head.last_scheduled_run
    if newest is None:
        return Content.styled("has not run yet", MUTED)
    if newest.exit_code == 0:
        return Content.styled(f"last: done in {units.duration(newest.duration_s)}", MUTED)
    streak = f", {head.failure_streak} in a row" if head.failure_streak > 1 else ""
    return Content.styled(f"last: failed with {newest.exit_code}{streak}", BAD)


def _moment(at: datetime) -> str:
    """In the zone it comes in: that of the machine's schedulers."""
    return f"{at:%a %Y-%m-%d %H:%M}"
