"""The main screen: five numbered lists, the preview of the selected row, the machine, one line of messages, one of keys."""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Input

from vynexus_tui.domain.automations import Action
from vynexus_tui.domain.cycles import AutomationHead, PatternHead, SystemSample
from vynexus_tui.domain.identifiers import AutomationId
from vynexus_tui.tui.keymap import MAIN_KEYS, Hint
from vynexus_tui.tui.messages import CopyAsked, MakeAsked, PageAsked, SnoozeAsked, UndoAsked
from vynexus_tui.tui.panels.desk import LISTS, NARROW, WIDE, Desk
from vynexus_tui.tui.panels.lines import HintLine, Line
from vynexus_tui.tui.panels.list_panel import ListPanel
from vynexus_tui.tui.panels.preview import PreviewPanel, TextPanel
from vynexus_tui.tui.panels.row_list import RowList
from vynexus_tui.tui.present import automations, bottlenecks, header, patterns, possible, recording, savings, start_page, workflows
from vynexus_tui.tui.present.content import words
from vynexus_tui.tui.present.tabs import tabs
from vynexus_tui.tui.present.view import View
from vynexus_tui.tui.screens.acting_screen import ActingScreen

SPECS = (automations.LIST, patterns.LIST, bottlenecks.LIST, workflows.LIST, savings.LIST)
SMALLEST = (60, 16)


class MainScreen(ActingScreen):
    """What runs all day."""

    BINDINGS: ClassVar[list[BindingType]] = [*MAIN_KEYS]
    HELP = "Every list: j k move, enter opens, / filters (words, !word, status:live), o changes the order, z zooms."

    def __init__(self, view: View, status: header.Status) -> None:
        super().__init__(view)
        self.status = status
        self.shows_put_aside = False
        self._samples: Sequence[SystemSample] = ()

    def compose(self) -> ComposeResult:
        """Top line, banner, tabs, panels, machine, message, keys."""
        yield Line("header")
        yield Line("banner")
        yield Line("tabs")
        yield Desk(*(ListPanel(spec) for spec in SPECS), PreviewPanel("preview"), TextPanel("system", title="System"))
        yield Line("machine")
        yield Line("message")
        yield HintLine("hints")
        yield Line("too_small")

    def on_mount(self) -> None:
        """Start in the list that may need the person."""
        self.panel("automations").focus()

    def panel(self, panel_id: str) -> ListPanel:
        """One of the five lists."""
        return self.query_one(f"#{panel_id}", ListPanel)

    @property
    def active(self) -> ListPanel:
        """The list the keys act on: the focused one, or the last that was."""
        return self.panel(self.query_one(Desk).active)

    def show_view(self, view: View, *, reorder: bool = False) -> None:
        """Draw everything that differs."""
        if not self.query(Desk):
            return  # the screen is being taken down: its parts go first
        before = self.chosen()
        super().show_view(view)
        for panel in self.query(ListPanel):
            panel.show_view(view, reorder=reorder)
        after = self.chosen()
        if before and after and before.automation.script.sha256 != after.automation.script.sha256 and _same(before, after):
            self.become_deaf()
            self.say_quietly(f"the script of {after.automation.name} changed: look again")
        desk = self.query_one(Desk)
        desk.arrange_for(zoomed=desk.zoomed, wishes={p.spec.panel_id: p.wished_height for p in self.query(ListPanel)})
        self._draw_lines()
        self._draw_preview()

    def show_status(self, status: header.Status, view: View) -> None:
        """The top line and the banner; a new `view` only brings the clock forward."""
        self.status, self.view = status, view
        self._draw_lines()

    def show_machine(self, samples: Sequence[SystemSample]) -> None:
        """The machine's newest readings."""
        self._samples = samples
        if self.size.width >= WIDE:
            panel = self.query_one("#system", TextPanel)
            panel.show(header.machine_panel(samples, self.view.glyphs, panel.text_width))
        else:
            self.query_one("#machine", Line).show(words(" ", header.machine(samples, self.view.glyphs, self.size.width)))

    def _draw_lines(self) -> None:
        width = self.query_one("#header").size.width or self.size.width
        self.query_one("#header", Line).show(header.header(self.view, self.status, width))
        banner = header.banner(self.status)
        self.set_class(banner is not None, "-banner")
        self.query_one("#banner", Line).show(words(" ", banner or ""))
        if width < NARROW:
            counts = {panel.spec.panel_id: panel.counts[1] for panel in self.query(ListPanel)}
            self.query_one("#tabs", Line).show(tabs(SPECS, self.query_one(Desk).active, counts, self.view, width))
        self._draw_hints()

    def _draw_hints(self) -> None:
        self.query_one(HintLine).show_hints(self._hints(), self.query_one("#header").size.width or self.size.width)

    def _draw_preview(self) -> None:
        preview, panel = self.query_one("#preview", PreviewPanel), self.active
        content = panel.spec.preview(self.view, panel.cursor_key) if panel.cursor_key else None
        if content is None:
            preview.show(start_page.next_step(self.view), Content("How it goes"))
        else:
            preview.show(content, Content(f"{panel.cursor_name} · enter: all of it"))

    def _hints(self) -> list[Hint]:
        panel_id = self.active.spec.panel_id
        if panel_id == "automations":
            own = self.hints()
        elif panel_id == "patterns":
            pattern = self.chosen_pattern()
            is_aside = pattern is not None and pattern.snoozed_until is not None
            why_not = possible.why_not_snooze(pattern)
            own = [
                Hint(key="enter", word="Evidence", action="screen.open"),
                Hint(key="m", word="Make automation", action="screen.make", reason=possible.why_not_make(pattern)),
                Hint(key="x", word="Show again" if is_aside else "Not now", action="screen.reject", reason=why_not),
                Hint(key="X", word="Never", action="screen.never", reason=why_not),
                Hint(key="y", word="Copy", action="screen.copy"),
            ]
        else:
            own = [Hint(key="enter", word="Open", action="screen.open")]
        common = (("/", "Filter", "screen.filter"), ("space", "Freeze", "app.freeze"), ("R", "Look now", "app.look_now"))
        more = (
            ("n", "New", "app.choose_commands"),
            ("o", "Sort", "screen.sort"),
            ("z", "Zoom", "screen.zoom"),
            ("H", "History", "app.history"),
            ("W", "Recorded", "app.show_recording"),
        )
        return own + [Hint(key=k, word=w, action=a) for k, w, a in (*common, *more, ("q", "Quit", "app.quit"))]

    def chosen(self) -> AutomationHead | None:
        """The automation under the cursor, or the one made of the pattern under it."""
        panel = self.active
        if panel.spec.panel_id in ("automations", "saved"):
            return self.view.automation(panel.cursor_key)
        pattern = self.chosen_pattern()
        return self.view.automation(pattern.automation_id) if pattern else None

    def chosen_pattern(self) -> PatternHead | None:
        """The pattern under the cursor."""
        panel = self.active
        return self.view.pattern(panel.cursor_key) if panel.spec.panel_id in ("patterns", "workflows") else None

    @on(RowList.Pointed)
    def _follow_cursor(self, message: RowList.Pointed) -> None:
        if message.source is self.active:
            self._draw_preview()
            self._draw_hints()

    @on(RowList.Opened)
    def _open_row(self, message: RowList.Opened) -> None:
        if isinstance(message.source, ListPanel):
            self.post_message(PageAsked(message.source.spec.panel_id, message.key))

    @on(events.Click, "#header")
    def _open_recording(self) -> None:
        self.post_message(PageAsked("recording", ""))

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """The focused list is the one the keys act on; on a narrow screen it is the one shown."""
        # Not event.widget: the event comes late, and another list may have the focus by now.
        if isinstance(self.focused, ListPanel):
            self._turn_to(self.focused)

    def _turn_to(self, panel: ListPanel) -> None:
        desk = self.query_one(Desk)
        is_other = panel.id != desk.active
        desk.arrange_for(active=panel.id, zoomed=panel.id if desk.zoomed else None)
        if is_other:
            self._draw_lines()
            self._draw_preview()

    def _go_to(self, panel_id: str) -> None:
        # Not panel.focus(): that waits its turn, and the next key would still act on the list that was left.
        self.set_focus(self.panel(panel_id))
        self._turn_to(self.panel(panel_id))

    def on_resize(self, event: events.Resize) -> None:
        """Lines are as wide as the screen; below the smallest size only one line is left."""
        width, height = event.size
        is_too_small = width < SMALLEST[0] or height < SMALLEST[1]
        self.set_class(is_too_small, "-too-small")
        self.query_one("#too_small", Line).show(Content(f"needs {SMALLEST[0]}x{SMALLEST[1]}, is {width}x{height}"))
        if not is_too_small:
            self._draw_lines()
            self.show_machine(self._samples)

    def action_panel(self, number: int) -> None:
        """Go to a panel."""
        self._go_to(LISTS[number - 1])

    def action_next_panel(self, by: int) -> None:
        """Go round the panels."""
        self._go_to(LISTS[(LISTS.index(self.active.spec.panel_id) + by) % len(LISTS)])

    def action_open(self) -> None:
        """Open the row under the cursor."""
        self.active.action_open()

    def action_sort(self) -> None:
        """The next order of the active list."""
        self.say_quietly(f"{self.active.spec.name.lower()} ordered by: {self.active.sort_by_next()}")

    def action_zoom(self) -> None:
        """Give the active panel the whole screen, or back."""
        desk = self.query_one(Desk)
        desk.arrange_for(zoomed=None if desk.zoomed else self.active.id)

    async def action_filter(self) -> None:
        """Type words; the list follows."""
        box = next(iter(self.query("#filter").results(Input)), None)
        if box is None:
            hint = "words · !word · status:live      enter keeps, esc clears"
            box = Input(self.active.query_text, placeholder=hint, id="filter", compact=True)
            await self.mount(box, before="#message")
        # Not box.focus(): that waits its turn, and the next letter would still go to the list.
        self.set_focus(box)

    @on(Input.Changed, "#filter")
    def _filter_changed(self, event: Input.Changed) -> None:
        self.active.filter_by(event.value)
        self._draw_preview()

    @on(Input.Submitted, "#filter")
    def _keep_filter(self) -> None:
        self.active.focus()
        self.query_one("#filter", Input).remove()

    def action_back(self) -> None:
        """Out of the filter, then out of the zoom; never quits."""
        desk = self.query_one(Desk)
        boxes = self.query("#filter")
        if boxes or self.active.query_text:
            self.active.filter_by("")
            self.active.focus()
            boxes.remove()
        elif desk.zoomed:
            desk.arrange_for(zoomed=None)
        else:
            state = self.view.snapshot.recording
            is_recorded = state.hooked_shells and not recording.is_paused(state, self.view.now)
            self.say_quietly("q leaves; recording by the hook goes on" if is_recorded else "q leaves; nothing is being recorded")

    def action_try(self) -> None:
        """Open the review, where folder and arguments are shown before anything runs."""
        head = self._may(Action.TRY)
        if head is not None:
            self.post_message(PageAsked("automations", head.automation.automation_id))

    def action_edit(self) -> None:
        """Edit the script in its review."""
        head = self._may(Action.EDIT)
        if head is not None:
            self.post_message(PageAsked("automations", head.automation.automation_id, wants_edit=True))

    def action_reject(self) -> None:
        """Reject the automation; a pattern is put aside instead."""
        if self.active.spec.panel_id != "patterns":
            super().action_reject()
            return
        pattern = self.chosen_pattern()
        reason = possible.why_not_snooze(pattern)
        if pattern is None or reason is not None:
            self.say_refused(reason or "")
        elif self.hears():
            is_aside = pattern.snoozed_until is not None
            self.post_message(UndoAsked(AutomationId(pattern.pattern_id)) if is_aside else SnoozeAsked(pattern.pattern_id))

    def action_never(self) -> None:
        """Never show the pattern again."""
        pattern = self.chosen_pattern() if self.active.spec.panel_id == "patterns" else None
        reason = possible.why_not_snooze(pattern)
        if pattern is None or reason is not None:
            self.say_refused(reason or "")
        elif pattern.is_hidden_for_good:
            self.say_refused("it is put aside for good already: x shows it again")
        elif self.hears():
            self.post_message(SnoozeAsked(pattern.pattern_id, is_for_good=True))

    def action_put_aside(self) -> None:
        """List what was put aside too, or no longer."""
        self.shows_put_aside = not self.shows_put_aside
        self._go_to("patterns")
        self.show_view(replace(self.view, shows_put_aside=self.shows_put_aside))
        count = len(self.view.snapshot.put_aside)
        self.say_quietly(f"{count} put aside, listed last: x shows one again" if self.shows_put_aside else "what you put aside is hidden")

    def action_make(self) -> None:
        """Make an automation of the pattern."""
        pattern = self.chosen_pattern()
        reason = possible.why_not_make(pattern)
        if pattern is None or reason is not None:
            self.say_refused(reason or "")
        elif self.hears():
            self.post_message(MakeAsked(pattern.pattern_id))

    def action_why(self) -> None:
        """Show the evidence."""
        pattern = self.chosen_pattern()
        if pattern is not None:
            self.post_message(PageAsked("patterns", pattern.pattern_id))
        else:
            super().action_why()

    def action_copy(self) -> None:
        """Copy the script, or the commands of a pattern."""
        pattern = self.chosen_pattern()
        if pattern is not None:
            self.post_message(CopyAsked("\n".join(pattern.steps), "the commands of the pattern"))
        elif self.chosen() is None:
            self.say_refused("nothing to copy here: choose an automation (1) or a pattern (2)")
        else:
            super().action_copy()


def _same(before: AutomationHead, after: AutomationHead) -> bool:
    return before.automation.automation_id == after.automation.automation_id
