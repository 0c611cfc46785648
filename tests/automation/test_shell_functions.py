"""Routines that change the calling shell become functions of it: run here for real in bash and zsh, and as a script like a trial does."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.automation.conftest import Workshop
from vynexus_tui.automation.script_facts import describe_script, step_texts
from vynexus_tui.domain.automations import Automation, RefusalReason, RiskLevel

SHELLS = [
    pytest.param(shell, marks=pytest.mark.skipif(shutil.which(shell) is None, reason=f"{shell} is not installed"))
    for shell in ("bash", "zsh")
]


def _in_shell(shell: str, automation: Automation, folder: Path, *after: str) -> str:
    """What a running shell says after calling the function and then `after`."""
    body = automation.script.text
    (folder / "functions").write_text(f"{automation.name}() {{\n{body}}}\n")
    lines = [f"cd {folder}", ". ./functions", f"{automation.name}; print_status=$?", *after]
    options = ["--norc"] if shell == "bash" else ["-f"]
    done = subprocess.run(
        [shell, *options, "-i"], input="\n".join([*lines, "exit 0"]) + "\n", capture_output=True, text=True, timeout=20,
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "PS1": "", "TERM": "dumb"},
    )  # fmt: skip
    return done.stdout


@pytest.mark.parametrize("shell", SHELLS)
def test_the_calling_shell_ends_in_the_folder_and_environment(workshop: Workshop, shell: str, tmp_path: Path) -> None:
    (tmp_path / "p/.venv/bin").mkdir(parents=True)
    (tmp_path / "p/.venv/bin/activate").write_text("VIRTUAL_ENV=here\n")
    automation = workshop.made("cd ~/p && echo pulled", "export STAGE='a b'", "source .venv/bin/activate")
    assert automation.is_function
    said = _in_shell(shell, automation, tmp_path, 'echo "at=$PWD venv=$VIRTUAL_ENV stage=$STAGE status=$print_status"')
    assert f"at={tmp_path}/p venv=here stage=a b status=0" in said
    assert "pulled" in said


@pytest.mark.parametrize("shell", SHELLS)
def test_the_first_failure_stops_it_and_leaves_the_shell_alive(workshop: Workshop, shell: str, tmp_path: Path) -> None:
    automation = workshop.made("cd /", "ls /nonexistent", "export STAGE=late")
    said = _in_shell(shell, automation, tmp_path, 'echo "alive status=$print_status stage=${STAGE-none}"')
    assert re.search("alive status=[12] stage=none", said)


@pytest.mark.parametrize("shell", SHELLS)
def test_a_false_test_or_a_tried_alternative_does_not_stop_it(workshop: Workshop, shell: str, tmp_path: Path) -> None:
    automation = workshop.made("cd /", "test -f nothing && echo there", "ls /nonexistent || echo instead", "export STAGE=set")
    said = _in_shell(shell, automation, tmp_path, 'echo "stage=${STAGE-none}"')
    assert "instead" in said
    assert "stage=set" in said


def test_a_trial_reads_it_step_by_step(workshop: Workshop, tmp_path: Path) -> None:
    automation = workshop.made("cd /tmp", "echo a", "export A=1")
    script = tmp_path / "it"
    script.write_text(automation.script.text)
    traced = subprocess.run(["bash", "-x", str(script)], capture_output=True, text=True)
    assert traced.returncode == 0
    assert re.findall(r"^\++ : step \d+$", traced.stderr, re.MULTILINE) == ["+ : step 1", "+ : step 2", "+ : step 3"]
    assert step_texts(automation.script.text) == ("cd /tmp", "echo a", "export A=1")
    facts = describe_script(automation.script.text)
    assert (facts.summary, facts.parameters, facts.risk) == (automation.summary, (), automation.risk)
    assert not re.search(r"\b(?:set|exit|return)\b", automation.script.text)


@pytest.mark.parametrize(
    "steps",
    [
        ["cd ~/p", "git pull", "source .venv/bin/activate"], ["source env.sh"], ["export A=1", "export B=2"], ["conda activate ml"],
        ["git clone https://example.org/a.git", "cd a"], ["cd src", "ls"], ["alias ll='ls -l'"], ["unset A"],
        ["source env.sh", "make"], ["cd src", "export A=1"], ["source .venv/bin/activate"], ["cd ~/p", "source .venv/bin/activate", "vim a.py"],
    ],
)  # fmt: skip
def test_what_is_for_the_calling_shell_becomes_a_function(workshop: Workshop, steps: list[str]) -> None:
    automation = workshop.made(*steps)
    assert automation.is_function
    assert automation.parameters == ()
    assert automation.runs_in is None
    assert automation.adds[0].startswith("a function of your shell: it changes")


@pytest.mark.parametrize(
    "steps",
    [["cd src", "make"], ["source .venv/bin/activate", "python a.py"], ["export A=1", "make"], ["cd src", "make", "cd .."], ["conda activate ml", "python a.py"]],
)  # fmt: skip
def test_what_a_script_of_its_own_can_do_stays_a_script(workshop: Workshop, steps: list[str]) -> None:
    assert not workshop.made(*steps).is_function


def test_what_harms_is_refused_or_named_in_a_function_too(workshop: Workshop) -> None:
    assert workshop.refused("cd /srv", "sudo make", "source env.sh").reason is RefusalReason.PRIVILEGED
    assert (
        workshop.refused("cd /srv", "nothing_known", "source env.sh", is_program=lambda name: False).reason is RefusalReason.UNKNOWN_PROGRAM
    )
    assert workshop.made("cd /srv", "rm -rf build", "source env.sh").risk.level is RiskLevel.HIGH


def test_conda_gets_the_hook_it_needs_in_a_script(workshop: Workshop, tmp_path: Path) -> None:
    conda = tmp_path / "conda"
    conda.write_text('#!/bin/sh\necho \'conda() { echo "now $2" "${NEVER_SET}"; }\'\n')
    conda.chmod(0o755)
    for steps in (["conda activate ml", "show a"], ["cd /", "conda activate ml"]):
        automation = workshop.made(*steps)
        assert "gives conda the hook that it needs in a script" in automation.adds
        result = workshop.run(automation, env={"PATH": f"{tmp_path}:{tmp_path}/bin:/usr/bin:/bin"})
        assert result.returncode == 0, result.stderr
        assert result.stdout.startswith(b"now ml")
