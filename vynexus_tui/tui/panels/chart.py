"""A bar chart in theme colours: plotext where it is installed, block characters where it has no wheel (Intel Macs, musl)."""

from collections.abc import Sequence
from typing import Any

from rich.text import Text
from textual.color import Color, ColorParseError
from textual.content import Content
from textual.widget import Widget

from vynexus_tui.tui.present.content import ACCENT, MUTED, words
from vynexus_tui.tui.present.glyphs import ASCII, Glyphs


class BarChart(Widget):
    """Values over labels, drawn at the widget's size. plotext is imported at the first paint: it costs 0.16 s."""

    def __init__(self, *, chart_id: str, unit: str) -> None:
        super().__init__(id=chart_id)
        self._bars: tuple[tuple[str, float], ...] = ()
        self._glyphs: Glyphs | None = None
        self._unit = unit

    def show(self, bars: Sequence[tuple[str, float]], glyphs: Glyphs) -> None:
        """Other values."""
        if (tuple(bars), glyphs) != (self._bars, self._glyphs):
            self._bars, self._glyphs = tuple(bars), glyphs
            self.refresh()

    def on_mount(self) -> None:
        """Follow the theme."""
        self.app.theme_changed_signal.subscribe(self, lambda _theme: self.refresh())

    def render(self) -> Text | Content:
        """The chart."""
        width, height = self.size
        if width < 12 or height < 4 or not self._bars or self._glyphs is None:
            return Content("")
        if not any(value for _, value in self._bars):
            return Content.styled("No measured run in this time.", MUTED)
        if self._glyphs is ASCII:
            return self._blocks(width)
        try:
            import plotext
        except ImportError:
            return self._blocks(width)
        return self._plot(plotext, width, height)

    def _plot(self, plotext: Any, width: int, height: int) -> Text:
        # One public figure for all charts: the UI is one thread, and one chart is painted at a time.
        plotext.terminal.limit(False, False)
        figure = plotext.figure
        figure.clear()
        colours = [c for c in (self._rgb("primary"), self._rgb("accent")) if c]
        plotext.add_theme("vynexus", canvas=None, text=self._rgb("foreground"), sequence=colours or None)
        figure.theme("vynexus")
        figure.plot_size(width, height)
        lost = self._rgb("error")
        marker = [plotext.colorize("█", lost) if lost and value < 0 else "█" for _, value in self._bars]
        figure.draw(figure.bar([label for label, _ in self._bars], [value for _, value in self._bars], marker=marker))
        return Text.from_ansi(figure.build().string(), no_wrap=True)

    def _rgb(self, variable: str) -> tuple[int, int, int] | None:
        try:
            colour = Color.parse(self.app.theme_variables.get(variable, ""))
        except ColorParseError:
            return None
        return None if colour.ansi is not None else (colour.r, colour.g, colour.b)

    def _blocks(self, width: int) -> Content:
        assert self._glyphs is not None
        bars = self._bars[-width:]
        top, bottom = max(value for _, value in bars), min(value for _, value in bars)
        remark = f"{bars[0][0]} … {bars[-1][0]}   top {top:.0f} {self._unit}"
        if bottom < 0:
            remark += f", lost up to {-bottom:.0f} {self._unit} (red)"
        return words(self._glyphs.gains([value for _, value in bars], ACCENT), "\n", (remark, MUTED))
