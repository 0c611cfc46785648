"""The files that running shells read: data stays data, and nothing is left behind."""

import json
import re
import shutil
import stat
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import files

import pytest

from tests.shell.automations import automation, created, parameter
from vynexus_tui.cli.dispatch import build_parser
from vynexus_tui.domain.identifiers import AutomationId
from vynexus_tui.engine.assembly import open_workspace
from vynexus_tui.engine.hooks import install_hook
from vynexus_tui.engine.removal import plan_removal, remove_everything
from vynexus_tui.shell.person_functions import read_functions
from vynexus_tui.shell.workflow_shortcuts import WorkflowShortcuts

HOSTILE = [
    "$(touch evil)",
    "`touch evil`",
    "'",
    '"',
    "\\",
    "a b",
    ";",
    "&",
    "|",
    "*",
    "?",
    "[a]",
    "{a,b}",
    "!!",
    "#",
    "%s",
    "-n",
    "()",
    "é",
    "$x",
]
HOSTILE += [f"{a}{b}" for a in ("'", '"', "\\", "$(", "`", ")", "}") for b in ("'", '"', "\\", ";touch evil;", "\\'", "x")]
COMMANDS = {"bash": ["bash", "--norc", "-c"], "zsh": ["zsh", "-f", "-c"], "fish": ["fish", "--no-config", "-c"]}


def shortcuts_in(root):
    return WorkflowShortcuts(data_dir=root / "data", home=root, search_path="/usr/bin:/bin", python=sys.executable)


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_hostile_values_folders_and_lines_come_out_of_the_file_as_they_are(tmp_path, shell):
    shortcuts = shortcuts_in(tmp_path)
    for number in range(0, len(HOSTILE), 20):
        values = HOSTILE[number : number + 20]
        text = f": step 1\nprintf {' '.join(values[:1])!r}\n"
        shortcuts.install(automation("name-it", text, parameter("a", *values), runs_in=f"/x {values[0]}"))
        line = (
            "__vy_bind() { :; }; __vy_register() { :; }; __vy_data=data; . data/automations/shortcuts.sh;"
            'printf \'%s\\0\' "${__vy_values[name-it.1]}" "${__vy_folders[name-it]}"'
        )
        ran = subprocess.run([*COMMANDS[shell], line], cwd=tmp_path, capture_output=True, text=True)
        assert ran.stdout.split("\0")[:2] == ["\n".join(values), f"/x {values[0]}"]
    assert not (tmp_path / "evil").exists()


def test_hostile_values_are_offered_by_fish_as_they_are(tmp_path):
    if shutil.which("fish") is None:
        pytest.skip("fish is not installed here")
    for number in range(0, len(HOSTILE), 20):
        values = HOSTILE[number : number + 20]
        shortcuts_in(tmp_path).install(automation("name-it", "true\n", parameter("a", *values)))
        line = "set -g __vy_data data; source data/automations/shortcuts.fish; functions -e __vy_is_at; function __vy_is_at; true; end;"
        line += 'complete -C "name-it "'
        ran = subprocess.run([*COMMANDS["fish"], line], cwd=tmp_path, capture_output=True, text=True)
        assert set(values) <= {row.split("\t")[0] for row in ran.stdout.split("\n")}
    assert not (tmp_path / "evil").exists()


def test_the_files_are_private_and_change_only_with_what_they_say(tmp_path):
    shortcuts = shortcuts_in(tmp_path)
    shortcuts.install(automation())
    folder = tmp_path / "data/automations"
    files = sorted(path for path in folder.iterdir() if path.is_file())
    assert [path.name.split(".")[0] for path in files] == ["folder-made", "generation", "shortcuts", "shortcuts"][-len(files) :]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    before = {path: path.stat().st_ino for path in files}
    shortcuts.pause("tidy-logs")
    shortcuts.refresh()
    assert {path: path.stat().st_ino for path in files} == before
    for name in ("shortcuts.sh", "shortcuts.fish"):
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content + b"touch evil\n")
        shortcuts.refresh()
        assert (folder / name).read_bytes() == content
        (folder / name).unlink()
        shortcuts.refresh()
        assert (folder / name).read_bytes() == content
    shortcuts.remove("tidy-logs")
    assert list(folder.iterdir()) == []


def test_every_word_that_tab_offers_after_vynexus_is_a_command():
    text = files("vynexus_tui.shell").joinpath("hooks", "shortcuts.sh").read_text()
    offered = re.search("__vy_commands='([^']*)'", text)[1].split()
    commands = next(action for action in build_parser()._actions if action.dest == "command").choices
    assert set(offered) <= set(commands)


def test_a_damaged_file_of_parameters_costs_the_completions_and_nothing_else(tmp_path):
    shortcuts = shortcuts_in(tmp_path)
    for text in ("{", "[1]", '[{"name": "x"}]', json.dumps({"a": 1})):
        installed = shortcuts.install(automation("name-it", "true\n", parameter("a", "b")))
        installed.parameters_path.write_text(text)
        shortcuts.install(automation("other-one", automation_id=text))
        assert "name-it" in (tmp_path / "data/automations/shortcuts.sh").read_text()
        shortcuts.remove("other-one")


def test_functions_of_the_person_are_read_by_name_and_ours_do_not_count_as_theirs(tmp_path):
    (tmp_path / "functions.bash").write_text("mkcd\nbad name\n")
    (tmp_path / "functions.fish").write_text("fisher\n$(touch evil)\n")
    assert read_functions(tmp_path) >= {"mkcd", "fisher"}
    shortcuts = WorkflowShortcuts(
        data_dir=tmp_path, home=tmp_path, search_path="/bin", python="x", functions=read_functions(tmp_path) | {"go-work"}
    )
    assert shortcuts.collision("mkcd") == "mkcd is a function of your shell"
    assert shortcuts.free_name("go-work") == "vy-go-work"
    WorkflowShortcuts(data_dir=tmp_path, home=tmp_path, search_path="/bin", python="x").install(automation("go-work", is_function=True))
    assert shortcuts.collision("go-work") is None


def test_a_function_that_fish_cannot_say_is_not_offered_there_and_the_result_says_so(tmp_path):
    shortcuts = shortcuts_in(tmp_path)
    plain = shortcuts.install(automation("go-work", ": step 1 &&\ncd x\n", is_function=True))
    odd = shortcuts.install(automation("go-there", ": step 1 &&\nsource ./env.sh\n", automation_id="o", is_function=True))
    assert (plain.is_said_in_fish, odd.is_said_in_fish) == (True, False)
    assert "function go-there" not in (tmp_path / "data/automations/shortcuts.fish").read_text()
    assert "__vy_define go-there" in (tmp_path / "data/automations/shortcuts.sh").read_text()
    assert shortcuts.list_installed() == (odd, plain)


def test_the_usual_function_is_sayable_in_fish_as_it_is_made_and_the_approval_says_which_shells_can_have_one(tmp_path):
    shortcuts = shortcuts_in(tmp_path)
    usual = created(["cd work/app", "source .venv/bin/activate", "export PATH=$PATH:/opt/bin"], name="go-app")
    odd = created(["cd work/app", "source ./env.sh", "export A=b"], name="go-there")
    assert usual.is_function
    assert odd.is_function
    (plain, not_in_fish) = (shortcuts.install(usual), shortcuts.install(replace(odd, automation_id=AutomationId("o"))))
    assert b"\nshells bash zsh fish\n" in plain.approved_path.read_bytes()
    assert b"\nshells bash zsh\n" in not_in_fish.approved_path.read_bytes()
    if shutil.which("fish") is None:
        pytest.skip("fish is not installed here")
    (tmp_path / "work/app/.venv/bin").mkdir(parents=True)
    (tmp_path / "work/app/.venv/bin/activate.fish").write_text("set -gx ACTIVE yes\n")
    line = "set -g __vy_data ../data; cd home; source ../data/automations/shortcuts.fish; cd ..; go-app; echo $PWD $ACTIVE $PATH[-1]"
    (tmp_path / "home").mkdir()
    ran = subprocess.run([*COMMANDS["fish"], line], cwd=tmp_path, capture_output=True, text=True)
    assert ran.stdout == f"{tmp_path}/work/app yes /opt/bin\n"


@pytest.mark.parametrize("has_local_bin", [True, False])
def test_uninstalling_leaves_the_home_as_it_was_and_running_shells_without_a_trace(home, has_local_bin):
    shells = [name for name in ("bash", "zsh", "fish") if shutil.which(name)]
    for name in shells:
        home.write_rc(name, hook="")
    (home.root / "work").mkdir()
    if has_local_bin:
        (home.root / ".local/bin").mkdir()
    home.env["PATH"] = f"{home.root}/.local/bin:{home.env['PATH']}"
    for name in shells:  # what a shell itself leaves at its first start
        with home.shell(name, HISTFILE="/dev/null") as shell:
            shell.type("true")
    for folder in (home.spool, home.state):
        folder.rmdir()
    home.state.parent.rmdir()
    before = tree(home.root)
    workspace = open_workspace(home.env)
    now = datetime.now(UTC)
    for name in shells:
        install_hook(workspace, name, now=now)
    shortcuts = WorkflowShortcuts(data_dir=home.data, home=home.root, search_path=home.env["PATH"], python="/bin/echo")
    for name in shells:
        shortcuts.install(automation("deploy-it", "true\n", parameter("host", "web-one")))
        with home.shell(name, HISTFILE="/dev/null") as shell:
            shortcuts.install(automation("go-work", ": step 1 &&\ncd ~/work\n", automation_id="f", is_function=True))
            for line in ("true", "go-work", "deploy-it web-one"):
                shell.type(line)
            shortcuts.remove("deploy-it")
            shell.type("true")
    with ExitStack() as stack:
        running = [stack.enter_context(home.shell(name, HISTFILE="/dev/null")) for name in shells]
        for shell in running:
            shell.type("go-work")
        assert len(plan_removal(workspace, purge=True)) > 10
        remove_everything(workspace, purge=True, now=now)
        for shell in running:
            shell.type("true")
            assert re.search("not found|Unknown command", shell.type("go-work"))
    assert tree(home.root) == before
    assert plan_removal(workspace, purge=True) == ()


def tree(folder):
    """Every file with its content and mode; what the shells themselves keep is not looked into."""
    return {
        str(path.relative_to(folder)): (path.read_bytes() if path.is_file() else None, stat.S_IMODE(path.lstat().st_mode))
        for path in folder.rglob("*")
        if path.name not in ("fish_history", ".bash_history", ".zsh_history")
    }
