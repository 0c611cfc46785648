"""What goes in: once, redacted, and never our own runs as the person's habits (invariants 3, 4, 6)."""

import json
import os
import re
import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier

import psutil
import pytest

from vynexus_tui.domain.errors import RequestError, SourceError
from vynexus_tui.domain.events import Actor
from vynexus_tui.domain.settings import Recording
from vynexus_tui.engine import hooks, recording
from vynexus_tui.engine.assembly import Workspace, open_workspace, reading
from vynexus_tui.store import cycles_table, events_table
from vynexus_tui.store.events_table import OriginCount


def stored(workspace: Workspace) -> list[tuple[str, Actor]]:
    with reading(workspace) as connection:
        return [(e.command, e.actor) for e in events_table.read_events(connection, most=1000)] if connection else []


def spool_record(workspace: Workspace, *records: tuple[int, str], name: str = "1700000000000000-99999999-5@h@b.0") -> Path:
    spool = workspace.paths.spool_dir
    spool.mkdir(parents=True, exist_ok=True, mode=0o700)
    raw = b"".join(
        b"\0VY1\0%d\0%d\0%d\0%d\0%s\0b\0/src\0%s\0%d.\0"
        % (seq, 1_763_800_000_000_000 + seq * 1_000_000, 2_500_000, 0, b"-", command.encode(), seq)
        for seq, command in records
    )
    path = spool / name
    path.write_bytes(raw)
    path.chmod(0o600)
    return path


def test_a_history_is_stored_once_however_often_it_is_imported(workspace: Workspace, now: datetime) -> None:
    history = workspace.paths.home / ".bash_history"
    history.write_text("ls\nmake\nls\n")
    first = recording.import_history(workspace, str(history), now=now)
    again = recording.import_history(workspace, str(history), now=now)
    assert (first.read_count, first.new_count, again.new_count) == (3, 3, 0)
    assert [c for c, _ in stored(workspace)] == ["ls", "make", "ls"]


def test_no_secret_reaches_the_disk(workspace: Workspace, now: datetime) -> None:
    secret = "ghp_" + "a1B2c3D4" * 5
    lines = f"curl -H 'Authorization: Bearer {secret}' https://api.example.org\nexport TOKEN={secret}\n"
    recording.import_history(workspace, None, lines.encode(), source_format="bash", now=now)
    assert stored(workspace)
    for folder, _, files in os.walk(workspace.paths.home):
        for file in files:
            assert secret.encode() not in Path(folder, file).read_bytes()


def test_what_hooks_appended_is_taken_in_once_and_then_deleted(workspace: Workspace, now: datetime) -> None:
    spool_record(workspace, (0, "make"), (1, "git push"))
    report = recording.collect(workspace, now=now)
    assert report.new_event_count == 2
    assert recording.collect(workspace, now=now).new_event_count == 0
    assert [c for c, _ in stored(workspace)] == ["make", "git push"]


def test_commands_the_shell_could_not_write_are_counted_as_lost(workspace: Workspace, now: datetime) -> None:
    spool_record(workspace, (0, "a"), (3, "b"))
    assert recording.collect(workspace, now=now).lost_event_count == 2


def test_our_own_commands_are_marked_as_automation(workspace: Workspace, now: datetime) -> None:
    spool_record(workspace, (0, "vynexus cycle"), (1, "make"), (2, "cd x && vy run bump"))
    recording.collect(workspace, now=now)
    assert stored(workspace) == [
        ("vynexus cycle", Actor.AUTOMATION),
        ("make", Actor.USER),
        ("cd x && vy run bump", Actor.AUTOMATION),
    ]


def test_a_history_file_that_was_imported_is_followed(workspace: Workspace, now: datetime) -> None:
    history = workspace.paths.home / ".bash_history"
    history.write_text("ls\nmake\n")
    recording.import_history(workspace, str(history), now=now)
    with history.open("a") as file:
        file.write("git push\n")
    assert recording.has_new_records(workspace, now=now)
    assert recording.collect(workspace, now=now).new_event_count == 1
    assert not recording.has_new_records(workspace, now=now)


def test_command_filter_and_directories_are_never_stored(tmp_path: Path, now: datetime) -> None:
    config = tmp_path / "c.yaml"
    config.write_text('recording:\n  command_filter: ["^pass "]\n  cwd_filter: ["/private"]\n')
    (tmp_path / "home").mkdir()
    workspace = open_workspace({"HOME": str(tmp_path / "home"), "PATH": "/usr/bin"}, config=str(config))
    events = [{"cmd": "pass show mail"}, {"cmd": "ls", "cwd": "/home/a/private/x"}, {"cmd": "make", "cwd": "/home/a"}]
    recording.import_history(workspace, None, "\n".join(map(json.dumps, events)).encode(), source_format="jsonl", now=now)
    assert [c for c, _ in stored(workspace)] == ["make"]


def test_a_missing_history_is_one_clear_line(workspace: Workspace, now: datetime) -> None:
    with pytest.raises(SourceError) as caught:
        recording.import_history(workspace, "/nowhere/.bash_history", now=now)
    assert "/nowhere/.bash_history" in caught.value.message
    assert caught.value.hint
    assert not workspace.paths.database.exists()


def test_recording_can_be_switched_off_for_a_while(workspace: Workspace, now: datetime) -> None:
    hooks.pause_recording(workspace, minutes=30, now=now)
    assert hooks.is_paused(workspace, now=now)
    assert not hooks.is_paused(workspace, now=now + timedelta(minutes=31))
    hooks.pause_recording(workspace, minutes=None, now=now)
    assert hooks.is_paused(workspace, now=now + timedelta(days=9))
    hooks.resume_recording(workspace)
    assert not hooks.is_paused(workspace, now=now)
    with pytest.raises(RequestError):
        hooks.pause_recording(workspace, minutes=0, now=now)


def test_ten_thousand_commands_are_tracked(workspace: Workspace, now: datetime) -> None:
    lines = "\n".join(f"command-{n}" for n in range(12_000))
    assert recording.import_history(workspace, None, lines.encode(), source_format="bash", now=now).new_count == 12_000
    assert len(stored(workspace)) == 1000
    with reading(workspace) as connection:
        assert connection is not None
        assert events_table.count_events(connection) == 12_000


def test_nothing_that_was_taken_in_stays_readable_in_the_spool_of_a_living_shell(workspace: Workspace, now: datetime) -> None:
    born_us = int(psutil.Process().create_time() * 1e6) + 1_000_000
    boot = Path("/proc/sys/kernel/random/boot_id")
    host = re.sub(r"[^A-Za-z0-9-]", "_", socket.gethostname())
    name = f"{born_us}-{os.getpid()}-5@{host}@{boot.read_text()[:8] if boot.exists() else ''}.0"
    path = spool_record(workspace, (0, "make unlisted-word"), name=name)
    os.utime(path, (1_763_000_000, 1_763_000_000))
    recording.collect(workspace, now=now)
    assert path.exists()
    assert not any(path.read_bytes())
    assert path.stat().st_mtime == 1_763_000_000
    raw = spool_record(workspace, (1, "git push"), name="x").read_bytes()
    with path.open("ab") as file:
        file.write(raw)
    assert recording.collect(workspace, now=now).new_event_count == 1
    assert [c for c, _ in stored(workspace)] == ["make unlisted-word", "git push"]
    assert recording.collect(workspace, now=now).lost_event_count == 0


def test_a_password_in_an_alias_does_not_stay_in_what_the_hook_wrote_down(workspace: Workspace, now: datetime) -> None:
    aliases = workspace.paths.state_dir / "aliases.bash"
    aliases.parent.mkdir(parents=True)
    aliases.write_text("alias api='curl -u me:Swordfish-9 https://api.example.org'\nalias ll='ls -l'\n")
    recording.collect(workspace, now=now)
    assert aliases.read_text() == "alias api='curl -u me:{{secret:password}} https://api.example.org'\nalias ll='ls -l'\n"


def test_a_secret_that_only_its_alias_gives_away_is_found(workspace: Workspace, now: datetime) -> None:
    aliases = workspace.paths.state_dir / "aliases.bash"
    aliases.parent.mkdir(parents=True)
    aliases.write_text("alias cpw='curl -u'\n")
    recording.import_history(workspace, None, b"cpw me:Swordfish-9 https://api.example.org\n", source_format="bash", now=now)
    assert stored(workspace)[0][0] == "cpw me:{{secret:password}} https://api.example.org"


def test_a_persons_own_rules_for_secrets_hold(tmp_path: Path, now: datetime) -> None:
    config = tmp_path / "settings.yaml"
    config.write_text("recording:\n  secret_patterns: ['kunde-(\\d+)']\n")
    (tmp_path / "home").mkdir()
    workspace = open_workspace({"HOME": str(tmp_path / "home"), "PATH": "/usr/bin"}, config=str(config))
    recording.import_history(workspace, None, b"./report kunde-4711 now\n", source_format="bash", now=now)
    assert stored(workspace)[0][0] == "./report kunde-{{secret:own}} now"


def test_lines_that_only_agents_write_are_theirs(workspace: Workspace, now: datetime) -> None:
    lines = b"{ echo ___BEGIN___COMMAND_OUTPUT_MARKER___; make; }\nmake\n"
    recording.import_history(workspace, None, lines, source_format="bash", now=now)
    assert [actor for _, actor in stored(workspace)] == [Actor.AGENT, Actor.UNKNOWN]


def test_two_imports_at_once_of_an_undated_history_count_it_once(workspace: Workspace, now: datetime) -> None:
    history = workspace.paths.home / ".bash_history"
    history.write_text("".join(f"make target{n}\n" for n in range(3000)))
    at_once = Barrier(4)

    def one() -> int:
        at_once.wait()
        return recording.import_history(workspace, str(history), now=now).new_count

    with ThreadPoolExecutor(4) as pool:
        assert sum(f.result() for f in [pool.submit(one) for _ in range(4)]) == 3000


def test_what_was_hidden_from_the_hook_does_not_come_in_through_the_history_file(workspace: Workspace, now: datetime) -> None:
    history = workspace.paths.home / ".bash_history"
    history.write_text("ls\nmake\n")
    recording.import_history(workspace, str(history), now=now)
    hooks.install_hook(workspace, "bash", now=now)
    hooks.pause_recording(workspace, minutes=None, now=now)
    with history.open("a") as file:
        file.write("typed while it was off\n")
    recording.collect(workspace, now=now)
    assert [c for c, _ in stored(workspace)] == ["ls", "make"]
    hooks.remove_hook(workspace, "bash", now=now)
    with history.open("a") as file:
        file.write("after the hook\n")
    recording.collect(workspace, now=now)
    assert [c for c, _ in stored(workspace)] == ["ls", "make", "after the hook"]


def test_an_import_says_how_many_it_left_out(workspace: Workspace, now: datetime) -> None:
    settings = replace(workspace.settings, recording=Recording(command_filter=("^pass ",), retention_days=30))
    old, young = now - timedelta(days=60), now - timedelta(days=1)
    raw = "".join(f": {int(at.timestamp())}:1;{c}\n" for at, c in ((old, "make"), (young, "pass show x"), (young, "make"))).encode()
    report = recording.import_history(replace(workspace, settings=settings), None, raw, source_format="zsh", now=now)
    assert (report.read_count, report.new_count, report.left_out_count) == (3, 1, 2)
    assert recording.import_history(workspace, None, raw, source_format="zsh", now=now).new_count == 2


def test_what_is_left_out_of_an_undated_history_is_counted_once(workspace: Workspace, now: datetime) -> None:
    settings = replace(workspace.settings, recording=Recording(command_filter=("^pass ",)))
    report = recording.import_history(
        replace(workspace, settings=settings), None, b"ls\npass show x\nmake\n", source_format="bash", now=now
    )
    assert (report.new_count, report.left_out_count) == (2, 1)


def test_what_each_source_gave_is_known_exactly_however_it_came(workspace: Workspace, now: datetime) -> None:
    recording.import_history(workspace, None, b"ls\nmake\nls\n", source_format="bash", now=now)
    for first in (0, 2):
        spool_record(workspace, (first, "make"), (first + 1, "git push"), name=f"170000000000000{first}-99999999-5@h@b.0")
        recording.collect(workspace, now=now)
        with reading(workspace) as connection:
            assert connection is not None
            counted = events_table.count_by_origin(connection)
            assert cycles_table.read_result(connection, "sources", list[OriginCount]) == counted
    assert {(c.origin, c.shell): c.event_count for c in counted} == {("bash_history", "bash"): 3, ("hook", "bash"): 4}
