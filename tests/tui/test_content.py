import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vynexus_tui.tui.present.content import indented, labelled, lines, shown, shown_lines, words

HOSTILE = [
    "ls [a-z]*",
    "echo [/nope]",
    "[@click=app.quit]x[/]",
    "[bold red]not bold[/]",
    "\x1b]2;PWNED\x1b\\",
    "\x1b[2J\x1b[H",
    "\x9b31m",
    "rm -rf \u202etxt.exe",
    "a\x00b\x07c\x7f",
    "\udc80\udcff",
    "one\ntwo\rthree\tfour",
    "漢字かな 👩‍👩‍👧 e\u0301",
    "$text-muted {curly}",
]


def is_harmless(text: str, *, allowed: str = "") -> bool:
    return all(ch in allowed or unicodedata.category(ch) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") for ch in text)


@pytest.mark.parametrize("text", HOSTILE)
def test_recorded_text_can_neither_style_nor_click_nor_control(text):
    content = shown(text)
    assert not content.spans
    assert is_harmless(content.plain)
    for letter in "abcx[]":
        assert content.plain.count(letter) >= text.count(letter)


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=200))
def test_no_text_whatever_reaches_the_screen_raw(text):
    assert is_harmless(shown(text, "bold").plain)
    assert is_harmless(shown_lines(text).plain, allowed="\n")


@given(st.text(alphabet="[]/@=click apquit\\$", max_size=60))
def test_brackets_stay_what_they_are_through_every_combination(text):
    combined = lines(words(("x ", "bold"), shown(text)), labelled("Label", shown(text)), indented(shown(text)))
    assert combined.plain.count(text) >= 3 or not text
    assert all("@" not in str(span.style) for span in combined.spans)


def test_a_label_is_followed_by_its_values_one_per_line():
    assert labelled("Risk", shown("high"), shown("git push")).plain == "Risk      high\n          git push"


def test_every_line_of_a_block_is_indented():
    assert indented(shown_lines("a\n\nb"), 2).plain == "  a\n  \n  b"
