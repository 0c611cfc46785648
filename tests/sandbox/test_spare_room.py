"""On kernels before 6.6 what a trial changes is kept on disk: the same answers, the same limits, and nothing left there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.conftest import NOW, ROOT_OF_CHECKOUT, TIGHT
from vynexus_tui.domain.settings import Sandbox
from vynexus_tui.domain.trials import SandboxCapability, SandboxLevel, Trial, Verdict
from vynexus_tui.sandbox.automation_sandbox import AutomationSandbox
from vynexus_tui.sandbox.capability import _try_means
from vynexus_tui.sandbox.spare_room import place, spare_room
from vynexus_tui.sandbox.supervisor import Means
from vynexus_tui.sandbox.walking import remove_tree

if TYPE_CHECKING:
    from tests.sandbox.conftest import Person

ON_DISK = SandboxCapability(level=SandboxLevel.FULL, is_on_disk=True)


class SandboxOnDisk(AutomationSandbox):
    """As on a machine whose memory file system has no attributes."""

    def capability(self) -> SandboxCapability:
        return ON_DISK


@pytest.fixture
def needs_disk(me: Person) -> None:
    capability, _ = _try_means(me.environment, None, Means(on_disk=True))
    if capability.level is not SandboxLevel.FULL:
        pytest.skip(f"/var/tmp cannot hold layers here: {capability.failed_stage}")


def try_on_disk(me: Person, script: str, *, settings: Sandbox = TIGHT, **given: Any) -> Trial:
    sandbox = SandboxOnDisk(settings, home=str(me.home), cache_dir=None)
    trial = sandbox.run_trial(script, cwd=str(me.home), environment=me.environment, now=NOW, **given)
    assert not os.path.exists(place()), "nothing is left"
    return trial


@pytest.mark.usefixtures("needs_disk")
def test_the_answer_is_the_same_as_in_memory(me: Person) -> None:
    for name in ("modified", "gone", "tree/sub/old", "again/old", "moved"):
        me.write(name, f"{name}\n")
    script = (
        ": step 1\necho x >> modified; rm gone; rm -r tree\n: step 2\nrm -r again; mkdir again; echo y > again/new\n: step 3\n"
        "mv moved went; mkdir closed; echo z > closed/in; chmod 000 closed; mkfifo pipe; ln -s away link\n"
    )
    in_memory = me.try_script(script, steps=("1", "2", "3"))
    on_disk = try_on_disk(me, script, steps=("1", "2", "3"))
    assert on_disk.changes == in_memory.changes
    assert (on_disk.verdict, on_disk.not_known) == (in_memory.verdict, in_memory.not_known)


@pytest.mark.usefixtures("needs_disk")
def test_the_script_sees_nothing_of_it(me: Person) -> None:
    trial = try_on_disk(me, f"ls {place()}; echo x > made")
    assert trial.stdout == ""
    assert [c.path for c in trial.changes] == [f"{me.home}/made"]


@pytest.mark.usefixtures("needs_disk")
@pytest.mark.parametrize(
    "script",
    ["dd if=/dev/zero of=fill bs=1M count=40; dd if=/dev/zero of=fill2 bs=1M count=40; sleep 9", "seq 9000 | xargs touch; sleep 9"],
    ids=["bytes", "files"],
)
def test_greed_is_cut_off_on_disk_too(me: Person, script: str) -> None:
    trial = try_on_disk(me, script, settings=replace(TIGHT, cpu_s=5))
    assert (trial.verdict, trial.limit) == (Verdict.CUT_OFF, "disk space")


def test_what_a_killed_process_left_goes_with_the_next_trial() -> None:
    hold = "import sys, time; sys.path.insert(0, sys.argv[1]); from vynexus_tui.sandbox.spare_room import spare_room\n"
    hold += "with spare_room() as folder: print(folder, flush=True); time.sleep(60)\n"
    killed = subprocess.Popen([sys.executable, "-c", hold, ROOT_OF_CHECKOUT], stdout=subprocess.PIPE, text=True)
    assert killed.stdout is not None
    left = Path(killed.stdout.readline().strip())
    with spare_room() as mine:
        assert left.is_dir(), "its owner lives"
        (left / "closed").mkdir()
        (left / "closed/file").write_text("x")
        (left / "closed").chmod(0)
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        assert Path(mine).is_dir()
    killed.stdout.close()
    with spare_room():
        assert not left.exists()
    assert not os.path.exists(place())


def test_a_directory_somebody_else_prepared_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepared = tmp_path / "prepared"
    (tmp_path / "elsewhere").mkdir()
    prepared.symlink_to(tmp_path / "elsewhere")
    monkeypatch.setattr("vynexus_tui.sandbox.spare_room.place", lambda: str(prepared))
    with pytest.raises(OSError, match="not a directory of yours alone"), spare_room():
        pass
    prepared.unlink()
    prepared.mkdir(mode=0o777)
    prepared.chmod(0o777)
    with pytest.raises(OSError, match="not a directory of yours alone"), spare_room():
        pass


def test_removing_a_tree_follows_no_link(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept/file").write_text("x")
    (tmp_path / "tree/sub").mkdir(parents=True)
    (tmp_path / "tree/sub/link").symlink_to(tmp_path / "kept")
    (tmp_path / "tree/sub").chmod(0)
    remove_tree(str(tmp_path / "tree"))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["kept"]
    assert (tmp_path / "kept/file").read_text() == "x"


def test_no_depth_is_too_deep_to_be_removed(tmp_path: Path) -> None:
    here = os.open(tmp_path, os.O_RDONLY)
    home = here
    for _ in range(1500):
        os.mkdir("a", dir_fd=here)
        inner = os.open("a", os.O_RDONLY, dir_fd=here)
        if here != home:
            os.close(here)
        here = inner
    os.close(os.open("file", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)
    os.close(home)
    remove_tree(str(tmp_path / "a"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("needs_disk")
def test_a_tree_too_deep_does_not_stop_the_next_trial(me: Person) -> None:
    deep = "import os\nfor _ in range(1300):\n    os.mkdir('a'); os.chdir('a')\n"
    try_on_disk(me, f"{me.python} - <<'END'\n{deep}END\n")
    assert try_on_disk(me, "true").verdict is Verdict.PASSED
