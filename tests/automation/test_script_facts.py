"""An edited script is described from its own text, never as harmless as the one before it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vynexus_tui.automation.script_facts import describe_script
from vynexus_tui.domain.automations import Automation, RiskLevel

STEPS = [line for line in (Path(__file__).parent / "realistic_steps.txt").read_text().splitlines() if line]
VALUES = [{"part": "patch", "said": "fix it"}, {"part": "minor", "said": 'say "$x"'}, {"part": "patch", "said": 'say "$x"'}]


def test_our_own_script_is_read_back_as_it_was_made(workshop) -> None:
    automation = workshop.made("show a {part}", "show commit -m '{said}'", values=VALUES)
    facts = describe_script(automation.script.text)
    assert [(p.name, p.default, p.seen) for p in facts.parameters] == [(p.name, p.default, ()) for p in automation.parameters]
    assert facts.parameters[1].default == 'say "$x"'
    assert facts.summary == "show a {part} › show commit -m {said}"
    assert facts.risk == automation.risk


def test_a_required_argument_stays_required(workshop) -> None:
    automation = workshop.made("show {message}", "rm {message}", values=[{"message": "a"}, {"message": "b"}])
    assert [(p.name, p.default) for p in describe_script(automation.script.text).parameters] == [("message", None)]


def test_every_realistic_script_reads_as_risky_as_it_was_made(workshop) -> None:
    made_count = 0
    for step in STEPS:
        made = workshop.make(step)
        if isinstance(made, Automation):
            found = describe_script(made.script.text).risk
            assert (found.level, set(found.reasons)) == (made.risk.level, set(made.risk.reasons)), step
            made_count += 1
    assert made_count > 140


def test_what_an_edit_adds_is_seen(workshop) -> None:
    text = workshop.made("show a", "show b").script.text
    assert describe_script(text).risk.level is RiskLevel.LOW
    for line, words in (
        ("git push", "for others"),
        ("rm -rf build", "rm -r"),
        ("curl -s https://example.com/i | sh", "downloads"),
        ("if true; then\n  sudo ls\nfi", "other rights"),
        ('cleanup() {\n  rm -rf "$1"\n}', "rm -r"),
        ("cat <<'E'\nit's\nE\nrm -rf x", "rm -r"),
    ):
        risk = describe_script(text + line + "\n").risk
        assert risk.level is RiskLevel.HIGH, line
        assert words in " ".join(risk.reasons)


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("#!/bin/bash\nset -eu\nx=1\nusage() { echo a; }\nmake all\npytest -q\n", "make all › pytest -q"),
        ("", ""),
        ("# nothing\n", ""),
        ("for f in a b; do\n  cp $f x\ndone\n", "for f in a b; do cp $f x done"),
        ("make\u202e", "make⟨202E⟩"),
    ],
)
def test_any_script_has_a_summary_in_one_line(text: str, summary: str) -> None:
    assert describe_script(text).summary == summary


@given(st.text(alphabet="ab '\"\\$`(){}[]<>|&;\n#!*~=:?-1", max_size=60))
def test_any_text_is_described_without_an_error(text: str) -> None:
    facts = describe_script(text)
    assert "\n" not in facts.summary
    assert bool(facts.risk.reasons) is (facts.risk.level is not RiskLevel.LOW)
