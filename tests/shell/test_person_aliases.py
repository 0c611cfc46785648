import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vynexus_tui.shell.person_aliases import parse_aliases, read_aliases


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


@given(st.text(max_size=200))
def test_no_text_is_too_strange(text):
    parse_aliases(text)
    parse_aliases(f"alias {text}")


@given(st.lists(st.text(alphabet="ab '\"\\$`\n;|&#=-é", min_size=1, max_size=12), min_size=1, max_size=4))
@settings(max_examples=25, deadline=None)
def test_what_bash_prints_is_read_back_exactly(values):
    if shutil.which("bash") is None:
        pytest.skip("bash is not installed here")
    arguments = [f"al{number}={value}" for number, value in enumerate(values)]
    printed = subprocess.run(["bash", "-c", 'alias "$@"; alias -p', "x", *arguments], capture_output=True, check=True).stdout
    assert parse_aliases(printed.decode()) == {f"al{number}": value for number, value in enumerate(values)}
