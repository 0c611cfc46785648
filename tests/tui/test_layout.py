from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.geometry import Region, Size

from vynexus_tui.tui.panels.desk import LISTS, desk_regions, stacked
from vynexus_tui.tui.panels.row_list import column_widths, merged_order
from vynexus_tui.tui.present.view import Column
from vynexus_tui.tui.screens.main import SPECS

SIZES = st.builds(Size, st.integers(60, 300), st.integers(12, 120))
WISHES = st.dictionaries(st.sampled_from(LISTS), st.integers(3, 600))
KEYS = st.lists(st.sampled_from("abcdefghij"), unique=True)


@given(SIZES, st.sampled_from(LISTS), WISHES)
def test_panels_never_overlap_and_fill_the_desk(size, active, wishes):
    regions = desk_regions(size, active, None, wishes)
    whole = Region(0, 0, *size)
    assert active in regions or size.width >= 100
    assert all(whole.contains_region(region) and region.area for region in regions.values())
    assert not any(a.overlaps(b) for a, b in combinations(regions.values(), 2))
    assert sum(region.area for region in regions.values()) == whole.area


@pytest.mark.parametrize(
    ("width", "shown"), [(80, {"patterns", "preview"}), (120, {*LISTS, "preview"}), (200, {*LISTS, "preview", "system"})]
)
def test_one_panel_two_columns_three_columns(width, shown):
    assert set(desk_regions(Size(width, 44), "patterns", None, {})) == shown


def test_a_zoomed_panel_has_the_desk_for_itself():
    assert desk_regions(Size(120, 40), "patterns", "patterns", {}) == {"patterns": Region(0, 0, 120, 40)}


def test_columns_of_the_wide_screen_are_columns():
    regions = desk_regions(Size(200, 44), "automations", None, {})
    assert regions["automations"].x < regions["preview"].x < regions["bottlenecks"].x
    assert regions["patterns"].x == regions["automations"].x
    assert regions["saved"].width == 200


@given(st.integers(12, 200), st.lists(st.integers(0, 100), min_size=1, max_size=3))
def test_stacked_heights_fill_the_room(room, wishes):
    heights = stacked(room, wishes, least=4)
    assert sum(heights) == room
    if sum(wishes) <= room and min(wishes) >= 4:
        assert all(height >= wish for height, wish in zip(heights, wishes, strict=True))


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.panel_id)
@given(width=st.integers(30, 200))
def test_columns_never_need_more_than_the_list_is_wide(spec, width):
    widths = column_widths(spec.columns, width)
    used = [w for w in widths if w]
    assert sum(used) + 2 * (len(used) - 1) <= width
    assert all(w >= 4 for w, c in zip(widths, spec.columns, strict=True) if c.width is None)


def test_flexible_columns_share_by_weight():
    columns = (Column("a", 3), Column("b", None, weight=1), Column("c", None, weight=3), Column("d", 9, needs=100))
    assert column_widths(columns, 27) == (3, 5, 15, 0)


@given(KEYS, KEYS, st.data())
def test_nothing_moves_above_the_cursor_while_the_list_is_looked_at(old, ranked, data):
    cursor = data.draw(st.sampled_from(old)) if old else None
    merged = merged_order(old, ranked, cursor)
    assert sorted(merged) == sorted(ranked)
    assert [k for k in merged if k in old] == [k for k in old if k in ranked]
    if cursor in merged:
        above = merged[: merged.index(cursor)]
        assert all(key in old for key in above)


def test_a_new_row_takes_its_rank_below_the_cursor():
    assert merged_order(["a", "c", "d"], ["a", "b", "c", "d"], "a") == ["a", "b", "c", "d"]
    assert merged_order(["a", "c", "d"], ["a", "b", "c", "d"], "c") == ["a", "c", "b", "d"]
