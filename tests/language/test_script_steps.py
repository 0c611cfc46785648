"""A step reads as the person typed it."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vynexus_tui.language.script_steps import read_steps


@pytest.mark.parametrize(
    ("step", "own"),
    [
        ("make", "make"),
        ("((from_step > 1)) || make", "make"),
        ("((from_step > 1)) || { a || b; }", "a || b"),
        ("((from_step > 1)) || { a; } | { b; }", "{ a; } | { b; }"),
        ("((from_step > 1)) || { echo '} {'; b; }", "echo '} {'; b"),
        ("((from_step > 1)) || {\n  a\n  # note\n  b\n}", "a\nb"),
        ("{ a; b; }", "{ a; b; }"),
        ('begin "a b"\nsort x > "$unfinished"\nfinish "a b" x', 'sort x > "a b"'),
        ('begin c\ncp "$unfinished" "$unfinished"\nfinish c', 'begin c\ncp "$unfinished" "$unfinished"\nfinish c'),
    ],
)
def test_what_the_script_writer_puts_around_a_step_is_left_out(step, own):
    assert read_steps(f"begin() {{ :; }}\n: step 1\n{step}\n\n") == (own,)


def test_what_makes_a_chain_of_a_function_is_left_out():
    text = ": step 1 &&\n{ # shellcheck source=/dev/null # yours\n  . x\n} &&\n\n: step 2 &&\n{ a || b; } &&\n: step 3 &&\nc\n"
    assert read_steps(text) == (". x", "a || b", "c")


@pytest.mark.parametrize("text", ["", "make\n", ": step 2\nmake\n", ": step 1\na\n: step 3\nb\n"])
def test_a_script_without_steps_in_order_has_none(text):
    assert read_steps(text) == ()


@given(st.text(alphabet="{}; \n'\"ab|&$(#)", max_size=40))
def test_any_text_can_be_read(text):
    assert len(read_steps(f": step 1\n((from_step > 1)) || {text}\n")) == 1


def test_a_step_of_many_braces_is_read_in_no_time():
    text = "{ " + "a }" * 300_000 + "; }"
    started = process_time()
    assert read_steps(f": step 1\n((from_step > 1)) || {text}\n") == (text,)
    assert process_time() - started < 2
