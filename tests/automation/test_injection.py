"""A parameter's value is always one argument and never code: every script here is run with hostile values."""

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vynexus_tui.automation.quoting import Context, apply_edits, place, read_quoting

HOSTILE = [
    "a b", "$(touch PWNED)", "`touch PWNED`", "; touch PWNED #", "' ; touch PWNED ; '", '" ; touch PWNED ; "', "x\ntouch PWNED", "*", "~",
    "\\", "$HOME", "é", "&& touch PWNED", "|touch PWNED", "\x1b]52;c;AAAA\x07", "!!", "'", '"', "${IFS}", "a}b", "{a,b}", "${x:-$(touch PWNED)}",
    "x'\"'\"'y", "$((1+1))", "\\$(touch PWNED)", ">PWNED", "a[$(touch PWNED)]", "%s%n", "x;:",
]  # fmt: skip
TEMPLATES = [
    ("show {x}", ["", "X"]),
    ("show build {x} --out dir/{x}.tar", ["build", "X", "--out", "dir/X.tar"]),
    ("show -m 'fix {x} now'", ["-m", "fix X now"]),
    ("show -m '{x}'", ["-m", "X"]),
    ("show -m '{x} now'", ["-m", "X now"]),
    ('show -m "fix {x}: done"', ["-m", "fix X: done"]),
    ('show -m "{x}"', ["-m", "X"]),
    ("show --name={x}", ["--name=X"]),
    ("show --name='a {x}' b", ["--name=a X", "b"]),
    ("A=1 show >/dev/stdout {x}", ["X"]),
    ("NODE_ENV={x} env -u NODE_ENV show a", None),
    ("show a | cat && show pre-{x}-post", ["pre-X-post"]),
    ("show one || show {x}", None),
    ("time -p show {x}", ["X"]),
    ("show 'it'\"'\"'s' {x}", ["it's", "X"]),
    ("show a\\ b {x}", ["a b", "X"]),
]


def _printed(before: str, value: str, after: str) -> str:
    """What the script prints when it was called without the value that was meant four times of six: nothing if that cannot be offered."""
    return f"{before}{value}{after}" if value.isprintable() and not value.startswith("|") else ""


@pytest.mark.parametrize("template", [t for t, _ in TEMPLATES])
def test_no_hostile_value_is_ever_executed(workshop, template: str) -> None:
    automation = workshop.made(template, values=[{"x": "one"}, {"x": "two"}, {"x": "zq"}])
    for value in HOSTILE:
        result = workshop.run(automation, value)
        assert not (workshop.folder / "work" / "PWNED").exists(), value
        assert result.returncode == (64 if value.startswith("|") else 0), (value, result.stderr)


@pytest.mark.parametrize(("template", "argv"), [(t, a) for t, a in TEMPLATES if a and "" not in a])
def test_a_value_arrives_as_it_was_given(workshop, template: str, argv: list[str]) -> None:
    automation = workshop.made(template, values=[{"x": "one"}, {"x": "two"}, {"x": "zq"}])
    for value in HOSTILE:
        if value.startswith("|"):
            continue
        expected = "".join(f"<{word.replace('X', value)}>" for word in argv)
        assert workshop.run(automation, value).stdout.decode().endswith(expected), value


@pytest.mark.parametrize("value", HOSTILE)
def test_a_hostile_default_is_only_text(workshop, value: str) -> None:
    automation = workshop.made("show 'a {x} b'", values=[*[{"x": value}] * 4, {"x": "zq"}, {"x": "zq"}])
    result = workshop.run(automation)
    assert not (workshop.folder / "work" / "PWNED").exists()
    assert result.stdout.decode() == _printed("<a ", value, " b>")


def test_bytes_that_are_no_text_pass_through(workshop) -> None:
    automation = workshop.made("show {x}", values=[{"x": "a"}, {"x": "b"}])
    assert workshop.run(automation, os.fsdecode(b"\xff\xfe")).stdout == b"<\xff\xfe>"


def test_a_value_that_reads_as_an_option_is_refused(workshop) -> None:
    automation = workshop.made("show {x}", values=[{"x": "a"}, {"x": "b"}])
    for value in ("-rf", "|touch x"):
        result = workshop.run(automation, value)
        assert (result.returncode, result.stdout) == (64, b"")
        assert b"would be read as an option or a command" in result.stderr


def test_an_option_that_was_used_before_is_accepted(workshop) -> None:
    automation = workshop.made("show {x}", values=[{"x": "-v"}, {"x": "b"}])
    assert workshop.run(automation, "-rf").stdout == b"<-rf>"


def test_an_empty_required_value_is_refused(workshop) -> None:
    automation = workshop.made("show {x}", "rm {x}", values=[{"x": "a"}, {"x": "b"}])
    result = workshop.run(automation, "")
    assert result.returncode != 0
    assert b"x is missing" in result.stderr
    assert result.stdout == b""


@given(st.text(alphabet="ab $`\"'\\}{!~*\né;&|()<>#-", min_size=1, max_size=12))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_default_in_any_quoting_comes_back_unchanged(workshop, value: str) -> None:
    automation = workshop.made("show 'k={x}'", values=[*[{"x": value}] * 4, {"x": "zq"}, {"x": "zq"}])
    assert workshop.run(automation).stdout.decode() == _printed("<k=", value, ">")


@pytest.mark.parametrize("context", ["show {}", 'show "a {} b"', "show 'a {} b'", "show pre{}post"])
def test_the_edit_follows_the_quotes_around_it(context: str) -> None:
    text = context.format("zq")
    start = text.index("zq")
    edit = place(text, read_quoting(text), start, start + 2, "x")
    assert not isinstance(edit, str)
    expected = {"show {}": 'show "${x}"', 'show "a {} b"': 'show "a ${x} b"', "show 'a {} b'": "show 'a '\"${x}\"' b'"}
    assert apply_edits(text, [edit]) == expected.get(context, 'show pre"${x}"post')


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("echo $(ls zq)", "inside $(...)"), ("echo `ls zq`", "inside backticks"), ("echo $'zq'", "inside $'...'"),
        ("cat <<E\nzq\nE", "here-document"), ("echo ${zq}", "inside ${...}"), ("echo $((zq))", "inside ((...))"), ("[[ a == zq ]]", "inside [[ ... ]]"),
    ],
)  # fmt: skip
def test_where_no_value_may_stand_the_place_is_named(text: str, word: str) -> None:
    start = text.index("zq")
    problem = place(text, read_quoting(text), start, start + 2, "x")
    assert isinstance(problem, str)
    assert word in problem


@given(st.text(alphabet="ab '\"\\$`(){}[]<>|&;\n#!*~", max_size=40))
def test_reading_quotes_never_raises_and_knows_every_character(text: str) -> None:
    reading = read_quoting(text)
    assert len(reading.contexts) == len(text)
    assert all(0 <= e.start < e.end <= len(text) for e in reading.expansions)
    assert all(isinstance(context, Context) for context in reading.contexts)
