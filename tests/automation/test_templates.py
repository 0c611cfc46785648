"""Four kinds of script; what each adds is declared, small, and does what it says."""

import re

import pytest

from vynexus_tui.domain.automations import ScriptTemplate as T

TWO = [{"f": "a.txt", "g": "x"}, {"f": "b.txt", "g": "y"}]


@pytest.mark.parametrize(
    ("steps", "template"),
    [
        (["cp {f} backup/"], T.FILE_OPERATION),
        (["mkdir -p out", "convert {f} out/{f}"], T.FILE_OPERATION),
        (["tar xf {f}", "cd src"], T.FILE_OPERATION),
        (["grep {g} {f} | sort -u"], T.DATA_PROCESSING),
        (["sort {f} > sorted", "uniq -c sorted"], T.DATA_PROCESSING),
        (["curl -s https://example.com/{g}"], T.API_CALL),
        (["cd x", "curl -s https://example.com/{g} | jq .name"], T.API_CALL),
        (["make", "pytest"], T.WORKFLOW_SEQUENCE),
        (["curl -s https://example.com/{g} > {f}", "python3 load.py {f}"], T.WORKFLOW_SEQUENCE),
        (["for f in a b; do cp $f x; done"], T.WORKFLOW_SEQUENCE),
    ],
)
def test_the_kind_follows_from_the_commands(workshop, steps: list[str], template: T) -> None:
    assert workshop.made(*steps, values=TWO).template is template


def test_every_addition_is_declared(workshop) -> None:
    for steps in (["cp {f} backup/"], ["grep x {f}"], ["curl -s https://example.com/{g}"], ["make", "pytest"]):
        assert workshop.made(*steps, values=TWO).adds


@pytest.mark.parametrize("steps", [["cp {f} copy"], ["mkdir -p out", "cp {f} out/"], ["gzip -k {f}"]])
def test_a_missing_input_stops_before_the_first_step(workshop, steps: list[str]) -> None:
    result = workshop.run(workshop.made(*steps, values=TWO), "nothing here")
    assert result.returncode == 1
    assert b"no such file: nothing\\ here" in result.stderr
    assert not (workshop.folder / "work" / "out").exists()


def test_an_unreadable_input_stops_before_the_first_step(workshop) -> None:
    result = workshop.run(workshop.made("sort {f} | uniq -c", values=TWO), "nothing")
    assert b"cannot be read: nothing" in result.stderr


@pytest.mark.parametrize(
    "step",
    [
        "cp a.txt {f}", "scp {g}:/srv/a .", "grep {g} notes", "grep -m 1 {g} notes", "ffmpeg -f {g} -i a b", "head -n {g} notes",
        "jq --arg name {g} .x notes", "ln -s x {f}", "convert a.png -resize {g} b.png",
    ],
)  # fmt: skip
def test_what_is_not_surely_an_input_is_not_checked(workshop, step: str) -> None:
    assert (
        "|| stop" not in workshop.made(step, values=TWO).script.text.replace("is already there", "")
        or "[[ ! -f" in workshop.made(step, values=TWO).script.text
    )


def test_an_input_that_an_earlier_step_makes_is_not_checked(workshop) -> None:
    assert not re.search(r"\[\[ -[er] ", workshop.made("cp x.txt {f}", "gzip {f}", values=TWO).script.text)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("curl -s https://example.com/{g}", "curl --fail --show-error --connect-timeout 10 --max-time 60 --retry 2 -s "),
        ("curl -sSf https://example.com/{g}", "curl --connect-timeout 10 --max-time 60 --retry 2 -sSf "),
        ("curl --fail -m 5 --retry 1 https://example.com/{g}", "curl --connect-timeout 10 --fail -m 5 --retry 1 https"),
        ("curl -X POST https://example.com/{g}", "curl --fail --connect-timeout 10 --max-time 60 -X POST https"),
        ("curl -d a=1 https://example.com/{g}", "curl --fail --connect-timeout 10 --max-time 60 -d a=1 https"),
        ("curl --json '{}' https://example.com/{g}", "curl --fail --connect-timeout 10 --max-time 60 --json '{}' https"),
        ("curl -G -d a=1 https://example.com/{g}", "curl --fail --connect-timeout 10 --max-time 60 --retry 2 -G "),
        ("curl -X PUT https://example.com/{g}", "curl --fail --connect-timeout 10 --max-time 60 --retry 2 -X PUT "),
        ("curl -T a https://example.com/{g}", "curl --fail --connect-timeout 10 --speed-time 60 --retry 2 -T "),
        ("curl -T - https://example.com/{g}", "curl --fail --connect-timeout 10 --speed-time 60 -T "),
        ("curl -X PATCH https://example.com/{g}", "curl --fail --connect-timeout 10 --max-time 60 -X PATCH "),
        ("curl -sS -o a -w '%{http_code}' https://example.com/{g}", "curl --connect-timeout 10 --speed-time 60 --retry 2 -sS "),
        ("curl -fO https://example.com/{g}", "curl --connect-timeout 10 --speed-time 60 --retry 2 -fO "),
        ("wget --post-data=a https://example.com/{g}", "wget --timeout=60 --tries=1 --post"),
        ("wget -T 5 -t 1 https://example.com/{g}", "wget -T 5 -t 1 https"),
        ("http https://example.com/{g}", "http --check-status --timeout=60 https"),
        ("http --timeout=5 POST https://example.com/{g} a=1", "http --check-status --timeout=5 POST"),
        ("wget -q https://example.com/{g}", "wget --timeout=60 --tries=3 -q https"),
    ],
)
def test_only_a_call_that_may_be_repeated_is_tried_again(workshop, call: str, expected: str) -> None:
    assert expected in workshop.made(call, values=TWO).script.text


def test_a_single_step_needs_no_trap(workshop) -> None:
    assert "trap" not in workshop.made("make").script.text
    assert "trap" in workshop.made("make", "pytest").script.text
