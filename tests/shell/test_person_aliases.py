import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vynexus_tui.shell.file_writing import read_small_text
from vynexus_tui.shell.person_aliases import parse_aliases, parse_fish_aliases, read_aliases

READ = """
import sys
from pathlib import Path
from vynexus_tui.shell.person_aliases import read_aliases
print(read_aliases(*map(Path, sys.argv[1:])))
"""
UTF8 = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}


def test_the_output_of_alias_is_read():
    text = "alias gs='git status'\nalias q='echo '\\''it'\\'''\nalias ll='ls -l\n--color'\n"
    assert parse_aliases(text) == {"gs": "git status", "q": "echo 'it'", "ll": "ls -l\n--color"}


def test_an_rc_file_is_read_and_not_executed(tmp_path):
    text = """
    # alias no='x'
    if true; then
        alias ls='ls --color=auto'  # colours
        alias a=1 b="2 3"; touch x
    fi
    alias dyn="$(touch evil)"
    alias broken='never closed
    alias after=fine
    alias -g G='| grep'
    alias -s txt=less
    unalias gone
    """
    assert parse_aliases(text) == {"ls": "ls --color=auto", "a": "1", "b": "2 3;", "dyn": "$(touch evil)", "after": "fine"}


def test_the_hooks_snapshot_wins_over_the_rc_files(tmp_path):
    (tmp_path / ".bashrc").write_text("alias old=1\n")
    (tmp_path / ".bash_aliases").write_text("alias other=2\n")
    assert read_aliases(tmp_path / "state", tmp_path) == {"old": "1", "other": "2"}
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "aliases.bash").write_text("alias new=3\n")
    (tmp_path / "state" / "aliases.zsh").write_text("alias -g X='y'\nalias newer='4'\n")
    assert read_aliases(tmp_path / "state", tmp_path) == {"new": "3", "newer": "4"}
    assert read_aliases(tmp_path / "none", tmp_path / "none") == {}


def make_odd(kind, path, tmp_path):
    match kind:
        case "pipe":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case "link to a device":
            path.symlink_to("/dev/zero")
        case "link to a file":
            (tmp_path / "elsewhere").write_text("alias stolen=1\n")
            path.symlink_to(tmp_path / "elsewhere")


@pytest.mark.parametrize("kind", ["pipe", "folder", "link to a device", "link to a file"])
def test_a_snapshot_that_is_no_file_is_passed_over_at_once(tmp_path, kind):
    # In a process of its own: what this promises not to do is to hang or to eat the memory.
    state = tmp_path / "state"
    state.mkdir()
    for name in ("aliases.bash", "aliases.zsh", "aliases.fish"):
        make_odd(kind, state / name, tmp_path)
    (tmp_path / ".bashrc").write_text("alias mine=1\n")
    (tmp_path / ".config/fish").mkdir(parents=True)
    (tmp_path / ".config/fish/config.fish").write_text("alias fished=2\n")
    ran = subprocess.run([sys.executable, "-c", READ, str(state), str(tmp_path)], capture_output=True, text=True, timeout=20)
    assert (ran.stdout, ran.stderr) == ("{'fished': '2', 'mine': '1'}\n", "")


@pytest.mark.parametrize("kind", ["pipe", "link to a device"])
def test_an_rc_file_may_be_a_link_to_a_file_and_to_nothing_else(tmp_path, kind):
    (tmp_path / "dotfiles").write_text("alias linked=1\n")
    (tmp_path / ".bashrc").symlink_to("dotfiles")
    make_odd(kind, tmp_path / ".zshrc", tmp_path)
    ran = subprocess.run([sys.executable, "-c", READ, str(tmp_path / "s"), str(tmp_path)], capture_output=True, text=True, timeout=20)
    assert (ran.stdout, ran.stderr) == ("{'linked': '1'}\n", "")


def test_a_small_text_is_read_up_to_its_limit_and_no_handle_is_left_open(tmp_path):
    file = tmp_path / "text"
    file.write_bytes(b"ab\xffcd")
    open_before = len(list(Path("/proc/self/fd").iterdir()))
    assert read_small_text(file) == "ab\udcffcd"
    assert read_small_text(file, most_bytes=2) == "ab"
    assert [read_small_text(path) for path in (tmp_path, tmp_path / "none", Path("/dev/null"))] == [None] * 3
    assert len(list(Path("/proc/self/fd").iterdir())) == open_before


@given(st.text(max_size=200))
def test_no_text_is_too_strange(text):
    for parse in (parse_aliases, parse_fish_aliases):
        parse(text)
        parse(f"alias {text}")
        parse(f"function f --description {text}")


@given(st.lists(st.text(alphabet="ab '\"\\$`\n;|&#=-é", min_size=1, max_size=12), min_size=1, max_size=4))
@settings(max_examples=25, deadline=None)
def test_what_bash_prints_is_read_back_exactly(values):
    if shutil.which("bash") is None:
        pytest.skip("bash is not installed here")
    arguments = [f"al{number}={value}" for number, value in enumerate(values)]
    printed = subprocess.run(["bash", "-c", 'alias "$@"; alias -p', "x", *arguments], capture_output=True, check=True).stdout
    assert parse_aliases(printed.decode()) == {f"al{number}": value for number, value in enumerate(values)}


def test_the_rc_file_of_fish_is_read_and_not_executed():
    text = r"""
    # alias no='x'
    alias ls='ls --color=auto'  # colours
    alias gs "git status"; touch x
    alias --save saved 'git stash'
    alias dyn "$HOME/x"
    alias sub (touch evil)
    alias three words here
    alias open 'never closed
    alias after=fine
    function hand --wraps git --description 'not an alias'
    function ll --wraps='ls -l' --description 'alias ll ls -l'
    function q --description alias\ q\ echo\ \'it\'\n; touch x
    """
    assert parse_fish_aliases(text) == {
        "ls": "ls --color=auto",
        "gs": "git status",
        "saved": "git stash",
        "after": "fine",
        "ll": "ls -l",
        "q": "echo 'it'\n",
    }


def test_the_files_of_fish_are_read_where_no_hook_has_run(tmp_path):
    fish = tmp_path / ".config/fish"
    for folder in ("conf.d", "functions"):
        (fish / folder).mkdir(parents=True)
    (fish / "config.fish").write_text("alias a 'in config'\n")
    (fish / "conf.d/mine.fish").write_text("alias b 'in conf.d'\n")
    (fish / "functions/c.fish").write_text("function c --wraps=x --description 'alias c saved'\n  saved $argv\nend\n")
    (tmp_path / ".bashrc").write_text("alias d='of bash'\n")
    assert read_aliases(tmp_path / "state", tmp_path) == {"a": "in config", "b": "in conf.d", "c": "saved", "d": "of bash"}
    (tmp_path / "state").mkdir()
    (tmp_path / "state/aliases.fish").write_text("function e --wraps=x --description 'alias e seen'\n")
    assert read_aliases(tmp_path / "state", tmp_path) == {"e": "seen", "c": "saved", "d": "of bash"}
    (tmp_path / ".config").rename(tmp_path / "elsewhere")
    assert read_aliases(tmp_path / "none", tmp_path / "none", config_home=tmp_path / "elsewhere") == {
        "a": "in config",
        "b": "in conf.d",
        "c": "saved",
    }


@given(st.lists(st.text(alphabet="ab '\"\\$`\n;|&#=-é", min_size=1, max_size=12), min_size=1, max_size=4))
@settings(max_examples=25, deadline=None)
def test_what_fish_prints_is_read_back_exactly(values):
    if shutil.which("fish") is None:
        pytest.skip("fish is not installed here")
    # The bodies are no commands: the description is all we read.
    script = 'for at in (seq (count $argv)); function al$at --description "alias al$at $argv[$at]"; end; functions al$at; end'
    printed = subprocess.run(["fish", "--no-config", "-c", script, "--", *values], capture_output=True, check=True, env=UTF8).stdout
    assert parse_fish_aliases(printed.decode()) == {f"al{number}": value for number, value in enumerate(values, 1)}
