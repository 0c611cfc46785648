"""Histories that other projects test with, read as their authors expect; those of this checkout, and all where the shared set lies beside it."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from vynexus_tui.domain.events import CountQuality
from vynexus_tui.sources.history_files import read_history

NOW = datetime(2026, 3, 1, tzinfo=UTC)
HERE = Path(__file__).parent / "fixtures"
SHARED = Path(__file__).parents[3] / "shared/data/import_fixtures"
SETS = [pytest.param(HERE, id="here"), pytest.param(SHARED, id="shared")]
STATED = json.loads((HERE / "atuin_tests/expected.json").read_text())
# Atuin keeps both backslashes before a newline. zsh writes one more than the command has and takes one away when it reads
# (see test_real_histories), so the command has one.
STATED["zsh_multiline.zsh_history"][1][2] = "cargo install atuin; \\\ncargo update"


def folder(base: Path, name: str) -> Path:
    if not (base / name).is_dir():
        pytest.skip(f"no {name} set beside this checkout")
    return base / name


@pytest.mark.parametrize("base", SETS)
@pytest.mark.parametrize("name", STATED)
def test_what_atuins_tests_assert_holds_here(base, name):
    events = list(read_history(folder(base, "atuin_tests") / name, now=NOW).events)
    assert [e.command for e in events] == [row[2] for row in STATED[name]]
    for event, (stamp, duration, _) in zip(events, STATED[name], strict=True):
        if stamp != "any":
            assert (None if event.started_at is None else event.started_at.timestamp()) == stamp
        if isinstance(duration, int):
            assert event.duration_s == duration
        elif duration is None or duration == "saturate":  # a number that is no duration is unknown
            assert event.duration_s is None


@pytest.mark.parametrize("base", SETS)
def test_one_history_in_three_shells_is_the_same(base):
    files = folder(base, "histop")
    bash, zsh, fish = ([e.command for e in read_history(files / f"{s}_history", now=NOW).events] for s in ("bash", "zsh", "fish"))
    assert len(zsh) == 21
    assert bash == zsh
    assert ["ls | grep foo" if n == 8 else c for n, c in enumerate(fish)] == zsh
    dates = [[e.started_at for e in read_history(files / f"{s}_history", now=NOW).events] for s in ("zsh", "fish")]
    assert dates[0] == dates[1]


@pytest.mark.parametrize("base", SETS)
def test_tcsh_stamps_are_dates(base):
    reading = read_history(folder(base, "histop") / "tcsh_history", now=NOW)
    assert [(e.command, int(e.started_at.timestamp())) for e in reading.events] == [
        ("ls -la", 1680820391),
        ("git status", 1680820392),
        ("ls", 1680820393),
    ]


@pytest.mark.parametrize("base", SETS)
def test_forensic_samples_are_read_whole(base):
    files = folder(base, "plaso")
    assert [e.command for e in read_history(files / "fish_history", now=NOW).events] == [
        "ll", "la", "mkdir test", "cp *.txt test", "cd test", "rm -rf test", "clear", "pwd",
        "git clone git@github.com:log2timeline/plaso.git", "cd plaso",
    ]  # fmt: skip
    assert len(read_history(files / "zsh_extended_history.txt", now=NOW).events) == 4
    assert [len(read_history(files / name, now=NOW).events) for name in ("bash_history", "bash_history_desync")] == [4, 5]


@pytest.mark.parametrize("name", ["extended.zsh_history", "timestamped.bash_history", "plain.bash_history", "expected.jsonl"])
def test_one_persons_history_is_the_same_in_every_format(name):
    files = folder(SHARED, "derived_kypo")
    expected = [json.loads(line) for line in (files / "expected.jsonl").read_text().splitlines()]
    events = read_history(files / name, now=NOW).events
    assert [e.command for e in events] == [row["cmd"] for row in expected]
    if name != "plain.bash_history":
        assert [e.started_at.timestamp() for e in events] == [row["ts"] for row in expected]


def test_one_persons_history_is_the_same_in_an_atuin_database():
    files = folder(SHARED, "derived_kypo")
    expected = [json.loads(line) for line in (files / "expected.jsonl").read_text().splitlines()]
    events = read_history(files / "atuin_history.db", now=NOW).events
    found = {(e.started_at.timestamp(), e.command, e.cwd or "", e.host, e.session_id) for e in events}
    known = {(row["ts"], row["cmd"], row["cwd"] or "", row["host"], row["session"]) for row in expected}
    # 368 lines; its key allows one row per moment, folder and command, and 7 rows are deleted.
    assert len(events) == len(found) == 360
    assert found < known
    assert {(e.exit_code, e.duration_s) for e in events} == {(None, None)}


def test_the_deduplicated_history_has_each_command_once_at_its_last_time():
    files = folder(SHARED, "derived_kypo")
    expected = {row["cmd"]: row["ts"] for line in (files / "expected.jsonl").read_text().splitlines() if (row := json.loads(line))}
    reading = read_history(files / "deduplicated.fish_history", now=NOW)
    assert {e.command: e.started_at.timestamp() for e in reading.events} == expected
    assert len(reading.events) == len(expected)
    assert {e.count_quality for e in reading.events} == {CountQuality.DEDUPED}


def test_a_long_quoted_paste_swallows_nothing():
    path = folder(SHARED, "traps_made_here") / "long_quoted_paste.bash_history"
    assert path.read_bytes() == (HERE / "long_quoted_paste.bash_history").read_bytes()
    assert len(read_history(path, now=NOW).events) == 3
