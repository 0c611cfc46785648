"""Invariant 1: nothing goes live without a trial of this very script, and what the trial showed decides how much consent it takes."""

from datetime import UTC, datetime
from typing import Any

import pytest

from vynexus_tui.domain.automations import Risk, RiskLevel
from vynexus_tui.domain.trials import (
    ChangeKind,
    Consent,
    FileChange,
    SandboxLevel,
    Trial,
    TrialCase,
    Verdict,
    approval_rule,
    is_executed_later,
    red_list,
)

NOW = datetime(2026, 11, 22, tzinfo=UTC)
LOW = Risk(level=RiskLevel.LOW)


def a_trial(verdict: Verdict = Verdict.PASSED, *changes: FileChange, **more: Any) -> Trial:
    return Trial(
        script_sha256="a" * 64,
        level=SandboxLevel.FULL,
        verdict=verdict,
        cwd="/home/a/shop",
        exit_code=0,
        changes=changes,
        tried_at=NOW,
        **more,
    )


def change(path: str, kind: ChangeKind = ChangeKind.MODIFY, **more: Any) -> FileChange:
    return FileChange(path=path, kind=kind, type="file", **more)


def consent(trial: Trial | None, sha256: str = "a" * 64, risk: Risk = LOW) -> Consent:
    return approval_rule(trial, sha256, risk, runs_in=None).consent


def test_without_a_trial_nothing_can_be_approved() -> None:
    assert consent(None) is Consent.BLOCKED


def test_a_trial_of_another_script_counts_for_nothing() -> None:
    assert consent(a_trial(), sha256="b" * 64) is Consent.BLOCKED


def test_a_passed_trial_inside_its_folder_takes_one_key() -> None:
    assert consent(a_trial(Verdict.PASSED, change("/home/a/shop/x"))) is Consent.ONE_KEY


@pytest.mark.parametrize("verdict", [Verdict.FAILED, Verdict.ASKS_FOR_INPUT, Verdict.CUT_OFF])
def test_every_other_verdict_blocks(verdict: Verdict) -> None:
    assert consent(a_trial(verdict)) is Consent.BLOCKED


@pytest.mark.parametrize("verdict", [Verdict.STOPS_AT_NETWORK, Verdict.NOT_TRIED])
def test_what_could_not_be_seen_takes_the_typed_name(verdict: Verdict) -> None:
    assert consent(a_trial(verdict)) is Consent.TYPED_NAME


@pytest.mark.parametrize(
    "red",
    [
        change("/home/a/shop/old", ChangeKind.DELETE),
        change("/home/a/other/x"),
        change("/home/a/shop/../other"),
        change("/home/a/shopping/x"),
        change("/home/a/shop/.git/hooks/pre-commit", ChangeKind.CREATE),
        change("/home/a/shop/.gitconfig"),
        change("/home/a/shop/.envrc"),
        change("/home/a/shop/.git/config"),
        change("/home/a/shop/x", ChangeKind.RENAME, renamed_from="/home/a/other/x"),
        change("/home/a/shop/x", ChangeKind.RENAME, renamed_from="/home/a/shop/.bashrc"),
        change("/home/a/shop/tool", ChangeKind.CHMOD, warning="setuid"),
    ],
)
def test_the_red_list_takes_the_typed_name(red: FileChange) -> None:
    rule = approval_rule(a_trial(Verdict.PASSED, red), "a" * 64, LOW, runs_in=None)
    assert rule.consent is Consent.TYPED_NAME
    assert rule.reasons


@pytest.mark.parametrize(
    "name",
    """.bash_aliases .zlogout .pam_environment .tmux.conf .emacs .config/environment.d/x.conf .config/git/config .config/nvim/init.lua
    .config/fish/functions/ls.fish bin/ls .local/share/applications/x.desktop .config/autostart/x .config/systemd/user/x.service
    .ssh/config .ssh/authorized_keys project/.git/hooks .bashrc""".split(),
)
def test_what_is_executed_later_is_known(name: str) -> None:
    assert is_executed_later(f"/home/a/{name}")


@pytest.mark.parametrize("name", ["Makefile", "package.json", ".npmrc", "bin/tool", ".github/x.yml", "src/autostart.py"])
def test_ordinary_project_files_are_not_executed_later(name: str) -> None:
    assert not is_executed_later(f"/home/a/shop/{name}")


def test_an_empty_new_directory_executes_nothing_but_a_tree_moved_there_does() -> None:
    hooks = "/home/a/shop/.git/hooks"
    new = FileChange(path=hooks, kind=ChangeKind.CREATE, type="dir")
    moved = FileChange(path=hooks, kind=ChangeKind.RENAME, type="dir", renamed_from="/home/a/shop/x", contained_count=1)
    assert red_list(a_trial(Verdict.PASSED, new)) == ()
    assert red_list(a_trial(Verdict.PASSED, moved)) == (f"writes {hooks}, which is executed later",)


def test_processes_left_behind_and_unknowns_and_high_risk_take_the_typed_name() -> None:
    assert consent(a_trial(leftover_processes=1)) is Consent.TYPED_NAME
    assert consent(a_trial(not_known=("/mnt: read-only here",))) is Consent.TYPED_NAME
    assert consent(a_trial(), risk=Risk(level=RiskLevel.HIGH, reasons=("force push",))) is Consent.TYPED_NAME


@pytest.mark.parametrize(
    ("trial", "headline"),
    [
        (a_trial(), "passed: changes nothing"),
        (a_trial(Verdict.PASSED, change("/x")), "passed: changes 1 file"),
        (a_trial(Verdict.PASSED, change("/x"), change("/y")), "passed: changes 2 files"),
        (a_trial(Verdict.CUT_OFF, limit="time 30 s"), "cut off: time 30 s"),
        (a_trial(Verdict.ASKS_FOR_INPUT), "asks for input"),
    ],
)
def test_the_verdict_reads_as_agreed(trial: Trial, headline: str) -> None:
    assert trial.headline == headline


@pytest.mark.parametrize("verdict", list(Verdict))
def test_no_verdict_ever_says_safe(verdict: Verdict) -> None:
    words = a_trial(verdict).headline.lower().split()
    assert "safe" not in words
    assert "ok" not in words


def test_a_folder_it_was_not_tried_in_asks_for_the_name() -> None:
    trial = a_trial(Verdict.PASSED, change("/home/a/shop/x"))
    assert approval_rule(trial, "a" * 64, LOW, runs_in=trial.cwd + "/").consent is Consent.ONE_KEY
    rule = approval_rule(trial, "a" * 64, LOW, runs_in="/home/a/other")
    assert (rule.consent, rule.reasons) == (Consent.TYPED_NAME, (f"it was tried in {trial.cwd} and would run in /home/a/other",))


def test_what_other_arguments_showed_asks_for_the_name() -> None:
    fine = TrialCase(arguments=("b",), cwd="/home/a/shop", verdict=Verdict.PASSED, headline="passed: changes nothing")
    failed = TrialCase(arguments=("c",), cwd="/home/a/shop", verdict=Verdict.FAILED, headline="failed: exit 1")
    deletes = TrialCase(arguments=("d",), cwd="/home/a/shop", verdict=Verdict.PASSED, headline="passed", reasons=("deletes 2 paths",))
    assert consent(a_trial(cases=(fine,))) is Consent.ONE_KEY
    rule = approval_rule(a_trial(cases=(fine, failed, deletes)), "a" * 64, LOW, runs_in=None)
    assert (rule.consent, rule.reasons) == (Consent.TYPED_NAME, ("1 of 4 sets of arguments did not pass", "deletes 2 paths"))
