"""A screen on whose automation the keys a s x e u p D i y act. What makes no sense says why instead."""

from typing import ClassVar

from textual.binding import BindingType

from vynexus_tui.domain.automations import Action, AutomationStatus
from vynexus_tui.domain.cycles import AutomationHead
from vynexus_tui.tui.keymap import ACTING_KEYS, Hint
from vynexus_tui.tui.messages import CopyAsked, DecisionAsked, FolderAsked, PageAsked, SuiteAsked, UndoAsked
from vynexus_tui.tui.present.possible import NO_ROW, why_not, why_not_folder, why_not_schedule
from vynexus_tui.tui.screens.live_screen import LiveScreen


class ActingScreen(LiveScreen):
    """Keys act on `chosen`, exactly as it is painted."""

    BINDINGS: ClassVar[list[BindingType]] = [*ACTING_KEYS]

    def chosen(self) -> AutomationHead | None:
        """The automation the keys act on. Given by every such screen."""
        raise RuntimeError("a screen that acts says on what")

    def hints(self) -> list[Hint]:
        """The keys for the chosen automation, dim where they cannot do anything now."""
        head = self.chosen()
        status = head.automation.status if head else None
        verbs: list[tuple[str, str, str, Action]] = [("a", "Approve", "approve", Action.APPROVE), ("s", "Try", "try", Action.TRY)]
        if status is AutomationStatus.LIVE:
            verbs = [
                ("p", "Pause", "pause", Action.PAUSE),
                ("t", "Schedule", "schedule", Action.SCHEDULE),
                ("D", "Retire", "retire", Action.RETIRE),
            ]
        elif status in (AutomationStatus.PAUSED, AutomationStatus.FAILING):
            verbs = [("p", "Resume", "pause", Action.RESUME), ("D", "Retire", "retire", Action.RETIRE)]
        else:
            verbs += [("x", "Reject", "reject", Action.REJECT), ("e", "Edit", "edit", Action.EDIT)]
        hints = [Hint(key=k, word=w, action=f"screen.{a}", reason=why_not(v, head, self.view)) for k, w, a, v in verbs]
        return [*hints, Hint(key="u", word="Undo", action="screen.undo")]

    def _may(self, action: Action) -> AutomationHead | None:
        """The automation to act on; None when the key is dropped or makes no sense, which is said."""
        head = self.chosen()
        reason = why_not(action, head, self.view)
        if reason is not None:
            self.say_refused(reason)
            return None
        return head if action is Action.EDIT or self.hears() else None

    def _decide(self, action: Action) -> None:
        head = self._may(action)
        if head is not None:
            self.post_message(DecisionAsked(action, head))

    def action_approve(self) -> None:
        """Approve the script as painted."""
        self._decide(Action.APPROVE)

    def action_try_suite(self) -> None:
        """Try it with every set of values the person used by hand."""
        head = self._may(Action.TRY)
        if head is None:
            return
        if len(head.automation.cases) < 2:
            self.say_refused(f"{head.automation.name} was not seen with several sets of values: s tries it")
            return
        self.post_message(SuiteAsked(head.automation.automation_id))

    def action_choose_folder(self) -> None:
        """Change between its folder and the one it is called in."""
        head = self.chosen()
        if head is None or (reason := why_not_folder(head)) is not None:
            self.say_refused(NO_ROW if head is None else reason or "")
            return
        automation = head.automation
        folder = (head.trial.cwd if head.trial else None) or automation.cwd
        self.post_message(FolderAsked(automation.automation_id, None if automation.runs_in else folder))

    def action_schedule(self) -> None:
        """Look at when it could start by itself, or does."""
        head = self.chosen()
        reason = why_not_schedule(head)
        if reason is not None or head is None:
            self.say_refused(reason or NO_ROW)
        else:
            self.post_message(PageAsked("schedule", head.automation.automation_id))

    def action_reject(self) -> None:
        """Reject the automation."""
        self._decide(Action.REJECT)

    def action_retire(self) -> None:
        """Take a live automation out of service."""
        self._decide(Action.RETIRE)

    def action_pause(self) -> None:
        """Pause, or resume what is paused."""
        head = self.chosen()
        is_stopped = head is not None and head.automation.status in (AutomationStatus.PAUSED, AutomationStatus.FAILING)
        self._decide(Action.RESUME if is_stopped else Action.PAUSE)

    def action_undo(self) -> None:
        """Take back the last decision."""
        if self.hears():
            self.post_message(UndoAsked(None))

    def action_why(self) -> None:
        """Show the evidence of the pattern behind the automation."""
        head = self.chosen()
        if head is None or head.automation.pattern_id is None:
            self.say_refused("made from commands you chose: there is no pattern behind it" if head else "choose a row first")
        else:
            self.post_message(PageAsked("patterns", head.automation.pattern_id))

    def action_copy(self) -> None:
        """Copy the script."""
        head = self.chosen()
        if head is not None:
            self.post_message(CopyAsked(head.automation.script.text, f"the script of {head.automation.name}"))
