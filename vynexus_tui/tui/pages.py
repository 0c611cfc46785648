"""Opens the page behind a row. Pages are imported when they are first opened: the main screen starts without them."""

from collections.abc import Mapping
from functools import partial
from threading import Thread

from textual.content import Content

from vynexus_tui.domain.errors import VynexusError
from vynexus_tui.domain.identifiers import PatternId
from vynexus_tui.domain.runs import Activity
from vynexus_tui.domain.schedule_text import parse_schedule
from vynexus_tui.engine import scheduling, snapshots, trials
from vynexus_tui.engine.accounting import note_attention
from vynexus_tui.engine.assembly import Workspace
from vynexus_tui.tui.attention import AttentionClock
from vynexus_tui.tui.engine_app import EngineApp
from vynexus_tui.tui.messages import PageAsked
from vynexus_tui.tui.present import bottlenecks, patterns, workflows
from vynexus_tui.tui.present.content import BAD, lines, shown
from vynexus_tui.tui.present.view import View


async def open_page(app: EngineApp, asked: PageAsked, view: View) -> None:
    """Push the page that was asked for; what needs the store is read in a thread and arrives after the first paint."""
    match asked.panel_id:
        case "automations":
            await _open_review(app, asked, view)
        case "schedule":
            await _open_schedule(app, asked.key, view)
        case "patterns":
            await _open_pattern(app, asked.key, view)
        case "bottlenecks" | "workflows":
            from vynexus_tui.tui.screens.page import PageScreen

            spec = bottlenecks.LIST if asked.panel_id == "bottlenecks" else workflows.LIST
            await app.push_screen(PageScreen(view, spec.name, lambda v: spec.preview(v, asked.key)))
        case "saved" | "history":
            from vynexus_tui.tui.screens.history import HistoryScreen

            await app.push_screen(HistoryScreen(view))
        case "recording":
            from vynexus_tui.tui.screens.recording import RecordingScreen

            await app.push_screen(RecordingScreen(view))
        case "choosing":
            from vynexus_tui.tui.screens.choosing import open_choosing

            await open_choosing(app, view)
        case "first_run":
            from vynexus_tui.tui.screens.first_run import open_first_run

            await open_first_run(app, view)


async def _open_review(app: EngineApp, asked: PageAsked, view: View) -> None:
    from vynexus_tui.tui.screens.review import ReviewScreen

    if view.automation(asked.key) is None:
        app.say(refused="it is not there any more")
        return
    screen = ReviewScreen(
        view,
        asked.key,
        wants_edit=asked.wants_edit,
        plan=lambda key: trials.plan_trial(app.workspace, key),
        attention=AttentionClock(app.now),
        charge=partial(_charge, app.workspace),
    )
    await app.push_screen(screen)


async def _open_schedule(app: EngineApp, key: str, view: View) -> None:
    from vynexus_tui.tui.screens.scheduling import ScheduleScreen

    def read_plan(automation_id: str, when: str, values: Mapping[str, str]) -> scheduling.SchedulePlan:
        return scheduling.plan_schedule(app.workspace, automation_id, parse_schedule(when) if when else None, values, now=app.now())

    await app.push_screen(ScheduleScreen(view, key, read_plan))


def _charge(workspace: Workspace, key: str, attention: AttentionClock) -> None:
    """In a thread that outlives the app: a review may end with it."""
    times = {"started_at": attention.started_at, "duration_s": attention.seconds}
    Thread(target=note_attention, args=(workspace, key, Activity.REVIEW), kwargs=times).start()


async def _open_pattern(app: EngineApp, key: str, view: View) -> None:
    from vynexus_tui.tui.screens.page import PageScreen

    head = view.pattern(key)
    commands = (("\n".join(head.steps), "the commands"),) if head else ()
    screen = PageScreen(view, "Pattern", lambda v: patterns.preview(v, key), copies=lambda _: commands)
    await app.push_screen(screen)

    def read() -> None:
        try:
            pattern = snapshots.read_pattern(app.workspace, PatternId(key))
            commands = snapshots.read_evidence(app.workspace, PatternId(key))
            more = lines(patterns.evidence(pattern, commands, view))
        except VynexusError as error:
            more = Content("").join([shown(str(error.message), BAD)])
        app.call_from_thread(screen.add, more)

    app.run_worker(read, thread=True, group="evidence", exit_on_error=False)
