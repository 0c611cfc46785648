"""What a step is compared by: its frame without regard to the order of its options, and its values, each at its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vynexus_tui.language.lexing import unquote
from vynexus_tui.mining.shapes import Frame, build_shape

_WORDS = st.sampled_from(
    ["a", "git", "push", "-x", "--out=a", "-5", "-", "'a b'", '"--to=c d"', "A=1", "sudo", "|", "> f", "2>&1", "< g", "--", "é", "b\\ c", "$(d)", "-u", "npm", "run", "\xa0"]
)  # fmt: skip
_TEXTS = st.one_of(st.lists(_WORDS, max_size=9).map(" ".join), st.text(max_size=30))


@given(_TEXTS)
def test_every_value_is_cut_from_the_text_at_its_place(text: str) -> None:
    shape = build_shape(text)
    stripped = text.lstrip(" \t\r\n")
    assert shape.values == tuple(argument.value for argument in shape.arguments)
    assert shape.frame.labels == tuple(argument.label for argument in shape.arguments)
    for argument in shape.arguments:
        assert 0 <= argument.start <= argument.end <= len(text)
        if stripped == text:
            raw = text[argument.start : argument.end]
            assert argument.value in (unquote(raw), raw)


@given(st.permutations(["-x", "-v", "--fast"]), st.sampled_from(["a b", "'a'"]))
def test_the_order_of_options_does_not_matter(options: list[str], value: str) -> None:
    assert build_shape(f"tool {' '.join(options)} {value}")[:2] == build_shape(f"tool -x -v --fast {value}")[:2]


@pytest.mark.parametrize(
    ("text", "frame", "values"),
    [
        ("cp -r a 'b c'", Frame("cp", ("-r",), ("", ""), 0, False), ("a", "b c")),
        ("npm run build", Frame("npm", (), ("", ""), 2, True), ("run", "build")),
        ("sudo -u root systemctl restart web", Frame("systemctl", (), ("", ""), 1, True), ("restart", "web")),
        ("tool --to=x a", Frame("tool", (), ("", "--to="), 0, False), ("a", "x")),
        ("MODE=fast make -j4 all > log", Frame("make", ("-j4",), ("", ">", "MODE="), 1, False), ("all", "log", "fast")),
        ("cat a | grep -i b | sort -n", Frame("cat | grep | sort", ("1|-i", "2|-n"), ("", "1|"), 0, True), ("a", "b")),
        ("for x in a; do b; done", Frame("for x in a; do b; done", (), (), 0, False), ()),
        ("a; b", Frame("a; b", (), (), 0, False), ()),
        ("head -5 f", Frame("head", (), ("", ""), 0, True), ("-5", "f")),
        ("", Frame("", (), (), 0, False), ()),
    ],
)
def test_a_step_falls_into_frame_and_values(text: str, frame: Frame, values: tuple[str, ...]) -> None:
    shape = build_shape(text)
    assert (shape.frame, shape.values) == (frame, values)


def test_the_value_of_a_quoted_option_lies_between_its_label_and_the_quote() -> None:
    text = "tool \"--to=a b\" '--from=c'"
    shape = build_shape(text)
    assert [(a.label, a.value, text[a.start : a.end]) for a in shape.arguments] == [("--from=", "c", "c"), ("--to=", "a b", "a b")]


def test_a_pasted_program_stays_whole() -> None:
    text = "echo " + "a " * 3000
    assert build_shape(text).frame.program == text.strip()
