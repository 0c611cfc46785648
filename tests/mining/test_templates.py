"""What two commands must have in common to be the same activity."""

import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vynexus_tui.language.lexing import parse_command
from vynexus_tui.mining.shapes import build_shape
from vynexus_tui.mining.templates import ActivityTemplates

CORPUS = Path(__file__).parents[3] / "shared" / "data" / "corpora" / "nl2bash_all.cm"


def _activities(*commands: str) -> list[int]:
    templates = ActivityTemplates()
    for command, count in Counter(commands).items():
        templates.observe(build_shape(command), count)
    return [templates.abstract_command(build_shape(command)) for command in commands]


def test_the_order_of_options_and_wrappers_do_not_matter():
    a, b, c = _activities("tar -x -f a.tar", "tar -f -x a.tar", "sudo tar -x -f a.tar")
    assert a == b == c


def test_quotes_do_not_matter():
    a, b = _activities('grep "x y" f', "grep 'x y' f")
    assert a == b


def test_sub_commands_are_different_activities():
    push, pull, _, _, _, _ = _activities(*["git push", "git pull"] * 3)
    assert push != pull


def test_files_are_values():
    a, b, c = _activities("cat a.txt", "cat b.txt", "cat c.md")
    assert a == b == c


def test_verbs_deep_in_a_command_are_no_values():
    stop, start, *_ = _activities(*["ssh web1 sudo systemctl stop shop", "ssh web1 sudo systemctl start shop"] * 4)
    assert stop != start


def test_the_programs_of_a_pipeline_tell_activities_apart():
    a, b = _activities("cat x.log | sort", "cat x.log | wc")
    assert a != b


def test_a_variable_before_a_command_is_a_value():
    shape = build_shape("MODE=fast make all")
    assert [(a.label, a.value) for a in shape.arguments] == [("", "all"), ("MODE=", "fast")]


@pytest.mark.parametrize(
    ("text", "value"),
    [("x --out=file.txt", "file.txt"), ('x "--out=a b"', "a b"), ("x --out='a b'", "a b"), ("x > out.log", "out.log"), ("x 'a b'", "a b")],
)
def test_a_value_knows_its_place_in_the_text(text, value):
    (argument,) = build_shape(text).arguments
    assert argument.value == value
    assert value in text[argument.start : argument.end]


@given(st.text(max_size=200))
def test_any_text_has_a_shape_whose_values_lie_in_the_text(text):
    for argument in build_shape(text).arguments:
        assert 0 <= argument.start <= argument.end <= len(text)


def test_real_one_liners_have_a_shape_in_time():
    if not CORPUS.exists():
        pytest.skip(f"needs {CORPUS.name} beside the checkout")
    lines = CORPUS.read_text(errors="surrogateescape").splitlines()
    # A garbage collection may fall on any line, but not twice on the same one.
    slow = [line for line in lines if _cpu_s(line) > 0.05]
    assert [line for line in slow if _cpu_s(line) > 0.05] == []


def _cpu_s(line: str) -> float:
    parse_command.cache_clear()
    begin = time.process_time()
    build_shape(line)
    return time.process_time() - begin
