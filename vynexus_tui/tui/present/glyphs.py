"""Marks, bars and small curves, in unicode or ascii. A mark never stands alone: its word is always beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content

from vynexus_tui.domain.automations import AutomationStatus
from vynexus_tui.domain.trials import ChangeKind
from vynexus_tui.tui.present.content import ACCENT, BAD, GOOD, MUTED, WARN, words
from vynexus_tui.tui.present.units import score as score_text

_S = AutomationStatus
STATUS_STYLE = {
    _S.NEW: ACCENT,
    _S.TRIED: WARN,
    _S.LIVE: GOOD,
    _S.PAUSED: MUTED,
    _S.FAILING: BAD,
    _S.REJECTED: MUTED,
    _S.RETIRED: MUTED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Glyphs:
    """One set of marks."""

    marks: str
    """In the order of AutomationStatus, then: being tried."""
    full: str
    empty: str
    blocks: str
    """From nothing to full."""
    cursor: str
    recording: str
    not_recording: str
    warning: str
    up: str
    down: str

    def mark(self, status: AutomationStatus) -> Content:
        """The status's mark in its colour."""
        return Content.styled(self.marks[list(_S).index(status)], STATUS_STYLE[status])

    @property
    def trying(self) -> Content:
        """The mark of a trial under way."""
        return Content.styled(self.marks[-1], ACCENT)

    def bar(self, value: float | None, width: int = 6) -> Content:
        """━━━━╌╌ .71; above 0.7, where an automation is made, in the colour of success."""
        if value is None:
            return words((self.empty * width, MUTED), (f" {score_text(None)}", MUTED))
        filled = max(0, min(width, round(value * width)))
        style = GOOD if value > 0.7 else WARN if value > 0.4 else MUTED
        return words((self.full * filled, style), (self.empty * (width - filled), MUTED), f" {score_text(value)}")

    def curve(self, values: Sequence[float], top: float | None = None) -> str:
        """One block per value, `top` (default: the largest) drawn full."""
        peak = top if top is not None else max(values, default=0.0)
        last = len(self.blocks) - 1
        return "".join(self.blocks[max(0, min(last, round(v / peak * last)))] if peak > 0 else self.blocks[0] for v in values)

    def gains(self, values: Sequence[float], style: str) -> Content:
        """As `curve`; what was lost is as high as it was much, and red."""
        blocks = self.curve([abs(value) for value in values])
        return words(*((block, BAD if value < 0 else style) for block, value in zip(blocks, values, strict=True)))


UNICODE = Glyphs(
    marks="◇◆●‖▲✕·◌",
    full="━",
    empty="╌",
    blocks="▁▂▃▄▅▆▇█",
    cursor="▌",
    recording="●",
    not_recording="○",
    warning="▲",
    up="▲",
    down="▼",
)
ASCII = Glyphs(
    marks="o*+=!x-~", full="=", empty="-", blocks="_.-~=+*#", cursor=">", recording="*", not_recording="o", warning="!", up="^", down="v"
)
CHANGE_LETTER = {
    ChangeKind.CREATE: ("A", GOOD),
    ChangeKind.MODIFY: ("M", WARN),
    ChangeKind.DELETE: ("D", BAD),
    ChangeKind.CHMOD: ("P", WARN),
    ChangeKind.REPLACE: ("T", WARN),
    ChangeKind.RENAME: ("R", WARN),
}
"""As in `git status`; the change's own word stands beside it."""


def choose_glyphs(setting: str, encoding: str) -> Glyphs:
    """The set that settings.ui.glyphs asks for; `auto` looks at the locale's encoding."""
    if setting == "auto":
        setting = "unicode" if encoding.lower().replace("-", "") == "utf8" else "ascii"
    return UNICODE if setting == "unicode" else ASCII
