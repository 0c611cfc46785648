"""Approved automations in shells that run already: found, completed, run, shown on the prompt, and gone again."""

import os
import re
import select
import shutil
import stat
import subprocess

import pytest

from tests.shell.automations import automation, created, parameter
from vynexus_tui.shell.hook_installation import HookPaths, install_hook
from vynexus_tui.shell.person_functions import read_functions
from vynexus_tui.shell.workflow_shortcuts import WorkflowShortcuts

SHELLS = pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
RC_FILES = {"bash": ".bashrc", "zsh": ".zshrc", "fish": ".config/fish/config.fish"}
COMPINIT = "autoload -Uz compinit; compinit -u -D\n"
DEPLOY = """#!/usr/bin/env bash
host="${1:?host is missing, see --help}"
tag="${2:-main}"
: step 1
printf '<%s>' build "${host}.tar"
: step 2
printf '<%s>' send --to="x ${host}" 'it is' "${tag}"
"""
GO_WORK = """#!/usr/bin/env bash
# go-work: what a person does first
: step 1 &&
cd ~/work &&
: step 2 &&
export PROJECT="my work"
"""
HOSTILE = ["$(touch evil)", "`touch evil`", "; touch evil;", "';touch evil;'", '";touch evil;"', "a b", "x!y", "-rf", "*", "{a,b}"]
HOSTILE += ["\\", "&touch evil", "(touch evil)", "a'b\"c", "$HOME", "%s", "host:80=x", "é ü", "#x", "!!", "^a^b"]
# Alt-p prints the line on the prompt, the cursor marked by |.
PRINTERS = {
    "bash": r"""print_line() { printf 'LINE[%s|%s]LINE' "${READLINE_LINE:0:READLINE_POINT}" "${READLINE_LINE:READLINE_POINT}"; }
bind -x '"\ep": print_line'
""",
    "zsh": r"""print_line() { print -n -r -- "LINE[${LBUFFER}|${RBUFFER}]LINE" }
zle -N print_line; bindkey '^[p' print_line
""",
    "fish": r"""function print_line; set -l at (commandline -C); set -l line (commandline | string collect)
printf 'LINE[%s|%s]LINE' (string sub -l $at -- $line | string collect) (string sub -s (math $at + 1) -- $line | string collect); end
bind \ep print_line
""",
}


class Desk:
    """A person with the hook in a shell that runs; `echo` stands for Python, so that a command says how it was called."""

    def __init__(self, home) -> None:
        self.home = home
        self.shortcuts = WorkflowShortcuts(data_dir=home.data, home=home.root, search_path=home.env["PATH"], python="/bin/echo")

    def shell(self, name, *, before="", after="", **extra):
        self.home.write_rc(name, before=PRINTERS[name] + (COMPINIT if name == "zsh" else "") + before, hook="")
        paths = HookPaths(home=self.home.root, data_dir=self.home.data, state_dir=self.home.state, bin_dir=self.shortcuts.bin_directory)
        install_hook(name, paths)
        with (self.home.root / RC_FILES[name]).open("a") as file:
            file.write(after)
        return self.home.shell(name, **extra)

    def deploy(self, *hosts, default="main") -> None:
        parameters = (parameter("host", *(hosts or ("web-one", "db-two"))), parameter("tag", "v1.2", default=default))
        self.shortcuts.install(automation("deploy-it", DEPLOY, *parameters))

    def go_work(self) -> None:
        (self.home.root / "work").mkdir(exist_ok=True)
        self.shortcuts.install(automation("go-work", GO_WORK, automation_id="f", is_function=True))


@pytest.fixture
def desk(home) -> Desk:
    return Desk(home)


def line_after(shell, keys: str) -> str:
    """The line that is on the prompt after `keys`, | where the cursor is. The line is taken away again, not run."""
    os.write(shell._fd, keys.encode())
    shell._wait_until_idle()
    os.write(shell._fd, b"\x1bp")
    seen = shell.wait(until=b"]LINE")
    os.write(shell._fd, b"\x05\x15")
    drain(shell)
    return re.findall(r"LINE\[(.*?)\]LINE", seen, re.DOTALL)[-1]


def drain(shell) -> None:
    """Reads what was drawn until the shell waits for a key: a redrawn prompt must not be taken for the next one."""
    shell._wait_until_idle()
    while select.select([shell._fd], [], [], 0.02)[0]:
        os.read(shell._fd, 65536)


def run_after(shell, keys: str) -> str:
    """Presses `keys`, then Enter; what the command printed."""
    os.write(shell._fd, keys.encode())
    drain(shell)
    return shell.type("")


def completed(shell, line: str) -> str:
    return line_after(shell, f"{line}\t").removesuffix("|").rstrip()


@SHELLS
def test_a_running_shell_finds_an_automation_completes_its_parameters_and_runs_it(desk, name):
    with desk.shell(name) as shell:
        assert "deploy-it" in shell.type("deploy-it web-one")
        desk.deploy()
        shell.type("true")
        assert "-P -m vynexus_tui run deploy-it web-one now" in shell.type("deploy-it web-one now")
        assert completed(shell, "deploy-it we") == "deploy-it web-one"
        assert completed(shell, "deploy-it web-one v1") == "deploy-it web-one v1.2"
        assert completed(shell, "vy run dep") == "vy run deploy-it"
        assert completed(shell, "vynexus run deploy-it db") == "vynexus run deploy-it db-two"
        desk.deploy("host:80=x", "user@host:my files")
        shell.type("true")
        assert completed(shell, "deploy-it host:8") in ("deploy-it host:80=x", "deploy-it host:80\\=x")
        assert "run deploy-it user@host:my files v1.2\r\n" in run_after(shell, "deploy-it user@host:m\tv1.2")


@SHELLS
def test_what_was_never_used_before_is_completed_as_a_file(desk, name):
    (desk.home.root / "some-file").touch()
    with desk.shell(name) as shell:
        desk.deploy()
        shell.type("true")
        assert completed(shell, "deploy-it some-f") == "deploy-it some-file"


@SHELLS
def test_a_function_changes_the_folder_and_the_environment_of_the_calling_shell(desk, name):
    with desk.shell(name) as shell:
        desk.go_work()
        shell.type("true")
        assert "usage: go-work" in shell.type("go-work there")
        shell.type("go-work")
        assert f"{desk.home.root}/work,my work," in shell.type('echo "$PWD,$PROJECT,"')
        shell.type("sh -c 'echo \"<$PROJECT>\"' >out")
    assert (desk.home.root / "work/out").read_text() == "<my work>\n"
    assert "go-work" in desk.home.commands()


@SHELLS
def test_a_function_that_is_paused_is_a_command_that_says_so_until_it_is_resumed(desk, name):
    with desk.shell(name) as shell:
        desk.go_work()
        desk.shortcuts.pause("go-work")
        shell.type("true")
        assert "vynexus_tui run go-work" in shell.type("go-work")
        desk.shortcuts.resume("go-work")
        shell.type("true")
        shell.type("go-work")
        assert f"{desk.home.root}/work," in shell.type('echo "$PWD,"')
        desk.shortcuts.pause("go-work")
        shell.type("true")
        assert "vynexus_tui run go-work" in shell.type("go-work")


@SHELLS
def test_a_new_shell_knows_what_was_approved_before(desk, name):
    desk.deploy()
    desk.go_work()
    with desk.shell(name) as shell:
        assert completed(shell, "deploy-it we") == "deploy-it web-one"
        shell.type("go-work")
        assert f"{desk.home.root}/work," in shell.type('echo "$PWD,"')


@SHELLS
def test_what_is_taken_back_is_gone_from_a_running_shell(desk, name):
    with desk.shell(name) as shell:
        desk.deploy()
        desk.go_work()
        shell.type("true")
        shell.type("go-work")
        desk.shortcuts.remove("go-work")
        shell.type("true")
        assert completed(shell, "deploy-it we") == "deploy-it web-one"
        desk.shortcuts.remove("deploy-it")
        shell.type("true")
        for command in ("go-work", "deploy-it"):
            assert re.search("not found|Unknown command", shell.type(command))
        assert completed(shell, "deploy-it we") == "deploy-it we"
        assert completed(shell, "vynexus run dep") == "vynexus run dep"
        assert line_after(shell, "\x1bi") == "|"


@SHELLS
def test_a_function_of_the_persons_own_stays_theirs(desk, name):
    mine = {"fish": "function go-work; echo mine; end"}.get(name, "go-work() { echo mine; }")
    with desk.shell(name) as shell:
        shell.type(mine)
        desk.go_work()
        assert "mine" in shell.type("go-work")
        desk.deploy()
        assert "mine" in shell.type("go-work")
        desk.shortcuts.remove("go-work")
        assert "mine" in shell.type("go-work")
        shell.type("true")
        assert "mine" in shell.type("go-work")


@SHELLS
def test_a_function_that_was_redefined_by_the_person_is_not_taken_away(desk, name):
    mine = {"fish": "function go-work; echo mine; end"}.get(name, "go-work() { echo mine; }")
    with desk.shell(name) as shell:
        desk.go_work()
        shell.type("true")
        shell.type(mine)
        desk.shortcuts.remove("go-work")
        shell.type("true")
        assert "mine" in shell.type("go-work")


@SHELLS
def test_a_name_that_is_a_function_of_a_running_shell_is_refused(desk, name):
    mine = {"fish": "function mkcd; echo mine; end\n"}.get(name, "mkcd() { echo mine; }\n")
    with desk.shell(name, before=mine) as shell:
        shell.type("true")
    assert stat.S_IMODE((desk.home.state / f"functions.{name}").stat().st_mode) == 0o600
    assert "mkcd" in read_functions(desk.home.state)


@SHELLS
def test_odd_settings_of_the_person_change_nothing(desk, name):
    odd = {
        "bash": "IFS=:; set -a; set -o noclobber; shopt -s nocasematch nullglob failglob\n",
        "zsh": "IFS=:; setopt all_export no_clobber ksh_arrays sh_word_split null_glob\n",
        "fish": "set -g IFS :\n",
    }
    with desk.shell(name, after=odd[name]) as shell:
        desk.deploy("a b", "c")
        desk.go_work()
        shell.type("true")
        assert "run deploy-it a b\r\n" in run_after(shell, "deploy-it a\t")
        assert line_after(shell, "go\x1bi") == 'cd ~/work && export PROJECT="my work"|'
        shell.type("go-work")
        desk.shortcuts.remove("go-work")
        shell.type("true")
        assert re.search("not found|Unknown command", shell.type("go-work"))
        assert "run deploy-it a b\r\n" in run_after(shell, "deploy-it a\t")
        shell.type("env >seen")
    assert "__vy" not in (desk.home.root / "work/seen").read_text()


@SHELLS
def test_the_key_puts_a_routines_commands_on_the_prompt_and_runs_nothing(desk, name):
    with desk.shell(name) as shell:
        if name != "fish":  # there Escape and i mean nothing else than an i
            assert line_after(shell, "abc\x1bi") == "abc|"
        desk.deploy()
        desk.go_work()
        shell.type("true")
        unfilled = """printf '<%s>' build |{host}".tar" && printf '<%s>' send --to="x "{host} 'it is' main"""
        assert line_after(shell, "\x1bi") == unfilled
        assert line_after(shell, "\x1bi\x1bi") == 'cd ~/work && export PROJECT="my work"|'
        assert line_after(shell, "\x1bi\x1bi\x1bi") == "|"
        assert line_after(shell, "\x1bi\x1bi\x1bi\x1bi") == unfilled
        assert line_after(shell, "dep\x1bi") == unfilled
        assert line_after(shell, "dep\x1bi\x1bi") == "dep|"
        assert line_after(shell, "dep x") == "dep x|"
        assert line_after(shell, "unknown x\x1bi") == "unknown x|"
        assert line_after(shell, "dep x | cat\x1bi") == "dep x | cat|"
        assert line_after(shell, "dep 'x\x1bi") == "dep 'x|"
        filled = """printf '<%s>' build 'my host'".tar" && printf '<%s>' send --to="x "'my host' 'it is' a\\ b|"""
        assert line_after(shell, "deploy-it 'my host' a\\ b\x1bi") == filled
        assert "<build><my host.tar><send><--to=x my host><it is><a b>" in run_after(shell, "deploy-it 'my host' a\\ b\x1bi")
        assert f"{desk.home.root}," in shell.type('echo "$PWD,"')


@SHELLS
def test_a_key_that_is_the_persons_own_stays_theirs(desk, name):
    mine = {
        "bash": """bind '"\\ei": "mine"'\n""",
        "zsh": "bindkey -s '^[i' mine\n",
        "fish": "bind \\ei 'commandline -i mine'\n",
    }
    with desk.shell(name, before=mine[name]) as shell:
        desk.deploy()
        shell.type("true")
        assert line_after(shell, "\x1bi") == "mine|"


@SHELLS
def test_the_key_works_in_vi_insert_mode_too(desk, name):
    mode = {"bash": "set -o vi\nbind -m vi-insert -x '\"\\ep\": print_line'\n", "zsh": "bindkey -v; bindkey '^[p' print_line\n"}
    mode["fish"] = "fish_vi_key_bindings; bind -M insert \\ep print_line\n"
    desk.go_work()
    with desk.shell(name, before=mode[name]) as shell:
        assert line_after(shell, "go\x1bi") == 'cd ~/work && export PROJECT="my work"|'


@SHELLS
def test_hostile_values_are_data_when_they_are_completed(desk, name):
    with desk.shell(name) as shell:
        for value in HOSTILE:
            desk.deploy(value)
            shell.type("true")
            assert f"vynexus_tui run deploy-it {value}\r\n" in run_after(shell, "deploy-it \t")
            assert not list(desk.home.root.glob("**/evil"))


@SHELLS
def test_hostile_values_are_data_inside_an_open_quote(desk, name):
    with desk.shell(name) as shell:
        values = ["a$(touch evil)", "b'; touch evil; '", 'c"; touch evil; "', "d`touch evil`", "e!x", "fine one"]
        desk.deploy(*values)
        shell.type("true")
        for quote in ("'", '"'):
            for value in values:
                unfinished = f"deploy-it {quote}{value[0]}"
                if line_after(shell, f"{unfinished}\t") == f"{unfinished}|":
                    assert (name, value != "fine one") == ("bash", True)  # it offers there only what means itself in quotes
                else:
                    assert f"run deploy-it {value}\r\n" in run_after(shell, f"{unfinished}\t")
    assert not list(desk.home.root.glob("**/evil"))


@SHELLS
def test_hostile_defaults_and_arguments_are_data_when_the_key_is_pressed(desk, name):
    with desk.shell(name) as shell:
        for value in HOSTILE:
            desk.deploy(default=value)
            shell.type("true")
            seen = run_after(shell, "deploy-it '$(touch evil)'\x1bi")
            assert f"<build><$(touch evil).tar><send><--to=x $(touch evil)><it is><{value}>" in seen
        assert line_after(shell, "deploy-it $(touch evil)\x1bi") == "deploy-it $(touch evil)|"
        assert line_after(shell, "deploy-it `touch evil`\x1bi") == "deploy-it `touch evil`|"
    assert not list(desk.home.root.glob("**/evil"))


@SHELLS
def test_options_are_completed_where_a_script_has_them_and_its_arguments_behind_them(desk, name):
    made = created(["echo web-one", "echo web-one again"], {"host": "web-one"}, "greet-it")
    desk.shortcuts.install(made)
    desk.shortcuts.install(automation("no-options", ": step 1\necho --dry-run\n", automation_id="n"))
    with desk.shell(name) as shell:
        assert completed(shell, "greet-it --d") == "greet-it --dry-run"
        assert completed(shell, "greet-it --h") == "greet-it --help"
        assert completed(shell, "vy run greet-it --f") == "vy run greet-it --from"
        assert completed(shell, "greet-it we") == "greet-it web-one"
        assert completed(shell, "greet-it --dry-run we") == "greet-it --dry-run web-one"
        assert completed(shell, "greet-it --from 2 we") == "greet-it --from 2 web-one"
        assert completed(shell, "vy run greet-it --from 2 we") == "vy run greet-it --from 2 web-one"
        assert completed(shell, "greet-it web-one --d") == "greet-it web-one --d"
        assert completed(shell, "no-options --d") == "no-options --d"


@SHELLS
def test_a_path_below_home_is_offered_whole_and_what_a_shell_would_expand_is_not_offered(desk, name):
    with desk.shell(name) as shell:
        desk.deploy("~/logs")
        shell.type("true")
        assert f"run deploy-it {desk.home.root}/logs\r\n" in run_after(shell, "deploy-it \t")
        desk.deploy("~root", "=ls", "a\x1b[2J", "b\nc", "{{secret:token}}", "only-one")
        shell.type("true")
        assert "run deploy-it only-one\r\n" in run_after(shell, "deploy-it on\t")
        texts = "".join(path.read_text() for path in (desk.home.data / "automations").glob("shortcuts.*"))
        assert not re.search("~root|=ls|2J|b\nc|secret:", texts)


def test_tab_and_the_key_do_not_disturb_what_is_recorded(desk):
    desk.deploy()
    with desk.shell("bash", before="HISTCONTROL=ignoreboth\n") as shell:
        for _ in range(2):
            run_after(shell, "deploy-it we\t")
            run_after(shell, "dep x\x1bi")
            shell.type("false")
            shell.type("false")
    line = """printf '<%s>' build x".tar" && printf '<%s>' send --to="x "x 'it is' main"""
    assert [(e.command.strip(), e.exit_code) for e in desk.home.read().events] == [
        ("deploy-it web-one", 0),
        (line, 0),
        ("false", 1),
        ("false", 1),
    ] * 2


def test_completions_are_there_although_compinit_runs_after_the_hook(desk):
    with desk.shell("zsh", before="unset _comps; unfunction compdef\n") as shell:
        desk.deploy()
        shell.type("true")
        assert completed(shell, "deploy-it we") == "deploy-it we"
        shell.type(COMPINIT)
        assert completed(shell, "deploy-it we") == "deploy-it web-one"
        shell.type(COMPINIT)
        assert completed(shell, "deploy-it we") == "deploy-it web-one"


@SHELLS
def test_nothing_is_forked_for_what_was_approved_nor_by_tab_nor_by_the_key(desk, name, tmp_path):
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed here: forks cannot be counted")
    desk.deploy()
    log = tmp_path / "trace"
    with desk.shell(name) as shell:
        shell.type("true")
        completed(shell, "deploy-it we")  # zsh loads its own completion functions at the first Tab
        calls = "trace=clone,clone3,fork,vfork,execve"
        tracer = subprocess.Popen(["strace", "-f", "-e", calls, "-o", str(log), "-p", str(shell.pid)], stderr=subprocess.PIPE)
        if b"attached" not in tracer.stderr.readline():
            tracer.kill()
            pytest.skip("strace may not attach here: forks cannot be counted")
        desk.go_work()
        for _ in range(3):
            shell.type("true")
        shell.type("")
        assert completed(shell, "deploy-it we") == "deploy-it web-one"
        assert line_after(shell, "go\x1bi") == 'cd ~/work && export PROJECT="my work"|'
        shell.type("go-work")
        desk.shortcuts.remove("deploy-it")
        shell.type("true")
        assert completed(shell, "vy run go") == "vy run go-work"
        tracer.terminate()
        tracer.wait()
    found = [line for line in log.read_text(errors="replace").splitlines() if re.search(r"(clone3?|v?fork|execve)\(", line)]
    assert not [line for line in found if "CLONE_THREAD" not in line]


@SHELLS
def test_a_file_behind_a_link_is_not_read(desk, name):
    desk.go_work()
    file = desk.home.data / "automations" / ("shortcuts.fish" if name == "fish" else "shortcuts.sh")
    file.rename(file.with_name("elsewhere"))
    file.symlink_to("elsewhere")
    with desk.shell(name) as shell:
        shell.type("true")
        assert "vynexus_tui run go-work" in shell.type("go-work")


@SHELLS
def test_a_function_runs_the_approved_text_whatever_its_file_says_meanwhile(desk, name):
    desk.go_work()
    script = desk.home.data / "automations/go-work/go-work"
    with desk.shell(name) as shell:
        script.write_text(GO_WORK + "touch ~/evil\n")
        shell.type("go-work")
        assert f"{desk.home.root}/work,my work," in shell.type('echo "$PWD,$PROJECT,"')
        desk.deploy()  # all is published anew: but not a text that nobody approved
        shell.type("true")
        assert "vynexus_tui run go-work" in shell.type("go-work")
        assert line_after(shell, "go\x1bi") == "go-work|"
    assert not (desk.home.root / "evil").exists()


@pytest.mark.parametrize("name", ["bash", "zsh"])
def test_aliases_of_words_of_the_shell_do_not_break_what_the_shell_reads(desk, name):
    aliases = "alias typeset='echo A' function='echo F' unset='echo U' builtin='echo B'"
    with desk.shell(name) as shell:
        shell.type(aliases)
        desk.deploy()
        desk.go_work()
        assert "echo" not in shell.type("true").replace(aliases, "")
        shell.type("go-work")
        assert f"{desk.home.root}/work,my work," in shell.type('echo "$PWD,$PROJECT,"')
        assert completed(shell, "deploy-it we") == "deploy-it web-one"


@pytest.mark.parametrize("name", ["bash", "zsh"])
def test_a_comment_of_a_function_is_never_run(desk, name):
    off = {"bash": "shopt -u interactive_comments", "zsh": "unsetopt interactive_comments"}[name]
    (desk.home.root / "work").mkdir()
    desk.shortcuts.install(automation("go-work", "# go: a; touch evil\n" + GO_WORK, automation_id="f", is_function=True))
    with desk.shell(name, after=f"{off}\n") as shell:
        assert "not found" not in shell.type("go-work")
        assert f"{desk.home.root}/work,my work," in shell.type('echo "$PWD,$PROJECT,"')
        assert "not found" in shell.type("# that option is still off")
    assert not list(desk.home.root.glob("**/evil"))
