"""Recorded text can be looked at without its doing anything (invariant 8)."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vynexus_tui.language.visible import visible

_ANYTHING = st.text(alphabet=st.characters(exclude_categories=()), max_size=60)
_BIDI = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@given(_ANYTHING)
def test_no_control_bidi_or_hidden_character_comes_through(text: str) -> None:
    shown = visible(text)
    assert not any(
        unicodedata.category(ch) in ("Cc", "Cf", "Cs", "Zl", "Zp") or ch in _BIDI or (ch.isspace() and ch != " ") for ch in shown
    )
    shown.encode("utf-8")


@given(_ANYTHING)
def test_only_newlines_are_kept_where_lines_are_kept(text: str) -> None:
    assert not any(unicodedata.category(ch) in ("Cc", "Cf", "Cs") for ch in visible(text, keep_lines=True).replace("\n", ""))


@given(st.text(alphabet="abc äé漢 -/$'\"", max_size=40))
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert visible(text) == text


@given(_ANYTHING, st.integers(min_value=1, max_value=20))
def test_long_text_is_cut_with_an_ellipsis(text: str, limit: int) -> None:
    assert visible(text, limit=limit).endswith("…") or len(text) <= limit


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]52;c;AAAA\x07", "␛]52;c;AAAA␇"), ("a\nb\tc", "a⏎b⇥c"), ("\x7f", "␡"), ("\udcff", "\\xff"), ("\x9b31m", "⟨9B⟩31m"), ("a\u202eb", "a⟨202E⟩b"),
        ("\u200b", "⟨200B⟩"), ("\r", "␍"), ("a.txt\u00a0b.txt", "a.txt⟨A0⟩b.txt"), ("\u3164\u115f\u1160\uffa0", "⟨3164⟩⟨115F⟩⟨1160⟩⟨FFA0⟩"),
        ("\u2800\u034f", "⟨2800⟩⟨34F⟩"), ("\ufe00\ufe0f", "⟨FE00⟩⟨FE0F⟩"), ("\u180b\u180f", "⟨180B⟩⟨180F⟩"), ("\u2003\u3000", "⟨2003⟩⟨3000⟩"),
        ("\U000e0101", "⟨E0101⟩"),
    ],
)  # fmt: skip
def test_what_is_hidden_is_written_out(text: str, shown: str) -> None:
    assert visible(text) == shown
