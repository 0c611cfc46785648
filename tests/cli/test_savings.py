"""`vynexus savings`: the headline, the trend, and every line behind it."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.test_show import run
from tests.engine.test_accounting import a_baseline, go_live, store_runs
from vynexus_tui.cli import savings_command
from vynexus_tui.domain.automations import Automation
from vynexus_tui.domain.runs import Activity
from vynexus_tui.engine.accounting import note_attention, read_books
from vynexus_tui.engine.assembly import Workspace
from vynexus_tui.engine.optimization_engine import OptimizationEngine


@pytest.fixture
def used(workspace: Workspace, proposed: Automation, now: datetime) -> Workspace:
    """Four successful runs, one failure, and a look at it."""
    go_live(workspace, proposed, at=now - timedelta(days=40), baseline=a_baseline(now - timedelta(days=40)))
    store_runs(workspace, proposed, [now - timedelta(days=d) for d in (1, 2, 8, 15)])
    store_runs(workspace, proposed, [now - timedelta(days=3)], exit_code=1)
    note_attention(workspace, proposed.automation_id, Activity.REVIEW, started_at=now - timedelta(days=40), duration_s=20.0)
    return workspace


def test_the_audit_prints_every_line_and_their_sum_is_the_headline(used: Workspace) -> None:
    shown = run(used.paths.home, "savings", "--audit").stdout
    figures = [re.findall(r"[+−]\d+\.\d", line)[:3] for line in shown.splitlines() if re.match(r"    ?\d{4}-\d\d-\d\d", line)]
    assert len(figures) == 7  # five runs, a clean-up, a look
    sums = [sum(int(f.replace("−", "-").replace(".", "")) for f in column) for column in zip(*figures, strict=True)]
    total = next(line for line in shown.splitlines() if line.strip().startswith("sum"))
    assert re.findall(r"[+−]\d+\.\d", total)[:3] == [f"{s / 10:+.1f}".replace("-", "−") for s in sums]
    told = json.loads(run(used.paths.home, "savings", "--json").stdout)
    assert (told["low_s"], told["saved_s"], told["high_s"]) == tuple(s / 10 for s in sums)
    assert [e["kind"] for e in told["entries"]].count("run") == 4
    assert "by hand 40 s" in shown
    assert "your own 14 times before 2026-10-13" in shown


def test_the_table_says_what_was_taken_off_and_what_was_missed(used: Workspace, proposed: Automation) -> None:
    shown = run(used.paths.home, "savings").stdout
    assert re.search(rf"{proposed.name} +5 +1 +40\.0 s", shown)
    assert "1 failure cost 30.0 s" in shown  # 2 s, and 28 s until the person did it by hand
    assert "looking at automations took 20.0 s" in shown
    assert f"{proposed.name}: typed by hand 23 times since approval" in shown
    assert "Per week, best estimate" in shown


def test_a_loss_stands_left_of_the_axis_in_red_and_is_never_clamped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(savings_command, "red", lambda text: f"<{text}>")
    gained, lost = savings_command.bars([("2026-W46", 60.0), ("2026-W47", -30.0)])
    assert re.fullmatch(r"  2026-W46 {12}\|[█#]{20}  1 m 0 s", gained)
    assert re.fullmatch(r"  2026-W47  <[█#]{10}>\|.*<−30\.0 s>", lost)


def test_a_negative_total_is_a_cost(workspace: Workspace, proposed: Automation, now: datetime) -> None:
    go_live(workspace, proposed, at=now, baseline=a_baseline(now))
    store_runs(workspace, proposed, [now], exit_code=1)
    OptimizationEngine(workspace).run_cycle(now)
    for words in (["savings"], ["report"], ["status"], ["status", "--line"]):
        assert "cost up to 54.0 s" in run(workspace.paths.home, *words).stdout, words
    assert "saved       a loss so far: cost up to 54.0 s in 1 run\n" in run(workspace.paths.home, "status").stdout


def test_nothing_ran_yet_is_said(workspace: Workspace) -> None:
    assert "Nothing ran yet" in run(workspace.paths.home, "savings", "--audit").stdout
    assert json.loads(run(workspace.paths.home, "savings", "--json").stdout)["low_s"] is None


def test_editing_on_the_command_line_costs_its_time_and_showing_does_not(workspace: Workspace, proposed: Automation) -> None:
    home = workspace.paths.home
    assert run(home, "show", proposed.name).returncode == 0
    assert read_books(workspace, now=datetime.now(tz=UTC)).accounts == ()
    editor = Path(home, "editor")
    editor.write_text("#!/bin/sh\necho 'echo more' >> \"$1\"\n")
    editor.chmod(0o755)
    import os
    import subprocess
    import sys

    environment = {**os.environ, "HOME": str(home), "EDITOR": str(editor), "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    environment = {k: v for k, v in environment.items() if not k.startswith("XDG_") and k != "VISUAL"}
    subprocess.run([sys.executable, "-m", "vynexus_tui", "edit", proposed.name], check=True, env=environment, capture_output=True)
    (account,) = read_books(workspace, now=datetime.now(tz=UTC)).accounts
    assert [e.why for e in account.entries] == ["editing it"]
    assert account.saving.attention_s > 0
