"""The review: everything known about one automation on one screen, and the place where it is tried and decided on."""

from collections.abc import Callable
from functools import partial
from typing import ClassVar

from textual import events, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.content import Content
from textual.widgets import Input, TextArea

from vynexus_tui.domain.automations import Action
from vynexus_tui.domain.cycles import AutomationHead
from vynexus_tui.domain.errors import VynexusError
from vynexus_tui.engine.trials import TrialPlan
from vynexus_tui.language.visible import visible
from vynexus_tui.tui.attention import AttentionClock
from vynexus_tui.tui.keymap import REVIEW_KEYS, Hint
from vynexus_tui.tui.messages import EditAsked, StopTryAsked, TryAsked
from vynexus_tui.tui.panels.desk import NARROW
from vynexus_tui.tui.panels.lines import HintLine, Line
from vynexus_tui.tui.panels.preview import TextPanel
from vynexus_tui.tui.present import review, units
from vynexus_tui.tui.present.content import MUTED, labelled, shown
from vynexus_tui.tui.present.view import View
from vynexus_tui.tui.screens.acting_screen import ActingScreen

_PARTS = ("script", "parameters", "why", "sandbox", "approval")


class ReviewScreen(ActingScreen):
    """One automation; `[` and `]` go to the next one that needs the person."""

    BINDINGS: ClassVar[list[BindingType]] = [*REVIEW_KEYS]

    def __init__(
        self,
        view: View,
        key: str,
        *,
        plan: Callable[[str], TrialPlan],
        attention: AttentionClock,
        charge: Callable[[str, AttentionClock], None],
        wants_edit: bool = False,
    ) -> None:
        super().__init__(view)
        self._key = key
        self._attention, self._charge = attention, charge
        self._read_plan = plan
        self._plan: TrialPlan | None = None
        self._wants_edit = wants_edit
        self._may_drop_edit = False
        self._output = ""
        self._shown_script = ""

    def compose(self) -> ComposeResult:
        """Left what it is, right what it does."""
        yield Line("header")
        yield Line("origin")
        with Container(id="review"):
            with Vertical(id="left"):
                yield TextPanel("script", title="1 Script · e edits", can_focus=True)
                with Vertical(id="parameters") as box:
                    box.border_title = Content("2 Where and with what")
                yield TextPanel("why", title="3 Why this one · i: every time", can_focus=True)
            with Vertical(id="right"):
                yield TextPanel("sandbox", title="4 Sandbox · s tries", can_focus=True)
                yield TextPanel("approval", title="5 If you approve", can_focus=True)
        yield Line("message")
        yield HintLine("hints")

    async def on_mount(self) -> None:
        """Start at the result; read where a trial would run."""
        self.query_one("#sandbox").focus()
        self._load_plan()
        if self._wants_edit:
            await self.action_edit()

    def on_unmount(self) -> None:
        """Looking at it cost the person time."""
        self._charge(self._key, self._attention)

    def note_key(self) -> None:
        """The person is here."""
        self._attention.note_key()

    def chosen(self) -> AutomationHead | None:
        """The automation under review."""
        return self.view.automation(self._key)

    def show_view(self, view: View) -> None:
        """Draw from the view."""
        before = self.chosen()
        super().show_view(view)
        head = self.chosen()
        if head is None:
            self.query_one("#header", Line).show(Content(" It is not there any more. esc goes back."))
            return
        if before is not None and before.automation.script.sha256 != head.automation.script.sha256:
            self.become_deaf()
        if before is not None and before.automation.runs_in != head.automation.runs_in:
            self._load_plan()
        self.query_one("#header", Line).show(review.title(head, view))
        self.query_one("#origin", Line).show(review.origin(head, view))
        self._draw_script()
        panel = self.query_one("#approval", TextPanel)
        panel.border_title = Content(f"5 {review.approval_title(head)}")
        panel.show(review.approval(head, view))
        self.query_one("#why", TextPanel).show(review.why(head, view))
        self._draw_sandbox()
        self._draw_hints()

    def on_resize(self, event: events.Resize) -> None:
        """One column on a narrow screen, with what decides on top."""
        box = self.query_one("#review")
        is_result_first = box.children[0].id == "right"
        if is_result_first != (event.size.width < NARROW):
            box.move_child(0, after=1)
        self._draw_hints()

    def _draw_script(self) -> None:
        head, panel = self.chosen(), self.query_one("#script", TextPanel)
        if head is None or head.automation.script.text == self._shown_script:
            return  # drawn anew it would lose the place to which the person scrolled
        text = self._shown_script = head.automation.script.text
        before = text.partition("\n: step 1")[0].count("\n") + 2
        panel.border_title = Content("1 Script · e edits" + (f" · its steps begin in line {before}" if ": step 1" in text else ""))
        # The steps first: what stands before them are options and checks, the same in every script.
        panel.show(partial(review.script, text), start=partial(review.first_step_row, text))

    def _draw_sandbox(self) -> None:
        head = self.chosen()
        if head is not None:
            where = units.folder(self._plan.cwd, self.view.home) if self._plan and self._plan.cwd else ""
            self.query_one("#sandbox", TextPanel).show(review.sandbox(head, self.view, self._output, where))

    def _draw_hints(self) -> None:
        if self.query(TextArea):
            hints = [Hint(key="ctrl+s", word="Save", action="screen.save"), Hint(key="esc", word="Leave", action="screen.back")]
        else:
            trying = self.view.trying == self._key
            back = Hint(key="esc", word="Stop the try" if trying else "Back", action="screen.back")
            near = Hint(key="[ ]", word="Previous, next", action="screen.neighbour(1)")
            hints = [*self.hints(), near, Hint(key="y", word="Copy", action="screen.copy"), back]
        self.query_one(HintLine).show_hints(hints, self.size.width)

    def add_output(self, text: str) -> None:
        """The trial under way wrote something."""
        if self.view.trying == self._key:
            self._output = (self._output + text)[-40_000:]
            self._draw_sandbox()

    # ---- where and with what

    @work(thread=True, group="plan", exclusive=True, exit_on_error=False)
    def _load_plan(self) -> None:
        key = self._key
        try:
            plan = self._read_plan(key)
        except VynexusError as error:
            self.call_later(self.say_refused, error.message)
        else:
            self.call_later(self._take_plan, key, plan)

    async def _take_plan(self, key: str, plan: TrialPlan) -> None:
        head = self.chosen()
        if key != self._key or head is None:
            return
        self._plan = plan
        box = self.query_one("#parameters", Vertical)
        await box.remove_children()
        reason = plan.cwd_reason if plan.cwd else f"{plan.cwd_reason}: type the folder to try it in"
        await box.mount(_label("folder", shown(reason, MUTED)), _box(plan.cwd or "", "folder"))
        for position, parameter in enumerate(head.automation.parameters):
            value = plan.arguments[position][1] if position < len(plan.arguments) else parameter.default or ""
            await box.mount(_label(parameter.name, review.seen_values(parameter)), _box(value, f"argument_{position}"))
        self._draw_sandbox()

    def _asked_arguments(self) -> tuple[str, ...]:
        """What is in the boxes; a value that cannot be shown as it is was not put into a box and stays as planned."""
        planned = [value for _, value in self._plan.arguments] if self._plan else []
        boxes = {box.id: box for box in self.query("#parameters Input").results(Input)}
        return tuple(
            boxes[f"argument_{i}"].value if not boxes[f"argument_{i}"].disabled else value
            for i, value in enumerate(planned)
            if f"argument_{i}" in boxes
        )

    def action_try_suite(self) -> None:
        """Every set of values, one after the other."""
        self._output = ""
        self.query_one("#sandbox").focus()
        super().action_try_suite()

    def action_try(self) -> None:
        """Try it with what is in the boxes."""
        head = self._may(Action.TRY)
        if head is None:
            return
        if self._plan is None:
            self.say_quietly("a moment: reading where it was recorded")
            return
        folder_box = self.query_one("#folder", Input)
        folder = folder_box.value.strip()
        if folder.startswith("~") and self.view.home:
            folder = self.view.home + folder[1:]
        if not folder.startswith("/"):
            folder_box.focus()
            self.say_refused("in which folder? type its path, then enter")
            return
        asked = zip(head.automation.parameters, self._asked_arguments(), strict=False)
        missing = next((p.name for p, v in asked if not v and p.default != ""), None)  # "": the script works it out
        if missing is not None:
            self.query_one(f"#argument_{[p.name for p in head.automation.parameters].index(missing)}", Input).focus()
            self.say_refused(f"{missing} needs a value")
            return
        self._output = ""
        self.query_one("#sandbox").focus()
        self.post_message(TryAsked(head.automation.automation_id, folder, self._asked_arguments()))

    def on_input_submitted(self) -> None:
        """Out of the box; `s` tries with what is in it."""
        self.query_one("#sandbox").focus()
        self.say_quietly("s tries it with these values")

    # ---- editing

    async def action_edit(self) -> None:
        """Edit the script in place; saving voids the trial."""
        head = self._may(Action.EDIT) if not self._wants_edit else self.chosen()
        self._wants_edit = False
        if head is None or self.query(TextArea):
            return
        text = head.automation.script.text
        if visible(text, limit=len(text), keep_lines=True) != text.replace("\t", "    "):
            self.say_refused(f"it holds control characters: edit it with vynexus edit {head.automation.name}")
            return
        self._may_drop_edit = False
        editor = TextArea(text, show_line_numbers=True, soft_wrap=False, id="editor")
        editor.border_title = Content("1 Script · ctrl+s saves · esc leaves it as it was")
        await self.query_one("#left").mount(editor, before="#script")
        self.set_class(True, "-editing")
        editor.focus()
        self._draw_hints()

    def action_save(self) -> None:
        """Keep the edited script. The editor stays until it is stored: what is not bash is refused, and must not be lost."""
        self._may_drop_edit = False
        head = self.chosen()
        for editor in self.query("#editor").results(TextArea):
            if head is not None:
                self.post_message(EditAsked(head.automation.automation_id, editor.text, self._leave_saved))

    async def _leave_saved(self, text: str) -> None:
        if any(editor.text == text for editor in self.query("#editor").results(TextArea)):
            await self._close_editor()

    async def _close_editor(self) -> None:
        await self.query("#editor").remove()
        self.set_class(False, "-editing")
        self.query_one("#sandbox").focus()
        self._draw_hints()

    # ---- going elsewhere

    async def action_back(self) -> None:
        """Out of the editor (twice when something was typed), out of a box, stop the trial, or back."""
        head = self.chosen()
        for editor in self.query("#editor").results(TextArea):
            if head is not None and editor.text != head.automation.script.text and not self._may_drop_edit:
                self._may_drop_edit = True
                self.say_refused("not saved: ctrl+s saves, esc again drops what you typed")
                return
            await self._close_editor()
            return
        if isinstance(self.focused, Input):
            self.query_one("#sandbox").focus()
        elif self.view.trying == self._key:
            self.post_message(StopTryAsked())
            self.say_quietly("stopping the try")
        else:
            self.app.pop_screen()

    def action_leave(self) -> None:
        """Back; a trial under way goes on."""
        self.app.pop_screen()

    def action_part(self, number: int) -> None:
        """Go to a part."""
        part = self.query_one(f"#{_PARTS[number - 1]}")
        (self.query("#parameters Input").first() if part.id == "parameters" and self.query("#parameters Input") else part).focus()

    def action_neighbour(self, by: int) -> None:
        """The next automation that needs the person."""
        waiting: list[str] = [h.automation.automation_id for h in self.view.waiting]
        others = [key for key in waiting if key != self._key]
        if not others:
            self.say_quietly("no other one needs you")
            return
        index = waiting.index(self._key) if self._key in waiting else -1 if by > 0 else 0
        self._charge(self._key, self._attention)
        self._attention.begin()
        self._key = waiting[(index + by) % len(waiting)]
        self._output, self._plan = "", None
        self.become_deaf()
        self.say(Content(""))
        self.show_view(self.view)
        self._load_plan()


def _label(name: str, remark: Content) -> Line:
    line = Line()
    line.show(labelled(visible(name)[:14], remark, width=15))
    return line


def _box(value: str, box_id: str) -> Input:
    shown_value = visible(value)
    # A value with control characters is shown written out and cannot be edited: an Input would paint it raw.
    return Input(shown_value, id=box_id, compact=True, disabled=shown_value != value, select_on_focus=False)
