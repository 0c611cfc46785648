"""What is typed into the real bash, zsh and fish comes back from their history files byte for byte."""

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.sources.typed_history import TypedShell
from vynexus_tui.domain.events import CountQuality, HistoryReading, TimeQuality
from vynexus_tui.sources.history_files import find_histories, read_history

NOT_UTF8 = b"true 'not utf-8: \xff\xfe'"
PLAIN = [
    b"true plain",
    b"true 'a\nb'",
    b"true 'tab\there'",
    NOT_UTF8,
    "true 'grüße 你好 🎉'".encode(),
    b"true it is # a comment",
    b"# a comment alone",
    b"true 'back\\slash n: \\n'",
    b"true \"it's\" $'it\\'s'",
    b"true plain",
    b"true end\\\\",
]
HERE_DOCUMENT = b"cat <<EOF >/dev/null\nit's one\n\nEOF"
LOOP = b"for i in 1 2\ndo\ntrue $i\ndone"


def as_bytes(reading: HistoryReading) -> list[bytes]:
    return [e.command.encode("utf-8", "surrogateescape") for e in reading.events]


def bash(home: Path, settings: str, commands: list[bytes]) -> HistoryReading:
    (home / ".bashrc").write_text(
        "PS1='@@READY@@' PS2='@@MORE@@' HISTFILE=~/.bash_history HISTCONTROL=\n"
        "bind 'set enable-bracketed-paste off'; bind '\"\\t\": tab-insert'\n"
        f"{settings}\n"
    )
    return type_all(home, ["bash", "-i"], commands)


def zsh(home: Path, options: str, commands: list[bytes]) -> HistoryReading:
    (home / ".zshrc").write_text(
        "PROMPT='@@READY@@' PS2='@@MORE@@' HISTFILE=~/.zsh_history HISTSIZE=1000 SAVEHIST=1000\n"
        f"unsetopt prompt_cr prompt_sp; setopt interactivecomments {options}; bindkey -e; bindkey '^I' self-insert\n"
    )
    return type_all(home, ["zsh", "-i", "-o", "no_global_rcs"], commands)


def type_all(home: Path, argv: list[str], commands: list[bytes]) -> HistoryReading:
    shell = TypedShell(argv, home)
    for command in commands:
        shell.type(command)
    shell.close()
    (path,) = find_histories({}, home)
    return read_history(path, now=datetime.now(UTC))


def test_a_stamped_bash_history_is_exact(tmp_path):
    commands = [*PLAIN, HERE_DOCUMENT, b"#1699999999", b"true last"]
    began = int(time.time())
    reading = bash(tmp_path, "HISTTIMEFORMAT='%F %T '", commands)
    assert as_bytes(reading) == [*commands, b"exit"]
    assert reading.skipped_lines == 0
    assert all(e.started_at is not None and began <= e.started_at.timestamp() <= time.time() for e in reading.events)


def test_a_stamped_bash_history_with_lines_kept_as_typed_is_exact(tmp_path):
    commands = [LOOP, *PLAIN, HERE_DOCUMENT, LOOP]
    assert as_bytes(bash(tmp_path, "HISTTIMEFORMAT='%F %T '; shopt -s lithist", commands)) == [*commands, b"exit"]


def test_an_unstamped_bash_history_is_exact_where_quotes_and_here_documents_tell(tmp_path):
    commands = [*PLAIN, HERE_DOCUMENT, b"true last"]
    reading = bash(tmp_path, "unset HISTTIMEFORMAT", commands)
    assert as_bytes(reading) == [*commands, b"exit"]
    assert {e.time_quality for e in reading.events} == {TimeQuality.NONE}
    assert "HISTTIMEFORMAT" in reading.remedy


def test_bash_writes_a_loop_as_one_line_and_so_it_is_read(tmp_path):
    assert as_bytes(bash(tmp_path, "HISTTIMEFORMAT=x", [LOOP]))[0] == b"for i in 1 2; do true $i; done"


def test_a_bash_that_erases_repeats_does_not_tell_how_often(tmp_path):
    commands = [b"true %d" % (n % 55) for n in range(60)]
    reading = bash(tmp_path, "HISTCONTROL=erasedups", commands)
    assert len(reading.events) == 56
    assert {e.count_quality for e in reading.events} == {CountQuality.DEDUPED}
    assert reading.remedy == "run `vynexus hook install`"


def test_old_lines_that_bash_stamps_when_it_rewrites_its_file_are_not_dated(tmp_path):
    (tmp_path / ".bash_history").write_text("".join(f"old {n}\n" for n in range(6)))
    reading = bash(tmp_path, "HISTTIMEFORMAT=x", [b"history -w", b"true new"])
    old = [e for e in reading.events if e.command.startswith("old")]
    assert len(old) >= 6
    assert {e.time_quality for e in old} <= {TimeQuality.SESSION, TimeQuality.NONE}


# Its editor takes no bytes that are not text, a program may put any there.
PUTS_NOT_UTF8 = b"print -sr -- \"true 'not utf-8: \"$'\\xff\\xfe'\"'\""
ZSH_TRAPS = [b": colon first", b"true a\\ ", b"true 'a\\\nb'", b"true \\\nnext", HERE_DOCUMENT, LOOP]


@pytest.mark.parametrize(
    "options", ["", "extended_history", "extended_history share_history", "inc_append_history", "extended_history inc_append_history_time"]
)
def test_a_zsh_history_is_exact_however_it_is_written(tmp_path, options):
    typed = [PUTS_NOT_UTF8 if c == NOT_UTF8 else c for c in (*PLAIN, *ZSH_TRAPS, b"true last")]
    reading = zsh(tmp_path, options, typed)
    assert sorted(as_bytes(reading)) == sorted([*typed, NOT_UTF8, b"exit"])
    assert [c for c in as_bytes(reading) if c != NOT_UTF8] == [*typed, b"exit"]
    assert all((e.started_at is not None) == ("extended" in options) for e in reading.events)


def test_zsh_durations_are_read_where_zsh_measures_them_and_unknown_where_it_writes_nought(tmp_path):
    commands = [b"sleep 1.1", b"true"]
    for name, options in (("timed", "extended_history inc_append_history_time"), ("shared", "extended_history share_history")):
        (tmp_path / name).mkdir()
        reading = zsh(tmp_path / name, options, commands)
        slept = reading.events[0]
        if name == "timed":
            assert slept.duration_s in (1.0, 2.0)
        else:
            assert {e.duration_s for e in reading.events} == {None}
            assert "setopt INC_APPEND_HISTORY_TIME" in reading.remedy


def test_a_fish_history_is_exact(tmp_path):
    (tmp_path / ".config/fish").mkdir(parents=True)
    (tmp_path / ".config/fish/config.fish").write_text(
        "set -g fish_greeting\nset -g ran 0\nfunction count_up --on-event fish_postexec; set -g ran (math $ran + 1); end\n"
        "function fish_prompt; echo -n @@READY@@$ran@; end\nbind \\t 'commandline -i \\t'\n"
        # What is typed must be text; a program may put any byte there.
        "bind \\cx 'commandline -i \\xff\\xfe'\n"
    )
    commands = [c for c in dict.fromkeys(PLAIN) if not c.startswith(b"#") and b"$'" not in c]
    shell = TypedShell(["fish", "-i"], tmp_path)
    shell.wait(b"0@")
    for number, command in enumerate(commands, start=1):
        shell.paste(command.replace(b"\xff\xfe", b"\x18"), until=b"@@READY@@%d@" % number)
    shell.close()
    (path,) = find_histories({}, tmp_path)
    reading = read_history(path, now=datetime.now(UTC))
    assert [c for c in as_bytes(reading) if c != b"exit"] == commands
    assert all(e.started_at is not None for e in reading.events)
    assert {e.count_quality for e in reading.events} == {CountQuality.DEDUPED}
