"""Every key of the dashboard, each with an id. No modifier is needed for daily work, and no key sits next to a destructive twin."""

from dataclasses import dataclass

from textual.binding import Binding


def _key(keys: str, action: str, what: str, binding_id: str, *, shown_as: str | None = None, priority: bool = False) -> Binding:
    return Binding(keys, action, what, show=False, id=binding_id, key_display=shown_as, priority=priority)


_PANELS = ("Automations", "Patterns", "Bottlenecks", "Workflows", "Saved")
_PARTS = ("Script", "Where and with what", "Why", "Sandbox", "Approval")

APP_KEYS = (
    _key("ctrl+q,ctrl+c", "quit", "Quit", "app.quit", priority=True),
    _key("ctrl+z", "suspend_process", "Suspend", "app.suspend"),
    _key("ctrl+p,colon", "command_palette", "All actions by name", "app.palette", priority=False),
    _key("question_mark", "toggle_help", "Keys of this place", "app.help", shown_as="?"),
    _key("P", "toggle_recording", "Pause or go on recording", "app.recording"),
)
ACTING_KEYS = (
    _key("a", "approve", "Approve", "automation.approve"),
    _key("s", "try", "Try in the sandbox", "automation.try"),
    _key("S", "try_suite", "Try it with every set of values you used", "automation.try_suite"),
    _key("f", "choose_folder", "Run always in its folder, or where it is called", "automation.folder"),
    _key("x", "reject", "Reject (a pattern: not now)", "automation.reject"),
    _key("e", "edit", "Edit the script", "automation.edit"),
    _key("u", "undo", "Undo the last decision", "automation.undo"),
    _key("p", "pause", "Pause or resume the automation", "automation.pause"),
    _key("t", "schedule", "Times at which it starts by itself", "automation.schedule"),
    _key("D", "retire", "Retire the automation", "automation.retire"),
    _key("i", "why", "Why: where it was seen", "automation.why"),
    _key("y", "copy", "Copy script or commands", "automation.copy"),
)
MAIN_KEYS = (
    *(_key(str(n), f"panel({n})", f"{name} panel", f"main.panel_{n}") for n, name in enumerate(_PANELS, 1)),
    _key("tab,right,l", "next_panel(1)", "Next panel", "main.next_panel"),
    _key("shift+tab,left,h", "next_panel(-1)", "Previous panel", "main.previous_panel"),
    _key("m", "make", "Make an automation of the pattern", "main.make"),
    _key("n", "app.choose_commands", "New: an automation of commands you choose", "main.new"),
    _key("X", "never", "Never show the pattern again", "main.never"),
    _key("A", "put_aside", "Show or hide the patterns you put aside", "main.put_aside"),
    _key("slash", "filter", "Filter", "main.filter", shown_as="/"),
    _key("o", "sort", "Next order", "main.sort"),
    _key("z", "zoom", "Zoom the panel", "main.zoom"),
    _key("space", "app.freeze", "Freeze the view", "main.freeze"),
    _key("R", "app.look_now", "Look now", "main.look"),
    _key("H", "app.history", "Time saved and history", "main.history"),
    _key("F", "app.find_history", "What your shell history holds", "main.find_history"),
    _key("W", "app.show_recording", "What is recorded, and how well", "main.recording"),
    _key("escape", "back", "Back", "main.back"),
    _key("q", "app.quit", "Quit", "main.quit"),
)
REVIEW_KEYS = (
    _key("left_square_bracket", "neighbour(-1)", "Previous that needs you", "review.previous", shown_as="["),
    _key("right_square_bracket", "neighbour(1)", "Next that needs you", "review.next", shown_as="]"),
    *(_key(str(n), f"part({n})", f"{name} part", f"review.part_{n}") for n, name in enumerate(_PARTS, 1)),
    _key("R", "app.look_now", "Look now", "review.look"),
    _key("escape", "back", "Back; stops the try", "review.back"),
    _key("q", "leave", "Back; the try goes on", "review.leave"),
    _key("ctrl+s", "save", "Save the edited script", "review.save"),
)
SCHEDULE_KEYS = (
    _key("enter", "schedule", "Schedule what is shown", "schedule.schedule"),
    _key("x", "unschedule", "Take it off", "schedule.unschedule"),
    _key("escape", "back", "Out of a box, or back", "schedule.back"),
)
CHOOSING_KEYS = (
    _key("space", "choose", "Choose the command, or not", "choosing.choose"),
    _key("shift+up,K", "choose_up", "Choose it and the one above", "choosing.up"),
    _key("shift+down,J", "choose_down", "Choose it and the one below", "choosing.down"),
    _key("enter,tab", "name", "On to the name; there: make it", "choosing.name"),
    _key("escape", "back", "Back", "choosing.back"),
    _key("q", "back", "Back", "choosing.leave"),
)
PAGE_KEYS = (
    _key("y", "copy", "Copy the commands", "page.copy"),
    _key("j", "scroll_by(1)", "Down", "page.down"),
    _key("k", "scroll_by(-1)", "Up", "page.up"),
    _key("R", "app.look_now", "Look now", "page.look"),
    _key("escape,q,enter", "back", "Back", "page.back"),
)
RECORDING_KEYS = (
    _key("y", "copy", "Copy the line that mends a source; again: the next one", "recording.copy"),
    _key("F", "app.find_history", "What your shell history holds", "recording.find_history"),
    _key("W", "back", "Back", "recording.back"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """A key in the bottom line."""

    key: str
    word: str
    action: str
    reason: str | None = None
    """Why it does nothing now; drawn dim then, and said when it is pressed."""
