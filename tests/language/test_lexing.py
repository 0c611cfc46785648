"""The lexer never raises, never loses its place, and stays quick on text that was made to be slow."""

import gc
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from vynexus_tui.language.lexing import Part, parse_command, unquote

_SHARED = Path(__file__).parents[3] / "shared/data"
_CORPUS = _SHARED / "corpora/nl2bash_all.cm"
_MOST_S = 0.05
_PIECES = st.sampled_from(
    ["a", "ls -l", " ", "\n", ";", "&&", "||", "|", "&", "|&", "(", ")", "{", "}", "$(", "`", "'", '"', "\\", "$", "${", "$'", "#", "<<E", "<<-'E'", "\nE\n",
     "<", ">", ">>", "2>&1", "<(", "<<<", "for x in a; do", "done", "if a; then", "fi", "case a in", "esac", "[[", "]]", "A=1", "é", "\udcff", "\x00", "f()", "!", "end", "begin", "else",
     "and", "or", "not", "repeat 3", "((", "))", "&!", "switch a", "function f", "while", "do", "then", "\xa0", "\\\n", "=(", "*(N)", "foreach"]
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


def _recorded_lines() -> Iterator[str]:
    """Each distinct line of the corpora that are here, and each command of a line that is JSON."""
    files = [_CORPUS, *(path for name in ("import_fixtures", "jsonl") for path in sorted((_SHARED / name).rglob("*")) if path.is_file())]
    seen: set[str] = set()
    for path in files:
        for line in path.read_bytes()[:4_000_000].decode("utf-8", "surrogateescape").split("\n"):
            try:
                command = json.loads(line)["cmd"] if path.suffix == ".jsonl" else line
            except (ValueError, KeyError):
                command = line
            if command not in seen:
                seen.add(command)
                yield command


@pytest.mark.skipif(not _CORPUS.exists(), reason=f"optional corpus {_CORPUS.name} is not here")
def test_real_lines_keep_their_places_and_none_takes_over_fifty_milliseconds() -> None:
    count = 0
    for line in _recorded_lines():
        # Tried anew, for the collector may have come in between.
        assert any(_parse_s(line) < _MOST_S for _ in range(3)), line[:200]
        _check(line, parse_command(line))
        count += 1
    assert count > 12_000


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
        ("a &&\nb |\nc", ["a", "b |\nc"]),
        ("a && (b; c) || d; e", ["a && (b; c) || d", "e"]),
        ("f () { a; b; }; c", ["f () { a; b; }", "c"]),
        ("f()\n{ a; b; }\nc", ["f()\n{ a; b; }", "c"]),
        ("cat <<E && b\nx; y\nE\nls", ["cat <<E && b\nx; y\nE\n", "ls"]),
        ("cat <<< x\nb", ["cat <<< x", "b"]),
        ("((1<<2)) && a\nb", ["((1<<2))", "a", "b"]),
        ("if a; then b; else if c; then d; fi; fi; e", ["if a; then b; else if c; then d; fi; fi", "e"]),
        ("while { a; b; }; do c; done; d", ["while { a; b; }; do c; done", "d"]),
        ("case $x in a) b; c;; (d) e;; esac; f", ["case $x in a) b; c;; (d) e;; esac", "f"]),
        ("a\xa0b c", ["a\xa0b c"]),
        ("", []),
        ("# only a comment", []),
    ],
)
def test_a_line_falls_into_its_parts(text: str, parts: list[str]) -> None:
    assert [part.text for part in parse_command(text)] == parts


@pytest.mark.parametrize(
    "compound",
    [
        "repeat 3 { a; b }", "repeat 3 a", "repeat 3; do a; b; done", "for f (*.txt) a $f", "for f (*.txt) { a; b }",
        "for f (*.txt); do a; b; done", "for ((i=0;i<3;i++)) { a; b }", "for i in 1 2; { a; b; }", "if [[ -f x ]] { a; b } else { c; d }",
        "if [[ -f x ]] { a } elif ((1)) { b; c } else { d }", "while ((i++ < 3)) { a; b }", "() { a; b } x", "foreach x (a b); a; b; end",
        "if test -f x; a; else if test y; b; else; c; end", "for x in (seq 3); a; b; end", "for x in *.c; a; end | sort",
        "while read x; a; b; end < f", "switch $x; case a; b; case '*'; c; end", "begin; a; if b; c; end; end > out",
        "function f --description 'x'; a; b; end", "if a\n  b\nelse\n  c\nend", "echo (date | tr a b; x) b", "begin; a; end", "ls (a|b)*.txt",
    ],
)  # fmt: skip
def test_a_compound_command_of_zsh_or_fish_is_never_torn(compound: str) -> None:
    for before, after in (("", "; x -y"), ("x && ", " && y"), ("x\n", "\ny")):
        found = [part.text for part in parse_command(before + compound + after) if part.is_compound]
        assert found == [compound]
        assert parse_command(before + compound + after)[-1].commands


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("print -l **/*(.om[1,3])", ["print", "-l", "**/*(.om[1,3])"]),
        ("diff =(a b) =(c|d)", ["diff", "=(a b)", "=(c|d)"]),
        ("ls *(N) x<(a; b)", ["ls", "*(N)", "x<(a; b)"]),
        ("noglob ls *", ["noglob", "ls", "*"]),
        ("set -gx A b", ["set", "-gx", "A", "b"]),
        ("echo end begin if", ["echo", "end", "begin", "if"]),
        ("begin x", ["begin", "x"]),
        ("sleep 5 &!", ["sleep", "5"]),
        ("a $'it\\'s' b", ["a", "$'it\\'s'", "b"]),
        ('a"$(b "c d")"e f', ['a"$(b "c d")"e', "f"]),
        ("FOO=1 BAR='a b' make -j4", ["make", "-j4"]),
    ],
)
def test_words_of_bash_zsh_and_fish_are_found_whole(text: str, words: list[str]) -> None:
    (part,) = parse_command(text)
    assert not part.is_compound
    assert [word.text for word in part.commands[0].words] == words


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("a; and b; c", [("a", ""), ("b", "&&"), ("c", ";")]),
        ("a\nand b", [("a", ""), ("b", "&&")]),
        ("a; or b; c", [("a; or b", ""), ("c", ";")]),
        ("a &! b", [("a &!", ""), ("b", "&")]),
        ("a &| b; c", [("a &| b", ""), ("c", ";")]),
        ("echo and; echo or", [("echo and", ""), ("echo or", ";")]),
    ],
)
def test_operators_of_zsh_and_fish_are_read_as_those_of_bash(text: str, joined: list[tuple[str, str]]) -> None:
    assert [(part.text, part.joined_by) for part in parse_command(text)] == joined


@given(
    st.lists(st.sampled_from(["a", "-x", "if", "A=1", "--b=c", "é", "  ", "]]", "end", "!", "[", "{}", "*", "\xa0"]), max_size=6).map(
        " ".join
    )
)
def test_a_plain_line_is_read_as_any_other(text: str) -> None:
    # The tab sends it the long way.
    assert parse_command(text) == parse_command(text + "\t")


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("'a b'", "a b"),
        ('"a \\"b\\" $c"', 'a "b" $c'),
        ("a\\ b", "a b"),
        ('it"\'"s', "it's"),
        ("plain", "plain"),
        ("'", ""),
        ("a\\\nb", "ab"),
        ('"a\\\nb"', "ab"),
        ("a\\", "a"),
    ],
)
def test_a_value_is_the_word_without_its_quotes(raw: str, value: str) -> None:
    assert unquote(raw) == value


@pytest.mark.parametrize("before", ["", "x "], ids=["first", "argument"])
@pytest.mark.parametrize(
    "piece",
    ["a && ", "a || b && ", "(", "$(", "`", '"$(', "'", "\\", "<<E\n", "<< ", "{ ", "{{{{", "if ", "a=b ", "> ", "$((", "((((", "case a in ", "[[ ", "2>&", "#", '"',
     "${a:-", "x;", "<(", "f() { ", "f () ", "for f (*) ", "repeat 3 ", "begin; ", "; and a", "\n", "&!", "&|", "a\\\n", "$'", "a[", "1", "{a", "=(", "() ",
     "if [[ x ]] { a } else ", "else if ", "function f ", "cat <<E && ", "<<E <<F\n", "(a;b) ", '"a"', '"${"', "\t", "\0", "é"],
    ids=repr,
)  # fmt: skip
def test_twice_the_length_takes_twice_the_time_however_nasty(piece: str, before: str) -> None:
    count = 10_000 // len(piece)
    for _ in range(4):
        once_s, twice_s = _parse_s(before + piece * count), _parse_s(before + piece * (2 * count))
        # Reading again and again what is ahead takes four times as long; 10 KB take 1 to 40 ms.
        if twice_s < 3.5 * once_s or twice_s < 0.005:
            return
    pytest.fail(f"{once_s:.3f} s, then {twice_s:.3f} s")


@pytest.mark.parametrize("piece", ["'", '"', "\\", "(", "$(", '"$(', "`", "${", "((", "<<E\n", "{", "<<"])
def test_a_hundred_thousand_of_anything_are_read(piece: str) -> None:
    assert _parse_s(piece * 100_000) < 2
    assert isinstance(unquote(piece * 100_000), str)


def _parse_s(text: str) -> float:
    """CPU seconds of reading the text anew. Without the collector, whose time depends on all that other tests have left."""
    gc.disable()
    try:
        start = time.process_time()
        parse_command.__wrapped__(text)
        return time.process_time() - start
    finally:
        gc.enable()
