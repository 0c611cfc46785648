"""What changes the calling shell is approved like anything else, and says in which shells it works."""

from dataclasses import replace
from datetime import datetime

import pytest

from vynexus_tui.domain.automations import Automation, Script
from vynexus_tui.domain.trials import SandboxLevel
from vynexus_tui.engine import decisions, trials
from vynexus_tui.engine.assembly import Workspace, build_shortcuts, writing
from vynexus_tui.engine.hooks import install_hook
from vynexus_tui.store import automations_table
from vynexus_tui.store.database import transaction


def tried_function(workspace: Workspace, proposed: Automation, last_step: str, now: datetime) -> Automation:
    text = f"#!/usr/bin/env bash\n: step 1 &&\ncd data &&\n: step 2 &&\n{last_step}\n"
    function = replace(proposed, script=Script(text=text), parameters=(), is_function=True)
    with writing(workspace) as connection, transaction(connection):
        automations_table.write_automation(connection, function)
    plan = trials.plan_trial(workspace, function.name)
    trial = trials.try_automation(workspace, function.name, cwd=plan.cwd or "/", arguments=(), now=now)
    if trial.level is SandboxLevel.STATIC:
        pytest.skip(f"no sandbox on this machine: {trial.reason}")
    return function


@pytest.mark.parametrize(
    ("last_step", "hooks", "said"),
    [
        ("export REGION=north", (), "type {name} in a shell with the hook (vynexus hook install); u or"),
        ("export REGION=north", ("bash", "fish"), "type {name} at your next prompt in bash and fish; u or"),
        ("export REGION=$((1 + 1))", ("bash", "fish"), "type {name} at your next prompt in bash; fish cannot say it; u or"),
    ],
)
def test_the_approval_of_a_function_says_where_it_works(
    workspace: Workspace, proposed: Automation, now: datetime, last_step: str, hooks: tuple[str, ...], said: str
) -> None:
    function = tried_function(workspace, proposed, last_step, now)
    for shell in hooks:
        install_hook(workspace, shell, now=now)
    message = decisions.approve(workspace, function.automation_id, function.script.sha256, confirm=function.name, now=now)
    assert said.format(name=function.name) in message
    assert "compared" not in message


def test_a_function_that_was_retired_comes_back_as_a_function(workspace: Workspace, proposed: Automation, now: datetime) -> None:
    function = tried_function(workspace, proposed, "export REGION=north", now)
    decisions.approve(workspace, function.automation_id, function.script.sha256, confirm=function.name, now=now)
    before = build_shortcuts(workspace).list_installed()
    assert [installed.is_function for installed in before] == [True]
    decisions.retire(workspace, function.name, now=now)
    assert build_shortcuts(workspace).list_installed() == ()
    decisions.undo(workspace, now=now)
    assert build_shortcuts(workspace).list_installed() == before
