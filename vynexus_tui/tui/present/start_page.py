"""What the preview says while nothing is selected: how one repeated command becomes saved time, and where the person stands."""

from textual.content import Content

from vynexus_tui.tui.present import units
from vynexus_tui.tui.present.content import GOOD, MUTED, lines, words
from vynexus_tui.tui.present.view import View


def next_step(view: View) -> Content:
    """The six steps, the done ones marked."""
    snapshot = view.snapshot
    recording = snapshot.recording
    steps = (
        (recording.event_count > 0, "record", f"{units.plural(recording.event_count, 'command')}; F imports your history"),
        (bool(snapshot.patterns), "detect", f"{units.plural(len(snapshot.patterns), 'pattern')}; three times, in two sessions"),
        (bool(snapshot.automations), "create", f"{units.plural(len(snapshot.automations), 'script')}, for what is worth one"),
        (any(h.trial for h in snapshot.automations), "try", "s: on a copy, every change is shown"),
        (snapshot.savings.run_count > 0, "approve", "a: a new command; u takes it back"),
        (snapshot.savings.low_s is not None, "measure", "every run, against your own times"),
    )
    mark, done = view.glyphs.not_recording, view.glyphs.recording
    return lines(
        *(
            words((f"{done if is_done else mark} ", GOOD if is_done else MUTED), name.ljust(10), (text, MUTED))
            for is_done, name, text in steps
        )
    )
