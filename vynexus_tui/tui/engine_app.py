"""The half of the app that carries out what screens ask for: engine verbs in threads, their outcome as a message."""

import shlex
from collections.abc import Callable
from datetime import datetime

from textual import on, work
from textual.app import App
from textual.widgets import Input, TextArea

from vynexus_tui.domain.automations import Action, SeenCase
from vynexus_tui.domain.cycles import AutomationHead
from vynexus_tui.domain.errors import VynexusError
from vynexus_tui.domain.identifiers import AutomationId
from vynexus_tui.domain.trials import Consent, Trial, Verdict, approval_rule
from vynexus_tui.engine import decisions, hooks, making, recording, trials
from vynexus_tui.engine.assembly import Workspace
from vynexus_tui.engine.trial_suite import try_suite
from vynexus_tui.tui import messages as m
from vynexus_tui.tui.screens.live_screen import LiveScreen


class EngineApp(App[int]):
    """Knows the workspace; one method per kind of request."""

    def __init__(self, workspace: Workspace, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self.workspace = workspace
        self.now = clock
        self.trying: AutomationId | None = None
        self._should_stop_try = False

    async def _check_bindings(self, key: str, priority: bool = False) -> bool:
        if priority and isinstance(self.screen, LiveScreen):
            self.screen.note_key()  # the one place that every key passes, once
        # Every key is carried out before the next one is looked at, by what has the focus then. Textual's own way, through the
        # queue of whatever had the focus, lets `1 x` typed in one go act on the panel that was left (Textual 8.2.8).
        if await super()._check_bindings(key, priority):
            return True
        is_typing = isinstance(self.focused, Input | TextArea)
        return priority and not is_typing and await super()._check_bindings(key)

    def say(self, done: str = "", *, refused: str = "") -> None:
        """Tell the person, on whatever screen they are."""
        for screen in reversed(self.screen_stack):
            if isinstance(screen, LiveScreen):
                screen.say_refused(refused) if refused else screen.say_done(done)
                return

    def after_change(self) -> None:
        """The store, or what we are doing to it, changed: draw it. Extended by the app."""

    @work(thread=True, group="verbs", exit_on_error=False)
    def perform(self, verb: Callable[[], str]) -> None:
        """Run `verb` off the UI thread and post how it went."""
        try:
            self.post_message(m.VerbDone(verb()))
        except VynexusError as error:
            self.post_message(m.VerbRefused(f"{error.message}  {error.hint}".strip()))

    @on(m.VerbDone)
    def _say_done(self, message: m.VerbDone) -> None:
        self.say(message.text)
        self.after_change()

    @on(m.VerbRefused)
    def _say_refused(self, message: m.VerbRefused) -> None:
        self.say(refused=message.text)
        self.after_change()

    @on(m.DecisionAsked)
    def _decide(self, message: m.DecisionAsked) -> None:
        head, now = message.head, self.now()
        automation_id = head.automation.automation_id
        match message.action:
            case Action.APPROVE:
                self._approve(head)
            case Action.REJECT:
                self.perform(lambda: decisions.reject(self.workspace, automation_id, now=now))
            case Action.PAUSE:
                self.perform(lambda: decisions.pause(self.workspace, automation_id, now=now))
            case Action.RESUME:
                self.perform(lambda: decisions.resume(self.workspace, automation_id, now=now))
            case Action.RETIRE:
                self._ask_name(head, "Retire", ("its command goes away for good; u brings it back",), self._retire)
            case _:
                self.say(refused=f"{message.action} is not a decision")

    def _approve(self, head: AutomationHead) -> None:
        automation = head.automation
        rule = approval_rule(head.trial, automation.script.sha256, automation.risk, runs_in=automation.runs_in)
        match rule.consent:
            case Consent.ONE_KEY:
                self._approve_exactly(head, None)
            case Consent.TYPED_NAME:
                self._ask_name(head, "Approve", rule.reasons, self._approve_exactly)
            case Consent.BLOCKED:
                self.say(refused="not approved: " + "; ".join(rule.reasons))

    def _approve_exactly(self, head: AutomationHead, typed: str | None) -> None:
        automation_id, sha256, now = head.automation.automation_id, head.automation.script.sha256, self.now()

        def say_retried(text: str) -> None:
            self.call_from_thread(self.say, text)

        self.perform(lambda: trials.approve_as_tried(self.workspace, automation_id, sha256, confirm=typed, now=now, on_retry=say_retried))

    def _retire(self, head: AutomationHead, typed: str | None) -> None:
        automation_id, now = head.automation.automation_id, self.now()
        self.perform(lambda: decisions.retire(self.workspace, automation_id, now=now))

    def _ask_name(
        self, head: AutomationHead, verb: str, reasons: tuple[str, ...], then: Callable[[AutomationHead, str | None], None]
    ) -> None:
        from vynexus_tui.tui.screens.confirm import ConfirmScreen

        def answered(typed: str | None) -> None:
            if typed == head.automation.name:
                then(head, typed)
            else:
                self.say(refused=f"{verb.lower()}: nothing was done")

        self.push_screen(ConfirmScreen(head, verb, reasons), answered)

    @on(m.UndoAsked)
    def _undo(self, message: m.UndoAsked) -> None:
        now = self.now()
        self.perform(lambda: decisions.undo(self.workspace, message.automation_id, now=now))

    @on(m.EditAsked)
    def _edit(self, message: m.EditAsked) -> None:
        now = self.now()

        def edit() -> str:
            done = decisions.edit(self.workspace, message.automation_id, message.text, now=now)
            self.call_from_thread(message.when_saved, message.text)
            return done

        self.perform(edit)

    @on(m.SnoozeAsked)
    def _snooze(self, message: m.SnoozeAsked) -> None:
        now = self.now()
        put_aside = decisions.never if message.is_for_good else decisions.snooze
        self.perform(lambda: put_aside(self.workspace, message.pattern_id, now=now))

    @on(m.MakeAsked)
    def _make(self, message: m.MakeAsked) -> None:
        now = self.now()
        self._perform_making(lambda: making.create_from_pattern(self.workspace, message.pattern_id, now=now))

    @on(m.CommandsChosen)
    def _make_of_commands(self, message: m.CommandsChosen) -> None:
        now = self.now()
        self._perform_making(lambda: making.create_from_commands(self.workspace, message.name, message.commands, message.values, now=now))

    @work(thread=True, group="verbs", exit_on_error=False)
    def _perform_making(self, make: Callable[[], AutomationHead]) -> None:
        try:
            self.post_message(m.AutomationMade(make().automation))
        except VynexusError as error:
            self.post_message(m.VerbRefused(f"{error.message}  {error.hint}".strip()))

    @on(m.CopyAsked)
    def _copy(self, message: m.CopyAsked) -> None:
        self.copy_to_clipboard(message.text)
        self.say(f"copied {message.what}")

    @on(m.TryAsked)
    @on(m.SuiteAsked)
    def _try(self, message: m.TryAsked | m.SuiteAsked) -> None:
        if self.trying is not None:
            self.say(refused="one try at a time")
            return
        self.trying, self._should_stop_try = message.automation_id, False
        self.after_change()
        self._run_trial(message)

    @work(thread=True, group="trial", exit_on_error=False)
    def _run_trial(self, asked: m.TryAsked | m.SuiteAsked) -> None:
        try:
            trial = self._suite(asked) if isinstance(asked, m.SuiteAsked) else self._one_trial(asked)
        except VynexusError as error:
            self.post_message(m.TrialEnded(asked.automation_id, None, f"{error.message}  {error.hint}".strip()))
        else:
            self.post_message(m.TrialEnded(asked.automation_id, trial))

    def _one_trial(self, asked: m.TryAsked) -> Trial:
        return trials.try_automation(
            self.workspace,
            asked.automation_id,
            cwd=asked.cwd,
            arguments=asked.arguments,
            now=self.now(),
            on_output=self._post_output,
            should_stop=lambda: self._should_stop_try,
        )

    def _suite(self, asked: m.SuiteAsked) -> Trial:
        def say(number: int, count: int, case: SeenCase) -> None:
            self._post_output(f"{number} of {count}: {shlex.join(case.arguments)} in {case.cwd}\n")

        return try_suite(
            self.workspace,
            asked.automation_id,
            now=self.now(),
            on_case=say,
            on_output=self._post_output,
            should_stop=lambda: self._should_stop_try,
        )

    @on(m.ScheduleAsked)
    def _schedule(self, message: m.ScheduleAsked) -> None:
        now, automation, deployed = self.now(), message.plan.automation, message.plan.deployed
        self.perform(lambda: decisions.schedule(self.workspace, automation.automation_id, deployed, automation.script.sha256, now=now))

    @on(m.UnscheduleAsked)
    def _unschedule(self, message: m.UnscheduleAsked) -> None:
        now = self.now()
        self.perform(lambda: decisions.unschedule(self.workspace, message.automation_id, now=now))

    @on(m.FolderAsked)
    def _choose_folder(self, message: m.FolderAsked) -> None:
        self.perform(lambda: decisions.choose_folder(self.workspace, message.automation_id, message.folder))

    def _post_output(self, text: str) -> None:
        self.post_message(m.OutputArrived(text))

    @on(m.TrialEnded)
    def _end_trial(self, message: m.TrialEnded) -> None:
        self.trying = None
        if message.trial is None:
            self.say(refused=message.refusal)
        else:
            passed = message.trial.verdict is Verdict.PASSED
            said = f"tried: {message.trial.headline}"
            self.say(said) if passed else self.say(refused=said)
        self.after_change()

    @on(m.OutputArrived)
    def _forward_output(self, message: m.OutputArrived) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, LiveScreen) and screen.is_mounted:
                screen.add_output(message.text)

    @on(m.StopTryAsked)
    def stop_trying(self) -> None:
        """End the trial under way, if any."""
        self._should_stop_try = True

    @on(m.ImportAsked)
    def _import(self, message: m.ImportAsked) -> None:
        self._store_histories(with_hook=message.with_hook)

    @work(thread=True, group="import", exit_on_error=False)
    def _store_histories(self, *, with_hook: bool) -> None:
        now, new, said = self.now(), 0, []
        try:
            for path in recording.found_histories(self.workspace):
                new += recording.import_history(self.workspace, path, now=now).new_count
            offered = [s for s in hooks.hook_status(self.workspace) if s.is_available and not s.is_installed] if with_hook else []
        except VynexusError as error:
            self.post_message(m.VerbRefused(f"{error.message}  {error.hint}".strip()))
            return
        for state in offered:
            try:
                said.append(hooks.install_hook(self.workspace, state.shell, now=now))
            except VynexusError as error:
                said.append(f"{state.shell} not: {error.message}")
        self.post_message(m.HistoriesStored("; ".join([f"imported {new:,} commands", *said])))

    def action_toggle_recording(self) -> None:
        """Stop recording until further notice, or go on."""
        now = self.now()
        if self.is_recording_paused:
            self.perform(lambda: hooks.resume_recording(self.workspace))
        else:
            self.perform(lambda: hooks.pause_recording(self.workspace, minutes=None, now=now))

    @property
    def is_recording_paused(self) -> bool:
        """Whether recording is off now. Given by the app."""
        return False
