"""`vynexus run --scheduled`: nobody looks on, so what it said is kept without secrets, and no run overlaps the next."""

import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.shell.automations import automation
from vynexus_tui.engine.assembly import open_workspace
from vynexus_tui.engine.forgetting import redact_past
from vynexus_tui.engine.recording import import_history
from vynexus_tui.engine.scheduled_starts import LastStart, read_last_start
from vynexus_tui.shell.workflow_shortcuts import WorkflowShortcuts
from vynexus_tui.sources.hook_spool import HookSpool

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home/there").mkdir(parents=True)
    return tmp_path / "home"


def environment(home: Path) -> dict[str, str]:
    return {"HOME": str(home), "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}


def install(home: Path, text: str, *, cwd: str | None = None) -> WorkflowShortcuts:
    shortcuts = WorkflowShortcuts(data_dir=home / ".local/share/vynexus", home=home, search_path="/usr/bin:/bin", python=sys.executable)
    shortcuts.install(automation("greet", text=text, runs_in=cwd))
    return shortcuts


def start(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-P", "-m", "vynexus_tui", "run", "--scheduled", *arguments]
    return subprocess.run(words, capture_output=True, text=True, env=environment(home), check=False, cwd=home, input="typed\n", timeout=60)


def last(home: Path) -> LastStart:
    found = read_last_start(open_workspace(environment(home)), "greet")
    assert found is not None
    return found


def runs(home: Path) -> list[tuple[int, bool, str | None]]:
    found = HookSpool(home / ".local/state/vynexus/spool").read({}, {}, datetime.now(tz=UTC)).runs
    return [(run.exit_code, run.is_scheduled, run.cwd) for run in found]


def test_it_runs_in_its_folder_without_input_and_keeps_what_was_said(home: Path) -> None:
    install(home, 'cat; echo "$PWD <$1>"; echo loud >&2; exit 4\n')
    done = start(home, "--in", str(home / "there"), "greet", "a b")
    assert (done.returncode, done.stdout, done.stderr) == (4, "", "")
    assert (last(home).exit_code, last(home).output) == (4, f"{home}/there <a b>\nloud\n")
    assert runs(home) == [(4, True, str(home / "there"))]
    assert (home / ".local/state/vynexus/scheduled/greet.log").stat().st_mode & 0o777 == 0o600


def test_a_timer_starts_no_other_script_than_the_one_that_was_scheduled(home: Path) -> None:
    """Invariant 1: what was approved under that name later was not scheduled."""
    install(home, "echo first\n")
    bound = ("--in", str(home), "--sha256", automation("greet", text="echo first\n").script.sha256, "greet")
    assert start(home, *bound).returncode == 0
    assert last(home).output == "first\n"
    install(home, "touch second\n")
    assert start(home, *bound).returncode == 126
    assert "approved anew since it was scheduled, so it was not run" in last(home).output
    assert not (home / "second").exists()
    assert len(runs(home)) == 1


def test_secrets_do_not_stay_in_what_is_kept(home: Path) -> None:
    """Invariant 4."""
    install(home, "echo password=hunter2hunter2; echo AKIAIOSFODNN7EXAMPLE\n")
    start(home, "greet")
    assert "hunter2" not in last(home).output
    assert "AKIA" not in last(home).output


def test_a_secret_that_is_redacted_later_goes_there_too(home: Path) -> None:
    install(home, "echo the plan is heliotrope\n")
    start(home, "greet")
    workspace = open_workspace(environment(home))
    now = datetime.now(tz=UTC)
    import_history(workspace, None, b"ls\n", source_format="bash", now=now)
    redact_past(workspace, "heliotrope", dry_run=False, now=now)
    assert "heliotrope" not in last(home).output


def test_only_the_end_of_much_output_is_kept_and_whole_lines(home: Path) -> None:
    install(home, "seq 1 400000\n")
    start(home, "greet")
    lines = last(home).output.splitlines()
    assert lines[-1] == "400000"
    assert 1000 < len(lines) < 4000
    assert lines == [str(number) for number in range(int(lines[0]), 400001)]


def test_what_it_leaves_running_does_not_keep_it(home: Path) -> None:
    install(home, "sleep 30 & echo started\n")
    begun = time.monotonic()
    assert start(home, "greet").returncode == 0
    assert time.monotonic() - begun < 20
    assert last(home).output == "started\n"


def test_a_run_under_way_is_not_started_a_second_time(home: Path) -> None:
    install(home, f"echo here > {home}/begun; read -r _ < {home}/gate\n")
    os.mkfifo(home / "gate")
    first = subprocess.Popen(
        [sys.executable, "-m", "vynexus_tui", "run", "--scheduled", "greet"], env=environment(home), stdin=subprocess.DEVNULL
    )
    until = time.monotonic() + 30
    while not (home / "begun").exists() and time.monotonic() < until:
        time.sleep(0.02)
    second = start(home, "greet")
    assert second.returncode == 75
    assert "still running" in second.stderr
    (home / "gate").write_text("go\n")
    assert first.wait(timeout=30) == 0
    assert [exit_code for exit_code, *_ in runs(home)] == [0]
    assert start(home, "nothing").returncode == 127


@pytest.mark.parametrize("why", ["paused", "changed", "folder", "unknown"])
def test_a_start_that_was_refused_leaves_its_reason(home: Path, why: str) -> None:
    shortcuts = install(home, "echo ran\n")
    folder = home / "there"
    match why:
        case "paused":
            shortcuts.pause("greet")
        case "changed":
            (home / ".local/share/vynexus/automations/greet/greet").write_text("echo other\n")
        case "folder":
            folder.rmdir()
        case "unknown":
            shortcuts.remove("greet")
    assert start(home, "--in", str(folder), "greet").returncode in (126, 127)
    words = {"paused": "is paused", "changed": "not the script you approved", "folder": "No such file", "unknown": "no approved automation"}
    assert words[why] in last(home).output
    assert runs(home) == []


def test_a_run_counts_although_its_words_cannot_be_kept(home: Path) -> None:
    install(home, "exit 5\n")
    (home / ".local/state/vynexus").mkdir(parents=True)
    (home / ".local/state/vynexus/scheduled").write_text("in the way")
    done = start(home, "greet")
    assert done.returncode == 5
    assert "cannot be made" in done.stderr
    assert [exit_code for exit_code, *_ in runs(home)] == [5]


def test_a_mistake_in_the_settings_does_not_keep_it_from_running(home: Path) -> None:
    (home / ".config/vynexus").mkdir(parents=True)
    (home / ".config/vynexus/optimization_config.yaml").write_text("nonsense: [\n")
    install(home, f"echo said; touch {home}/ran\n")
    assert start(home, "greet").returncode == 0
    assert (home / "ran").exists()
    found = read_last_start(open_workspace(environment(home), needs_settings=False), "greet")
    assert found is not None
    assert "was not kept" in found.output


@pytest.mark.parametrize("arguments", [[], ["--in"], ["--in", "/tmp"], ["../greet"], ["-x"]])
def test_a_wrong_call_says_how(home: Path, arguments: list[str]) -> None:
    done = start(home, *arguments)
    assert done.returncode == 2
    assert done.stderr.startswith("usage: vynexus run --scheduled")
