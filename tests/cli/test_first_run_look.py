"""The first real run is looked at beside its try: it costs other runs nothing, and nothing it meets stops the script."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.shell.automations import automation
from vynexus_tui.cli import first_run_look
from vynexus_tui.domain.identifiers import text_sha256
from vynexus_tui.domain.run_comparison import ObservedRun, PredictedChange, Prediction
from vynexus_tui.domain.trials import ChangeKind
from vynexus_tui.shell.workflow_shortcuts import InstalledShortcut, WorkflowShortcuts
from vynexus_tui.sources.hook_spool import HookSpool
from vynexus_tui.store.json_bodies import to_json

ROOT = Path(__file__).resolve().parents[2]


class Desk:
    """A person, a folder they work in, and an approved script called `greet`."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.folder = home / "work"
        self.folder.mkdir(parents=True)
        self.environment = {"HOME": str(home), "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
        self.command = [sys.executable, "-m", "vynexus_tui", "run", "greet"]

    def approve(self, text: str, *changes: PredictedChange, **given: Any) -> InstalledShortcut:
        values: dict[str, Any] = {"script_sha256": text_sha256(text), "cwd": str(self.folder), "arguments": (), "changes": changes} | given
        shortcuts = WorkflowShortcuts(
            data_dir=self.home / ".local/share/vynexus", home=self.home, search_path="/usr/bin:/bin", python=sys.executable
        )
        return shortcuts.install(automation("greet", text, automation_id="a1"), prediction=to_json(Prediction(**values)).encode())

    def run(self, *arguments: str, cwd: Path | None = None) -> int:
        done = subprocess.run([*self.command, *arguments], env=self.environment, cwd=cwd or self.folder, check=False, timeout=60)
        return done.returncode

    def looks(self) -> tuple[ObservedRun, ...]:
        return HookSpool(self.home / ".local/state/vynexus/spool").read({}, {}, datetime.now(tz=UTC)).looks

    def found(self) -> set[tuple[str, str]]:
        """(kind, path below the folder) of the one look there is."""
        (look,) = self.looks()
        return {(c.kind.value, os.path.relpath(c.path, self.folder)) for c in look.changes}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "home")


def a_change(path: Path, kind: ChangeKind = ChangeKind.CREATE, **given: Any) -> PredictedChange:
    return PredictedChange(path=str(path), kind=kind, type=given.pop("type", "file"), **given)


def test_each_way_a_path_can_change_is_told_apart(desk: Desk) -> None:
    for name in ("kept", "grown", "gone", "locked", "again", "moved"):
        (desk.folder / name).write_text("12345678\n")
    (desk.folder / "sub").mkdir()
    (desk.folder / "link").symlink_to("kept")
    (desk.folder / "same").symlink_to("kept")
    text = (
        "mkdir new; echo x > new/file; echo more >> grown; rm gone; chmod 600 locked; echo 87654321 > again; mv moved renamed; "
        "ln -sfn grown link; ln -sfn kept same; touch sub; echo y > sub/y\n"
    )
    desk.approve(text)
    assert desk.run() == 0
    assert desk.found() == {
        ("created", "new"), ("created", "new/file"), ("modified", "grown"), ("deleted", "gone"), ("chmod", "locked"),
        ("rewritten", "again"), ("deleted", "moved"), ("created", "renamed"), ("modified", "link"), ("created", "sub/y"),
    }  # fmt: skip


def test_a_change_of_content_is_noticed_whatever_was_done_to_hide_it(desk: Desk) -> None:
    for name in ("back", "copied", "both"):
        (desk.folder / name).write_text("12345678\n")
    text = (
        "cp -p back ref; echo 87654321 > back; touch -r ref back; rm ref; "
        "cp -p copied new; chmod 600 new; mv new copied; echo more >> both; chmod 600 both\n"
    )
    desk.approve(text)
    assert desk.run() == 0
    assert desk.found() == {("rewritten", "back"), ("rewritten", "copied"), ("chmod", "copied"), ("modified", "both"), ("chmod", "both")}


def test_a_predicted_link_that_leads_nowhere_is_seen(desk: Desk) -> None:
    desk.approve("ln -s nowhere ../link\n", a_change(desk.home / "link", type="symlink"))
    assert desk.run() == 0
    assert desk.found() == {("created", "../link")}


def test_a_prediction_that_a_new_approval_wrote_meanwhile_stays(desk: Desk) -> None:
    installed = desk.approve("true\n")
    path = installed.predicted_path
    script = f"cp {path} {path}.new; mv {path}.new {path}\n"
    installed = desk.approve(script)
    assert desk.run() == 0
    assert len(desk.looks()) == 1
    assert installed.predicted_path.exists()


def test_a_predicted_path_outside_the_folder_is_looked_at_and_links_are_not_followed(desk: Desk) -> None:
    outside = desk.home / "elsewhere"
    outside.mkdir()
    (desk.folder / "shortcut").symlink_to(outside)
    desk.approve("echo x > ../elsewhere/told; echo x > ../elsewhere/untold\n", a_change(outside / "told"))
    assert desk.run() == 0
    assert desk.found() == {("created", "../elsewhere/told")}


def test_only_the_first_run_is_looked_at(desk: Desk) -> None:
    installed = desk.approve("echo x >> out\n", a_change(desk.folder / "out"))
    assert [desk.run(), desk.run()] == [0, 0]
    assert desk.found() == {("created", "out")}
    assert not installed.predicted_path.exists()


@pytest.mark.parametrize("other", ["folder", "arguments", "script"])
def test_a_run_that_is_not_like_the_try_leaves_the_comparison_for_one_that_is(desk: Desk, other: str) -> None:
    given: dict[str, Any] = {"script_sha256": "0" * 64} if other == "script" else {}
    installed = desk.approve("echo x >> out\n", arguments=("north",), **given)
    arguments = ["south"] if other == "arguments" else ["north"]
    assert desk.run(*arguments, cwd=desk.home if other == "folder" else None) == 0
    assert desk.looks() == ()
    assert installed.predicted_path.exists()


@pytest.mark.parametrize("typed", [(), ("north",), ("north", "patch")])
def test_an_argument_left_out_is_its_default(desk: Desk, typed: tuple[str, ...]) -> None:
    desk.approve("echo x > out\n", arguments=("north", "patch"), defaults=("north", "patch"))
    assert desk.run(*typed) == 0
    assert desk.found() == {("created", "out")}


def test_the_exit_status_is_the_scripts_and_a_failing_run_is_compared_too(desk: Desk) -> None:
    desk.approve("echo x > out; exit 7\n")
    assert desk.run() == 7
    assert desk.looks()[0].exit_code == 7
    assert desk.found() == {("created", "out")}


def test_asking_for_help_is_no_first_run(desk: Desk) -> None:
    installed = desk.approve("exit 0\n", arguments=("--help",))
    assert desk.run("--help") == 0
    assert installed.predicted_path.exists()


@pytest.mark.parametrize("content", [b"", b"[1]", b'"x"', b"{}", b"\xff", b'{"defaults":3}', b"[" * 100_000])
def test_a_prediction_that_is_damaged_stops_nothing(desk: Desk, content: bytes) -> None:
    installed = desk.approve("echo x > out\n")
    installed.predicted_path.write_bytes(content)
    assert desk.run() == 0
    assert (desk.folder / "out").exists()
    assert desk.looks() == ()


def test_a_spool_that_cannot_be_written_stops_nothing_and_later_runs_pay_nothing(desk: Desk) -> None:
    installed = desk.approve("echo x > out\n")
    state = desk.home / ".local/state"
    state.write_text("in the way")
    assert desk.run() == 0
    assert (desk.folder / "out").exists()
    assert not installed.predicted_path.exists()


def test_a_script_that_removes_its_folder_or_its_shortcut_stops_nothing(desk: Desk) -> None:
    desk.approve(
        f"rm -r {desk.folder} {desk.home}/.local/share/vynexus/automations/greet\n", a_change(desk.folder, ChangeKind.DELETE, type="dir")
    )
    assert desk.run() == 0
    assert desk.found() == {("deleted", ".")}


def test_places_that_a_try_hides_are_not_looked_at(desk: Desk) -> None:
    hidden = desk.folder / "secrets"
    hidden.mkdir()
    desk.approve("echo x > secrets/key; echo x > out\n", not_shown=(str(hidden),))
    assert desk.run() == 0
    assert desk.found() == {("created", "out")}


def test_what_stands_for_all_below_it_is_not_walked(desk: Desk) -> None:
    desk.approve("mkdir many; touch many/{1..300}\n", a_change(desk.folder / "many", type="dir", is_tree=True))
    assert desk.run() == 0
    assert desk.found() == {("created", "many")}


@pytest.mark.parametrize(("below", "beside", "reach"), [(0, 10, "all"), (25_000, 10, "top"), (0, 25_000, "paths")])
def test_a_folder_too_large_to_look_at_in_time_is_looked_at_in_part_and_that_is_said(
    desk: Desk, below: int, beside: int, reach: str
) -> None:
    (desk.folder / "deep").mkdir()
    for folder, count in ((desk.folder / "deep", below), (desk.folder, beside)):
        for number in range(count):
            os.close(os.open(folder / f"f{number}", os.O_CREAT | os.O_WRONLY))
    told = desk.folder / "deep/told"
    desk.approve("echo x > deep/told; echo x > deep/untold; echo x > top\n", a_change(told))
    assert desk.run() == 0
    (look,) = desk.looks()
    expected = {"all": {"told", "untold", "top"}, "top": {"told", "top"}, "paths": {"told"}}
    assert (look.reach, {Path(c.path).name for c in look.changes}) == (reach, expected[reach])


def test_a_run_that_makes_too_much_is_compared_in_part(desk: Desk) -> None:
    (desk.folder / "kept").write_text("x")
    desk.approve("mkdir deep; cd deep; seq 25000 | xargs touch; echo more >> ../kept\n")
    assert desk.run() == 0
    (look,) = desk.looks()
    assert look.reach == "top"
    assert desk.found() == {("created", "deep"), ("modified", "kept")}


def test_names_that_are_no_text_come_through(desk: Desk) -> None:
    desk.approve("touch $'caf\\xe9' $'two\\nlines'\n")
    assert desk.run() == 0
    assert {os.fsencode(name) for _, name in desk.found()} == {b"caf\xe9", b"two\nlines"}


def test_ctrl_c_before_the_script_starts_runs_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from vynexus_tui.cli.run_command import run_automation

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    installed = desk.approve("echo x > out\n")
    monkeypatch.setattr(first_run_look.FirstRunLook, "_look", interrupted)
    monkeypatch.setenv("HOME", str(desk.home))
    monkeypatch.chdir(desk.folder)
    assert run_automation(["greet"]) == 130
    assert not (desk.folder / "out").exists()
    assert installed.predicted_path.exists()


def test_ctrl_c_while_the_second_look_is_under_way_leaves_the_exit_status(desk: Desk) -> None:
    """Signals arrive for as long as it takes, whatever it is doing at that moment."""
    for number in range(15_000):
        os.close(os.open(desk.folder / f"f{number}", os.O_CREAT | os.O_WRONLY))
    desk.approve("trap '' INT TERM; echo started; echo x > done; exit 5\n")
    child = subprocess.Popen(desk.command, env=desk.environment, cwd=desk.folder, stdout=subprocess.PIPE, start_new_session=True)
    assert child.stdout is not None
    assert child.stdout.readline() == b"started\n"
    while child.poll() is None:
        os.killpg(child.pid, signal.SIGINT)
        os.killpg(child.pid, signal.SIGTERM)
        time.sleep(0.002)
    child.stdout.close()
    assert child.returncode == 5


def test_a_run_without_a_prediction_loads_nothing_of_it(desk: Desk) -> None:
    installed = desk.approve("true\n")
    installed.predicted_path.unlink()
    program = (
        "import sys; from vynexus_tui.cli.run_command import run_automation; run_automation(['greet']);"
        "import json; print(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env=desk.environment, cwd=desk.folder, capture_output=True, text=True, check=True
    )
    loaded = json.loads(done.stdout)
    assert "vynexus_tui.cli.first_run_look" not in loaded
    assert "typing" not in loaded
