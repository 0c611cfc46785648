"""Opens the page behind a row. Pages are imported when they are first opened: the main screen starts without them."""

from textual.content import Content

from vynexus_tui.domain.errors import VynexusError
from vynexus_tui.domain.identifiers import PatternId
from vynexus_tui.engine import snapshots, trials
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
    screen = ReviewScreen(view, asked.key, wants_edit=asked.wants_edit, plan=lambda key: trials.plan_trial(app.workspace, key))
    await app.push_screen(screen)


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
