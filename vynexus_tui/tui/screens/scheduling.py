"""When an automation shall be started without the person: a time, values, and exactly what would be written for it."""

from collections.abc import Callable, Mapping
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Input

from vynexus_tui.domain.cycles import AutomationHead
from vynexus_tui.domain.errors import VynexusError
from vynexus_tui.domain.schedule_text import FORMS, schedule_text
from vynexus_tui.engine.scheduling import SchedulePlan
from vynexus_tui.language.visible import visible
from vynexus_tui.tui.keymap import SCHEDULE_KEYS, Hint
from vynexus_tui.tui.messages import ScheduleAsked, UnscheduleAsked
from vynexus_tui.tui.panels.lines import HintLine, Line
from vynexus_tui.tui.panels.preview import TextPanel
from vynexus_tui.tui.present import scheduling
from vynexus_tui.tui.present.content import MUTED, STRONG, labelled, lines, shown, words
from vynexus_tui.tui.present.view import View
from vynexus_tui.tui.screens.live_screen import LiveScreen

_TYPING_S = 0.3
"""A plan asks the machine's schedulers, which takes a program: not at every key."""
ReadPlan = Callable[[str, str, Mapping[str, str]], SchedulePlan]
"""(automation, time as typed or empty, parameter to value)."""


class ScheduleScreen(LiveScreen):
    """Boxes above, what they mean below; enter outside a box schedules exactly what is shown."""

    BINDINGS: ClassVar[list[BindingType]] = [*SCHEDULE_KEYS]

    def __init__(self, view: View, key: str, read_plan: ReadPlan) -> None:
        super().__init__(view)
        self._key = key
        self._read_plan = read_plan
        self._plan: SchedulePlan | None = None
        self._is_reading = True
        self._is_touched = False
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        """Title, boxes, preview, message, keys."""
        yield Line("header")
        with Vertical(id="parameters") as box:
            box.border_title = Content("When and with what")
            yield _label("when", Content.styled(" · ".join(FORMS), MUTED))
            yield Input(id="when", compact=True, select_on_focus=False)
            head = self.chosen()
            for number, parameter in enumerate(head.automation.parameters if head else ()):
                seen = ", ".join(visible(value.value, limit=30) for value in parameter.seen[:5])
                yield _label(parameter.name, shown(f"seen: {seen}" if seen else "", MUTED))
                yield Input(id=f"argument_{number}", placeholder=visible(parameter.default or ""), compact=True, select_on_focus=False)
        yield TextPanel("plan", title="What would be written", can_focus=True)
        yield Line("message")
        yield HintLine("hints")

    def chosen(self) -> AutomationHead | None:
        """The automation in question."""
        return self.view.automation(self._key)

    def on_mount(self) -> None:
        """What is scheduled already, or the time that was found, stands in the boxes."""
        head = self.chosen()
        deployed = head.automation.schedule if head else None
        if deployed is not None:
            self.query_one("#when", Input).value = schedule_text(deployed.schedule)
            for number, value in enumerate(deployed.arguments):
                self.query_one(f"#argument_{number}", Input).value = value
        self.query_one("#plan").focus()
        self._look()

    def show_view(self, view: View) -> None:
        """Draw from the view."""
        super().show_view(view)
        head = self.chosen()
        if head is None:
            self.query_one("#header", Line).show(Content(" It is not there any more. esc goes back."))
            return
        name = shown(head.automation.name, STRONG)
        self.query_one("#header", Line).show(words((" VyNexus ", STRONG), ("› Schedule › ", MUTED), name))
        is_scheduled = head.automation.schedule is not None
        hints = [Hint(key="enter", word="Schedule it so" if is_scheduled else "Schedule it", action="screen.schedule")]
        hints += [Hint(key="x", word="Take it off", action="screen.unschedule")] if is_scheduled else []
        hints += [Hint(key="tab", word="Boxes", action="app.focus_next"), Hint(key="esc", word="Back", action="screen.back")]
        self.query_one(HintLine).show_hints(hints, self.size.width)

    def on_input_changed(self) -> None:
        """What is shown no longer is what the boxes say."""
        self._plan, self._is_reading, self._is_touched = None, True, True
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(_TYPING_S, self._look)

    def on_input_submitted(self) -> None:
        """Out of the box."""
        self.query_one("#plan").focus()
        self.say_quietly("enter again schedules what is shown")

    def _look(self) -> None:
        boxes = {box.id: box.value for box in self.query(Input)}
        head = self.chosen()
        names = [p.name for p in head.automation.parameters] if head else []
        values = {name: value for number, name in enumerate(names) if (value := boxes.get(f"argument_{number}", ""))}
        self._read(self._key, boxes.get("when", "").strip(), values)

    @work(thread=True, group="schedule", exclusive=True, exit_on_error=False)
    def _read(self, key: str, when: str, values: Mapping[str, str]) -> None:
        try:
            plan = self._read_plan(key, when, values)
        except VynexusError as error:
            self.call_later(self._show, None, scheduling.refusal(error.message, error.hint))
        else:
            self.call_later(self._show, plan, scheduling.plan(plan, self.view))

    def _show(self, plan: SchedulePlan | None, content: Content) -> None:
        head = self.chosen()
        state = scheduling.state(head) if head else None
        self._plan, self._is_reading = plan, False
        self.become_deaf()
        when = self.query_one("#when", Input)
        if plan is not None and not when.value and not self._is_touched:
            with self.prevent(Input.Changed):
                when.value = schedule_text(plan.deployed.schedule)  # the time that was found in the person's own routine
        self.query_one("#plan", TextPanel).show(content if state is None else lines(labelled("Now", state), Content(""), content))

    def action_schedule(self) -> None:
        """Schedule exactly what is shown."""
        if self._is_reading:
            self.say_quietly("a moment: reading what that means")
        elif self._plan is None:
            self.say_refused("nothing to schedule yet: the panel says what is missing")
        elif self.hears():
            self.post_message(ScheduleAsked(self._plan))
            self.app.pop_screen()

    def action_unschedule(self) -> None:
        """Only the person starts it from now on."""
        head = self.chosen()
        if head is None or head.automation.schedule is None:
            self.say_refused("it is not scheduled")
        elif self.hears():
            self.post_message(UnscheduleAsked(head.automation.automation_id))
            self.app.pop_screen()

    def action_back(self) -> None:
        """Out of a box, or back."""
        if isinstance(self.focused, Input):
            self.query_one("#plan").focus()
        else:
            self.app.pop_screen()


def _label(name: str, remark: Content) -> Line:
    line = Line()
    line.show(labelled(visible(name)[:14], remark, width=15))
    return line
