"""A planted secret is in no file of ours, and on no screen, whichever way it came in (invariant 4)."""

import json
import random
import string
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tui.driving import at_main, screen_text, until_hearing
from vynexus_tui.domain.automations import Automation
from vynexus_tui.domain.errors import RequestError
from vynexus_tui.engine import decisions, peeking, recording, trials
from vynexus_tui.engine.assembly import Workspace, open_workspace, reading
from vynexus_tui.engine.optimization_engine import OptimizationEngine
from vynexus_tui.engine.snapshots import build_snapshot, read_evidence
from vynexus_tui.store import automations_table
from vynexus_tui.tui.app import VynexusApp

NOW = datetime.fromisoformat("2026-11-22T09:00:00+00:00")
WAYS: tuple[str, ...] = (
    "curl -u admin:{} https://api.example.org/v1/items -o items.json",
    "curl -H 'Authorization: Bearer {}' https://api.example.org/v1/orders -o orders.json",
    "mysqldump -u root -p{} shop > shop.sql",
    "PGPASSWORD={} psql -h db app -f report.sql",
    "export DEPLOY_TOKEN={}",
    "docker login -u me -p {} registry.example.org",
    "git clone https://me:{}@git.example.org/shop.git",
    "redis-cli -h cache -a {} ping",
    "sshpass -p {} scp dump.sql web:/tmp/",
    "http POST https://api.example.org/login password={}",
    "wget 'https://example.org/x.csv?api_key={}' -O x.csv",
    "echo {} | sudo -S systemctl restart shop",
    "./deploy.sh --password '{}' staging",
    'curl -d \'{{"client_secret": "{}"}}\' https://api.example.org/token',
)
_SECRETS = st.lists(
    st.builds(
        lambda head, tail: f"{head}{tail}",
        st.sampled_from(["Zq7", "hX2", "Wv9"]),
        st.text(alphabet=string.ascii_letters + string.digits, min_size=12, max_size=20),
    ),
    min_size=len(WAYS),
    max_size=len(WAYS),
    unique=True,
)


def as_jsonl(days: list[list[str]]) -> tuple[str, bytes]:
    lines = [
        {"ts": (NOW - timedelta(days=back) + timedelta(seconds=20 * n)).timestamp(), "session": f"s{back}", "cmd": c, "exit": 0}
        for back, commands in enumerate(days, start=1)
        for n, c in enumerate(commands)
    ]
    return "jsonl", "\n".join(json.dumps(line) for line in lines).encode()


def as_zsh(days: list[list[str]]) -> tuple[str, bytes]:
    stamped = [(NOW - timedelta(days=back) + timedelta(seconds=20 * n), c) for back, day in enumerate(days, 1) for n, c in enumerate(day)]
    return "zsh", "".join(f": {int(at.timestamp())}:3;{c}\n" for at, c in sorted(stamped)).encode()


def as_bash(days: list[list[str]]) -> tuple[str, bytes]:
    return "bash", "".join(f"{c}\n" for day in days for c in (*day, "exit")).encode()


def as_fish(days: list[list[str]]) -> tuple[str, bytes]:
    text = "".join(
        f"- cmd: {c}\n  when: {int((NOW - timedelta(days=back)).timestamp()) + n}\n"
        for back, day in enumerate(days, 1)
        for n, c in enumerate(day)
    )
    return "fish", text.encode()


def from_the_hook(workspace: Workspace, days: list[list[str]]) -> None:
    spool = workspace.paths.spool_dir
    spool.mkdir(parents=True, mode=0o700)
    for back, commands in enumerate(days, start=1):
        at = NOW - timedelta(days=back)
        raw = b"".join(
            b"\0VY1\0%d\0%d\0%d\0%d\0-\0b\0/srv\0%s\0%d.\0"
            % (seq, int((at + timedelta(seconds=20 * seq)).timestamp() * 1e6), 2_500_000, 0, command.encode(), seq)
            for seq, command in enumerate(commands)
        )
        path = spool / f"{int(at.timestamp() * 1e6)}-99999999-{back}@h@b.0"
        path.write_bytes(raw)
        path.chmod(0o600)
    recording.collect(workspace, now=NOW)


def everything_said(workspace: Workspace) -> str:
    """What the screens and lists are drawn from, with every evidence page."""
    snapshot = build_snapshot(workspace, now=NOW)
    report = OptimizationEngine(workspace).report(NOW)
    evidence = [read_evidence(workspace, head.pattern_id) for head in snapshot.patterns]
    return repr((asdict(snapshot), asdict(report), evidence))


def automations_of(workspace: Workspace) -> list[Automation]:
    with reading(workspace) as connection:
        return automations_table.read_automations(connection) if connection else []


def leaks(workspace: Workspace, secrets: list[str]) -> list[tuple[str, str]]:
    files = [p for p in workspace.paths.home.rglob("*") if p.is_file()]
    found = [(secret, str(path)) for path in files for secret in secrets if secret.encode() in path.read_bytes()]
    said = everything_said(workspace)
    return found + [(secret, "said") for secret in secrets if secret in said]


@settings(max_examples=6)
@given(secrets=_SECRETS, way=st.sampled_from([as_jsonl, as_zsh, as_bash, as_fish, None]))
def test_no_planted_secret_is_on_disk_or_said_whichever_way_it_came_in(
    tmp_path_factory: pytest.TempPathFactory, secrets: list[str], way: Callable[[list[list[str]]], tuple[str, bytes]] | None
) -> None:
    home = tmp_path_factory.mktemp("home")
    workspace = open_workspace({"HOME": str(home), "PATH": "/usr/bin:/bin", "SHELL": "/bin/bash", "LANG": "C.UTF-8"})
    routine = [text.format(secret) for text, secret in zip(WAYS, secrets, strict=True)]
    days = [["make lint", *routine, "git status"] for _ in range(5)]
    if way is None:
        from_the_hook(workspace, days)
    else:
        source_format, raw = way(days)
        recording.import_history(workspace, None, raw, source_format=source_format, now=NOW)
        peeked = peeking.peek(workspace, None, raw, source_format=source_format, now=NOW)
        assert not any(secret in repr(peeked) for secret in secrets)
    report = OptimizationEngine(workspace).run_cycle(NOW)
    assert report.event_count >= 5
    for automation in automations_of(workspace):
        with suppress(RequestError):
            trials.try_automation(workspace, automation.automation_id, cwd=str(home), arguments=(), now=NOW)
            decisions.edit(workspace, automation.automation_id, automation.script.text + "\n:\n", now=NOW)
    assert leaks(workspace, secrets) == []


async def test_no_planted_secret_is_on_the_screen(workspace: Workspace, tmp_path: Path) -> None:
    chosen = random.Random(3)
    secrets = ["".join(chosen.choices(string.ascii_letters + string.digits, k=16)) for _ in WAYS]
    days = [["make lint", *(text.format(s) for text, s in zip(WAYS, secrets, strict=True))] for _ in range(5)]
    source_format, raw = as_jsonl(days)
    recording.import_history(workspace, None, raw, source_format=source_format, now=NOW)
    OptimizationEngine(workspace).run_cycle(NOW)
    app = VynexusApp(workspace)
    async with app.run_test(size=(160, 60)) as pilot:
        await at_main(pilot)
        seen = ""
        for key in ("1", "enter", "escape", "2", "enter", "escape", "3", "4", "5", "W", "escape", "H", "escape"):
            await pilot.press(key)
            await until_hearing(pilot)
            seen += screen_text(app)
    assert "secret:" in seen
    assert [s for s in secrets if s in seen] == []
