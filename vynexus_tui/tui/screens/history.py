"""Time saved since the beginning, per day or week and per automation, and the journal of what happened."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content

from vynexus_tui.tui.keymap import Hint
from vynexus_tui.tui.messages import PageAsked
from vynexus_tui.tui.panels.chart import BarChart
from vynexus_tui.tui.panels.lines import HintLine, Line
from vynexus_tui.tui.panels.list_panel import ListPanel
from vynexus_tui.tui.panels.preview import TextPanel
from vynexus_tui.tui.panels.row_list import RowList
from vynexus_tui.tui.present import savings
from vynexus_tui.tui.present.content import MUTED, STRONG, words
from vynexus_tui.tui.present.view import View
from vynexus_tui.tui.screens.live_screen import LiveScreen

_RANGES = (28, 7, 91)


class HistoryScreen(LiveScreen):
    """What VyNexus gave back, and everything it and you did."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "range", "Other range", show=False, id="history.range"),
        Binding("o", "sort", "Next order", show=False, id="history.sort"),
        Binding("R", "app.look_now", "Look now", show=False, id="history.look"),
        Binding("tab", "app.focus_next", "Next part", show=False, id="history.next"),
        Binding("escape,q,H", "back", "Back", show=False, id="history.back"),
    ]

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._days = _RANGES[0]

    def compose(self) -> ComposeResult:
        """Totals and chart above, accounts, journal."""
        yield Line("header")
        with Horizontal(id="upper"):
            yield TextPanel("totals", title="Time saved")
            yield BarChart(chart_id="chart", unit="min")
        yield ListPanel(savings.LIST)
        yield TextPanel("journal", title="What happened", can_focus=True)
        yield Line("message")
        yield HintLine("hints")

    def on_mount(self) -> None:
        """Start in the list."""
        self.query_one(ListPanel).focus()

    def show_view(self, view: View) -> None:
        """Draw from the view."""
        super().show_view(view)
        is_weekly = self._days == _RANGES[-1]
        span = f"last {self._days // 7} weeks" if is_weekly else f"last {self._days} days"
        self.query_one("#header", Line).show(words((" VyNexus ", STRONG), ("› Time saved   ", MUTED), span))
        self.query_one("#totals", TextPanel).show(savings.totals(view))
        chart = self.query_one(BarChart)
        chart.border_title = Content(f"Minutes saved per {'week' if is_weekly else 'day'}, best guess")
        if is_weekly:
            bars = list(savings.by_week(view.snapshot.savings, view.now, self._days // 7))
        else:
            by_day = savings.by_day(view.snapshot.savings, view.now, self._days)
            bars = [(f"{day.day} {day:%b}", seconds) for day, seconds in by_day]
        chart.show([(name, round(seconds / 60, 1)) for name, seconds in bars], view.glyphs)
        self.query_one(ListPanel).show_view(view)
        self.query_one("#journal", TextPanel).show(savings.journal(view.snapshot.journal, view))
        hints = [
            Hint(key=k, word=w, action=a)
            for k, w, a in (("t", "Range", "screen.range"), ("o", "Sort", "screen.sort"), ("esc", "Back", "screen.back"))
        ]
        self.query_one(HintLine).show_hints(hints, self.size.width)

    def on_resize(self) -> None:
        """The bottom line is as wide as the screen."""
        self.show_view(self.view)

    @on(RowList.Opened)
    def _open_review(self, message: RowList.Opened) -> None:
        self.post_message(PageAsked("automations", message.key))

    def action_range(self) -> None:
        """4 weeks, 1 week, 13 weeks, these week by week."""
        self._days = _RANGES[(_RANGES.index(self._days) + 1) % len(_RANGES)]
        self.show_view(self.view)

    def action_sort(self) -> None:
        """The next order of the accounts."""
        self.say_quietly(f"ordered by: {self.query_one(ListPanel).sort_by_next()}")

    def action_back(self) -> None:
        """Back."""
        self.app.pop_screen()
