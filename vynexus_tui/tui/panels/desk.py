"""Where the panels of the main screen lie: one, two or three columns, decided by the size alone."""

from textual.containers import Container
from textual.geometry import NULL_OFFSET, NULL_SPACING, Region, Size
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.widget import Widget

NARROW, WIDE = 100, 160
"""Below NARROW columns one panel, from WIDE on three columns."""
LISTS = ("automations", "patterns", "bottlenecks", "workflows", "saved")


def desk_regions(size: Size, active: str, zoomed: str | None, wishes: dict[str, int]) -> dict[str, Region]:
    """A region for every panel that is shown. `wishes`: rows a list would fill, heading and frame included."""
    width, height = size
    if zoomed is not None:
        return {zoomed: Region(0, 0, width, height)}
    if width < NARROW:
        return _one_column(width, height, active, wishes)
    return _three_columns(width, height, wishes) if width >= WIDE else _two_columns(width, height, wishes)


def _one_column(width: int, height: int, active: str, wishes: dict[str, int]) -> dict[str, Region]:
    if height < 14:
        return {active: Region(0, 0, width, height)}
    top = max(5, min(wishes.get(active, height), height - 9))
    return {active: Region(0, 0, width, top), "preview": Region(0, top, width, height - top)}


def _two_columns(width: int, height: int, wishes: dict[str, int]) -> dict[str, Region]:
    left = width * 3 // 5
    saved = _saved_height(height, wishes)
    room = height - saved
    top = max(6, min(wishes.get("automations", 8), room * 3 // 5, room - 6))
    heights = stacked(room, [wishes.get(p, 6) for p in ("patterns", "bottlenecks", "workflows")], least=4)
    regions = {"automations": Region(0, 0, left, top), "preview": Region(0, top, left, room - top)}
    regions |= _column(left, width - left, ("patterns", "bottlenecks", "workflows"), heights)
    return regions | _saved_region(width, room, saved)


def _three_columns(width: int, height: int, wishes: dict[str, int]) -> dict[str, Region]:
    left = width * 2 // 5
    middle = (width - left) * 5 // 9
    saved = _saved_height(height, wishes)
    room = height - saved
    system = 10 if room >= 34 else 0
    side = stacked(room - system, [wishes.get(p, 6) for p in ("bottlenecks", "workflows")], least=4)
    regions = {"preview": Region(left, 0, middle, room)}
    regions |= _column(
        0, left, ("automations", "patterns"), stacked(room, [wishes.get(p, 8) for p in ("automations", "patterns")], least=5)
    )
    regions |= _column(left + middle, width - left - middle, ("bottlenecks", "workflows", "system"), [*side, system])
    return regions | _saved_region(width, room, saved)


def _saved_height(height: int, wishes: dict[str, int]) -> int:
    if height < 26:
        return 0
    return min(wishes.get("saved", 5), 5 if height < 44 else 8)


def _saved_region(width: int, top: int, height: int) -> dict[str, Region]:
    return {"saved": Region(0, top, width, height)} if height else {}


def _column(x: int, width: int, names: tuple[str, ...], heights: list[int]) -> dict[str, Region]:
    regions, y = {}, 0
    for name, height in zip(names, heights, strict=True):
        if height > 0:
            regions[name] = Region(x, y, width, height)
        y += height
    return regions


def stacked(room: int, wishes: list[int], *, least: int) -> list[int]:
    """Heights that fill `room`: nobody below `least`, nobody above the wish until all wishes are met, the rest shared."""
    heights = [least] * len(wishes)
    spare = room - sum(heights)
    while spare > 0:
        short = [i for i, wish in enumerate(wishes) if heights[i] < wish]
        for i in short or range(len(wishes)):
            if spare > 0:
                heights[i] += 1
                spare -= 1
    return heights if room >= least * len(wishes) else [max(0, room), *[0] * (len(wishes) - 1)]


class _DeskLayout(Layout):
    name = "desk"

    def arrange(self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True) -> ArrangeResult:
        assert isinstance(parent, Desk)
        regions = desk_regions(size, parent.active, parent.zoomed, parent.wishes)
        return [
            WidgetPlacement(regions[child.id], NULL_OFFSET, NULL_SPACING, child)
            for child in children
            if child.id is not None and child.id in regions
        ]


class Desk(Container):
    """Holds the panels; `active` is the one shown where only one has room."""

    def __init__(self, *children: Widget) -> None:
        super().__init__(*children, id="desk")
        self.active = LISTS[0]
        self.zoomed: str | None = None
        self.wishes: dict[str, int] = {}
        self._layout = _DeskLayout()

    @property
    def layout(self) -> Layout:
        """Our own: Textual's grid cannot move a panel from one column to another by the width alone."""
        return self._layout

    def arrange_for(self, *, active: str | None = None, zoomed: str | None = None, wishes: dict[str, int] | None = None) -> None:
        """Lay out anew if anything about it is different."""
        new = (active or self.active, zoomed, self.wishes if wishes is None else wishes)
        if new != (self.active, self.zoomed, self.wishes):
            self.active, self.zoomed, self.wishes = new
            # On a child: a widget's refresh forgets the arrangement of its ancestors, not its own (Textual 8.2.8).
            self.children[0].refresh(layout=True)
