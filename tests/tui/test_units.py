from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tui.builders import NOW
from vynexus_tui.tui.present import units


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "–"),
        (0.42, "0.4 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (59.6, "1 m 00 s"),
        (1070, "17 m 50 s"),
        (22_320, "6 h 12 m"),
        (-12, "−12 s"),
    ],
)
def test_durations_read_as_people_say_them(seconds, text):
    assert units.duration(seconds) == text


@pytest.mark.parametrize(("seconds", "text"), [(None, "–"), (40, "40 s"), (2820, "47 min"), (22_320, "6 h 12 min"), (-180, "−3 min")])
def test_headlines_do_not_fidget_with_seconds(seconds, text):
    assert units.coarse_duration(seconds) == text


@pytest.mark.parametrize(
    ("age", "text"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(minutes=12), "12 min ago"),
        (timedelta(hours=3), "3 h ago"),
        (timedelta(days=2), "2 d ago"),
        (timedelta(days=19), "3 Nov"),
        (timedelta(days=400), "18 Oct 2025"),
    ],
)
def test_ages_grow_coarser(age, text):
    assert units.ago(NOW - age, NOW) == text


@pytest.mark.parametrize(
    ("age", "text"),
    [
        (timedelta(seconds=-4), "0 s ago"),
        (timedelta(seconds=59.9), "59 s ago"),
        (timedelta(seconds=60), "1 min ago"),
        (timedelta(hours=1), "1 h ago"),
        (timedelta(hours=23, minutes=59), "23 h ago"),
        (timedelta(days=40), "40 d ago"),
    ],
)
def test_a_sign_of_life_has_seconds_and_never_a_date(age, text):
    assert units.age(NOW - age, NOW) == text


def test_a_time_of_day_has_its_day_when_that_is_not_today():
    assert units.time_of_day(NOW, NOW) == f"{NOW.astimezone():%H:%M}"
    assert units.time_of_day(NOW + timedelta(days=2), NOW) == units.moment(NOW + timedelta(days=2), NOW)


def test_an_unknown_date_is_said_to_be_unknown():
    assert units.ago(None, NOW) == "no date"
    assert units.share(None) == units.UNKNOWN
    assert units.size(None) == units.UNKNOWN


@pytest.mark.parametrize(("value", "text"), [(0.876, ".88"), (0.0, ".00"), (1.0, "1.0"), (0.996, "1.0"), (None, "  –")])
def test_scores_take_three_cells(value, text):
    assert units.score(value) == text


@pytest.mark.parametrize(("size", "text"), [(12, "12 B"), (46_000_000, "46 MB"), (1_500_000_000, "1.5 GB"), (2_000, "2.0 kB")])
def test_sizes(size, text):
    assert units.size(size) == text


def test_only_whole_folder_names_become_a_tilde():
    assert units.folder("/home/ada/src", "/home/ada") == "~/src"
    assert units.folder("/home/ada", "/home/ada") == "~"
    assert units.folder("/home/adam/src", "/home/ada") == "/home/adam/src"


@given(st.floats(min_value=-1e7, max_value=1e7))
def test_no_duration_is_longer_than_its_column(seconds):
    assert len(units.duration(seconds)) <= 13
    assert "60" not in units.duration(seconds).replace("60 h", "").split(" m ")[-1] or abs(seconds) > 3600


def test_at_least_is_never_rounded_up_and_up_to_never_down():
    assert [units.lower_bound(s) for s in (12.9, 59.9, 60, 457, 3599)] == ["12 s", "59 s", "1 min", "7 min", "59 min"]
    assert [units.upper_bound(s) for s in (12.1, 60, 457, 3541)] == ["13 s", "1 min", "8 min", "1 h 00 min"]
