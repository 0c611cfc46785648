"""Asks for the automation's name, after showing what is known and what is not."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input

from vynexus_tui.domain.cycles import AutomationHead
from vynexus_tui.tui.panels.lines import Line
from vynexus_tui.tui.present import automations
from vynexus_tui.tui.present import trial as trials
from vynexus_tui.tui.present.content import MUTED, STRONG, WARN, lines, shown, shown_lines, words


class ConfirmScreen(ModalScreen[str | None]):
    """Answers with what was typed, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Back", show=False, id="confirm.back")]

    def __init__(self, head: AutomationHead, verb: str, reasons: tuple[str, ...]) -> None:
        super().__init__()
        self._head = head
        self._verb = verb
        self._reasons = reasons

    def compose(self) -> ComposeResult:
        """Reasons, script, and a box for the name."""
        automation = self._head.automation
        with VerticalScroll(id="confirm") as box:
            box.border_title = Content(f"{self._verb}: type the name to go on")
            yield _text(words(shown(automation.name, STRONG), ("   ", ""), shown(automation.summary, MUTED)))
            yield _text(lines(Content(""), *(words(" · ", shown(reason, WARN)) for reason in self._reasons), Content("")))
            yield _text(lines(self._trial(), *([automations.FOR_REAL] if self._verb == "Approve" else []), Content("")))
            yield _text(shown_lines(automation.script.text.rstrip("\n")))
        yield Input(placeholder="the name, then enter; esc leaves everything as it is", id="typed")
        yield Line("wrong")

    def _trial(self) -> Content:
        trial = self._head.trial
        if trial is None:
            return Content.styled("not tried", MUTED)
        return lines(trials.verdict(trial), *([trials.not_known(trial)] if trial.not_known else []))

    def on_mount(self) -> None:
        """Ready to type."""
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def _check(self, event: Input.Submitted) -> None:
        if event.value == self._head.automation.name:
            self.dismiss(event.value)
        else:
            self.query_one("#wrong", Line).show(words(" that is not ", shown(self._head.automation.name, STRONG)))


def _text(content: Content) -> Line:
    line = Line(classes="body")
    line.show(content)
    return line
