"""The lexer never raises, never loses its place, and stays quick on text that was made to be slow."""

import time
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from vynexus_tui.language.lexing import Part, parse_command, unquote

_CORPUS = Path(__file__).parents[3] / "shared/data/corpora/nl2bash_all.cm"
_PIECES = st.sampled_from(
    ["a", "ls -l", " ", "\n", ";", "&&", "||", "|", "&", "|&", "(", ")", "{", "}", "$(", "`", "'", '"', "\\", "$", "${", "$'", "#", "<<E", "<<-'E'", "\nE\n",
     "<", ">", ">>", "2>&1", "<(", "<<<", "for x in a; do", "done", "if a; then", "fi", "case a in", "esac", "[[", "]]", "A=1", "é", "\udcff", "\x00", "f()", "!"]
)  # fmt: skip
_TEXTS = st.one_of(st.lists(_PIECES, max_size=14).map("".join), st.lists(_PIECES, max_size=10).map(" ".join), st.text(max_size=40))


def _check(text: str, parts: tuple[Part, ...]) -> None:
    last = 0
    for part in parts:
        assert last <= part.start < part.end <= len(text)
        assert text[part.start : part.end] == part.text
        last = part.end
        for command in part.commands:
            targets = [redirect.target for redirect in command.redirects if redirect.target]
            for word in (*command.assignments, *command.words, *targets):
                assert part.start <= word.start < word.end <= part.end
                assert text[word.start : word.end] == word.text
            starts = [word.start for word in (*command.assignments, *command.words)]
            assert starts == sorted(starts)


@given(_TEXTS)
@example("a && b || c & d;;")
@example("cat <<E <<F\na\nE\nb\nF\nls")
def test_every_word_is_cut_from_the_text_at_its_place(text: str) -> None:
    _check(text, parse_command(text))


@given(_TEXTS)
def test_unquoting_never_raises(text: str) -> None:
    assert isinstance(unquote(text), str)


@pytest.mark.skipif(not _CORPUS.exists(), reason=f"optional corpus {_CORPUS.name} is not here")
def test_places_are_exact_in_twelve_thousand_real_commands() -> None:
    for line in _CORPUS.read_text(encoding="utf-8", errors="surrogateescape").splitlines():
        _check(line, parse_command(line))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a && b; c", ["a", "b", "c"]),
        ("a | b |& c", ["a | b |& c"]),
        ("a || b && c", ["a || b && c"]),
        ("a & b", ["a &", "b"]),
        ("echo 'a; b' \"c && d\" e\\;f", ["echo 'a; b' \"c && d\" e\\;f"]),
        ("for f in a b; do x; y; done; z", ["for f in a b; do x; y; done", "z"]),
        ("(a; b) && c", ["(a; b)", "c"]),
        ("a # comment; b", ["a"]),
        ("cat <<E\nx; y\nE\nls", ["cat <<E\nx; y\nE\n", "ls"]),
        ("echo $(a; b) `c; d`", ["echo $(a; b) `c; d`"]),
        ("a 2>&1 &>x; b", ["a 2>&1 &>x", "b"]),
        ("", []),
        ("# only a comment", []),
    ],
)
def test_a_line_falls_into_its_parts(text: str, parts: list[str]) -> None:
    assert [part.text for part in parse_command(text)] == parts


@pytest.mark.parametrize(
    ("raw", "value"),
    [("'a b'", "a b"), ('"a \\"b\\" $c"', 'a "b" $c'), ("a\\ b", "a b"), ('it"\'"s', "it's"), ("plain", "plain"), ("'", "")],
)
def test_a_value_is_the_word_without_its_quotes(raw: str, value: str) -> None:
    assert unquote(raw) == value


@pytest.mark.parametrize(
    "piece",
    ["a && ", "a || b && ", "(", "$(", "`", '"$(', "'", "\\", "<<E\n", "{ ", "if ", "a=b ", "> ", "$((", "case a in ", "[[ ", "2>&", "#", '"', "${a:-", "x;", "<(", "f() { "],
    ids=lambda piece: piece.strip() or "newline",
)  # fmt: skip
def test_nasty_text_is_read_in_linear_time(piece: str) -> None:
    text = piece * (8192 // len(piece))
    best = min(_seconds(text + " " * i) for i in range(3))
    # 8 KB take 1 to 12 ms here; quadratic reading takes seconds.
    assert best < 0.25


def _seconds(text: str) -> float:
    start = time.perf_counter()
    parse_command(text)
    return time.perf_counter() - start
