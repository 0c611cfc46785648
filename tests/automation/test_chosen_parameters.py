"""Where a value that a person names stands in the commands they chose."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vynexus_tui.automation.chosen_parameters import find_values
from vynexus_tui.automation.micro_automation_creator import MicroAutomationCreator
from vynexus_tui.domain.automations import Automation
from vynexus_tui.domain.errors import RequestError
from vynexus_tui.domain.settings import AutomationCreation


def places(command: str, **values: str) -> list[str]:
    (spans,) = find_values([command], values)
    return [f"{span.name}:{command[span.start : span.end]}@{span.start}" for span in spans]


def test_whole_words_and_parts_of_words() -> None:
    assert places("sort north.csv -o out/north-2.csv", region="north") == ["region:north@5", "region:north@22"]


def test_letters_and_digits_do_not_run_into_it() -> None:
    assert places("copy north northern 1north north1 x_north", region="north") == ["region:north@5", "region:north@36"]
    assert places("head -n 5 f5 5.txt", count="5") == ["count:5@8", "count:5@13"]


def test_a_word_however_it_was_quoted() -> None:
    assert places("commit -m 'fix it'", message="fix it") == ["message:'fix it'@10"]
    assert places(r"show my\ file", file="my file") == [r"file:my\ file@5"]
    assert places("""say "it's" """, word="it's") == ["""word:"it's"@4"""]


def test_a_secret_is_never_taken_apart() -> None:
    with pytest.raises(RequestError, match="none of these"):
        places("login {{secret:token}}", what="secret")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"x": "west"}, "stands in none of these commands"),
        ({"x": ""}, "stands in none"),
        ({"X": "north"}, "cannot be a parameter's name"),
        ({"a": "north", "b": "data/north"}, "overlap"),
    ],
)
def test_what_cannot_be_found_or_told_apart_is_said(values: dict[str, str], words: str) -> None:
    with pytest.raises(RequestError, match=words):
        find_values(["cat data/north.csv"], values)


@given(st.text(max_size=60), st.text(min_size=1, max_size=6))
def test_places_never_overlap_and_hold_the_value(command: str, value: str) -> None:
    try:
        (spans,) = find_values([command], {"x": value})
    except RequestError:
        return
    assert all(before.end <= after.start for before, after in pairwise(spans))
    assert all(0 <= span.start < span.end <= len(command) for span in spans)


def test_what_a_person_gives_each_time_has_no_default() -> None:
    commands = ["show month jan"]
    made = MicroAutomationCreator(AutomationCreation()).create_from_commands(
        commands,
        "show-month",
        name_taken=lambda name: False,
        aliases={},
        is_program=lambda name: True,
        now=datetime(2026, 3, 1, tzinfo=UTC),
        home=None,
        slots=find_values(commands, {"month": "jan"}),
    )
    assert isinstance(made, Automation)
    assert [(p.name, p.default) for p in made.parameters] == [("month", None)]
    assert "Usage: show-month <month>" in made.script.text
