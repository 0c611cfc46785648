"""A failure to isolate never runs the script (invariant 9), and nothing of a trial outlives it. Every failure here is a real one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from vynexus_tui.domain.settings import Sandbox
from vynexus_tui.domain.trials import SandboxCapability, SandboxLevel, Trial, Verdict
from vynexus_tui.sandbox.automation_sandbox import AutomationSandbox
from vynexus_tui.sandbox.masks import Masks
from vynexus_tui.sandbox.overlays import TrialRoot
from vynexus_tui.sandbox.supervisor import Means, observe_trial
from vynexus_tui.sandbox.trial_request import build_request

if TYPE_CHECKING:
    from tests.sandbox.conftest import Person

BETRAYAL = "touch ran-for-real; echo RAN"
WITHOUT_USER_NAMESPACES = ("unshare", "-Ur", "bash", "-c", 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"', "bash")
MASKED_PROC = ("unshare", "-m", "bash", "-c", 'mount -t tmpfs -o ro t /proc/irq && exec "$@"', "bash")


def assert_only_read(trial: Trial, person: Person, stage: str) -> None:
    assert (trial.level, trial.verdict) == (SandboxLevel.STATIC, Verdict.NOT_TRIED)
    assert stage in (trial.reason or ""), trial.reason
    assert trial.stdout == ""
    assert "nothing was executed: what it changes is not known" in trial.not_known
    assert not (person.home / "ran-for-real").exists()


@pytest.mark.parametrize("is_cached", [True, False], ids=["after a good self-test", "from the start"])
def test_without_user_namespaces_nothing_is_executed(person: Person, is_cached: bool) -> None:
    if is_cached:
        assert person.try_script("echo RAN").stdout == "RAN\n"
    trial = person.try_script(BETRAYAL, wrapper=WITHOUT_USER_NAMESPACES, is_cached=is_cached)
    assert_only_read(trial, person, "user namespace: ")


def test_behind_a_masked_proc_nothing_is_executed(me: Person) -> None:
    if me.user != 0:
        pytest.skip("only root can mask /proc")
    trial = me.try_script(BETRAYAL, wrapper=MASKED_PROC, is_cached=False)
    assert_only_read(trial, me, "proc: ")
    capability = me.ask(None, wrapper=MASKED_PROC)
    assert isinstance(capability, SandboxCapability)
    assert "systempaths=unconfined" in (capability.repair or "")


def test_the_repair_of_switched_off_namespaces_is_named(person: Person) -> None:
    capability = person.ask(None, wrapper=WITHOUT_USER_NAMESPACES)
    assert isinstance(capability, SandboxCapability)
    assert capability.level is SandboxLevel.STATIC
    assert capability.repair == "user namespaces are off: sudo sysctl user.max_user_namespaces=15000"


def test_a_working_directory_that_cannot_be_copied_on_write_is_refused(me: Person) -> None:
    with_shm = f"/dev/shm/vx-test-{os.getpid()}"
    os.mkdir(with_shm)
    try:
        trial = me.try_script(BETRAYAL, cwd=with_shm)
        assert_only_read(trial, me, "cannot be made copy-on-write")
        assert os.listdir(with_shm) == []
    finally:
        os.rmdir(with_shm)


def test_overlays_too_deep_for_one_more_are_refused(me: Person) -> None:
    if me.user != 0:
        pytest.skip("only root can stack overlays")
    deep = (
        'cd "$HOME" && mkdir s && mount -t tmpfs t s && cd s && mkdir u1 w1 u2 w2 low m1 m2 &&'
        " mount -t overlay o -o lowerdir=low,upperdir=u1,workdir=w1 m1 && mkdir -p u2 &&"
        ' mount -t overlay o -o lowerdir=m1,upperdir=u2,workdir=w2 m2 && exec "$@"'
    )
    trial = me.try_script(BETRAYAL, wrapper=("unshare", "-m", "bash", "-c", deep, "bash"), cwd=f"{me.home}/s/m2")
    assert trial.level is SandboxLevel.STATIC
    assert "m2" in (trial.reason or "")


def test_a_directory_that_is_gone_is_said(me: Person) -> None:
    trial = me.try_script(BETRAYAL, cwd=f"{me.home}/gone")
    assert_only_read(trial, me, f"{me.home}/gone does not exist")


def test_a_full_capability_is_remembered_and_a_failure_is_not(person: Person, tmp_path: Path) -> None:
    cache = person.home / "cache"
    cache.mkdir(mode=0o700)
    os.chown(cache, person.user, -1)
    refused = person.ask(None, wrapper=WITHOUT_USER_NAMESPACES, cache=str(cache))
    assert isinstance(refused, SandboxCapability)
    assert (refused.level, list(cache.iterdir())) == (SandboxLevel.STATIC, [])
    found = person.ask(None, cache=str(cache))
    assert isinstance(found, SandboxCapability)
    assert found.level is SandboxLevel.FULL
    assert any("watchdog" in note for note in found.notes)
    (remembered,) = cache.iterdir()
    assert "boot" not in remembered.read_text()
    remembered.write_text(remembered.read_text() + "another launcher")
    assert person.ask(None, cache=str(cache)) == found, "what does not fit is tested anew"


def processes_with(marker: str) -> list[int]:
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                if marker.encode() in Path("/proc", name, "cmdline").read_bytes():
                    found.append(int(name))
            except OSError:
                continue
    return found


def wait_until(condition: Any, seconds: float = 10.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False


def test_killing_vynexus_kills_the_trial(me: Person) -> None:
    marker = f"7{os.getpid()}"
    request = me.request(
        f"echo started; sleep {marker}", given={"cwd": str(me.home), "environment": me.environment, "now": None}, echo=True
    )
    with subprocess.Popen(
        [sys.executable, me.driver, me.checkout],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=me.environment,
    ) as vynexus:
        assert vynexus.stdin is not None
        assert vynexus.stderr is not None
        vynexus.stdin.write(request)
        vynexus.stdin.close()
        assert vynexus.stderr.readline() == b"started\n"
        assert wait_until(lambda: processes_with(marker) != [])
        vynexus.kill()
        assert wait_until(lambda: processes_with(marker) == [])
        assert wait_until(lambda: processes_with("vynexus_tui.sandbox.launcher") == [])


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def launchers() -> list[int]:
    return [pid for task in os.listdir("/proc/self/task") for pid in map(int, Path(f"/proc/self/task/{task}/children").read_text().split())]


def test_the_deadline_depends_on_nobody(me: Person) -> None:
    """The prototype waited for ever for the end of a pipe that a stuck helper kept open."""
    before = set(launchers())
    settings = Sandbox(wall_s=1.0)
    request = build_request("echo started; sleep 30", settings=settings, home=str(me.home), cwd=str(me.home), environment=me.environment)

    def stop_the_launcher(_: str) -> None:
        for pid in set(launchers()) - before:
            os.kill(pid, signal.SIGSTOP)

    started = time.monotonic()
    seen = observe_trial(request, means=Means(), output_bytes=1000, on_output=stop_the_launcher, patience_s=1.0)
    assert time.monotonic() - started < 5
    assert (seen.stopped_by, seen.stdout, seen.report) == ("deadline", "started\n", {"started": True})
    assert set(launchers()) <= before


def test_a_launcher_that_dies_is_not_taken_for_a_trial_that_never_was(me: Person) -> None:
    before = set(launchers())

    def kill_the_launcher(_: str) -> None:
        for pid in set(launchers()) - before:
            os.kill(pid, signal.SIGKILL)

    trial = me.try_script("echo started; sleep 30", on_output=kill_the_launcher)
    assert (trial.level, trial.verdict, trial.limit) == (SandboxLevel.FULL, Verdict.CUT_OFF, "its launcher ended early")
    assert "there is no list of changes" in trial.not_known


def test_a_person_can_stop_a_trial_and_sees_what_it_did(me: Person) -> None:
    said: list[str] = []
    trial = me.try_script("echo made > made; echo here; sleep 30", on_output=said.append, should_stop=lambda: said != [])
    assert (trial.verdict, trial.limit) == (Verdict.CUT_OFF, "stopped")
    assert [Path(c.path).name for c in trial.changes] == ["made"]
    assert "".join(said) == trial.stdout == "here\n"


def test_an_exception_of_the_caller_ends_the_trial(me: Person) -> None:
    marker = f"8{os.getpid()}"

    def fail(_: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        me.try_script(f"echo x; sleep {marker}", on_output=fail)
    assert wait_until(lambda: processes_with(marker) == [])


def test_no_trial_leaves_a_mount_or_a_file_behind(person: Person) -> None:
    def traces() -> tuple[str, list[str]]:
        return Path("/proc/self/mountinfo").read_text(), sorted(n for n in os.listdir("/var/tmp"))

    before = traces()
    person.try_script("mkdir x; echo y > x/y")
    assert traces() == before


def test_a_trial_a_person_waits_for_runs_at_normal_priority(person: Person) -> None:
    assert person.try_script("nice; cut -d' ' -f41 /proc/self/stat").stdout == f"{os.nice(0)}\n0\n"


def test_the_person_is_who_they_are_outside(person: Person) -> None:
    trial = person.try_script('id -u; stat -c %u "$HOME" /usr/bin/env; pwd; echo "$HOME"; umask')
    outside = subprocess.run(["bash", "-c", "umask"], capture_output=True, text=True, check=True).stdout
    usr = "0" if person.user == 0 else "65534"
    assert trial.stdout == f"{person.user}\n{person.user}\n{usr}\n{person.home}\n{person.home}\n{outside}"


def test_a_pipeline_ends_as_it_does_outside(person: Person) -> None:
    """Python ignores SIGPIPE, and an ignored signal stays ignored in all children."""
    assert person.try_script("yes | head -1; echo ${PIPESTATUS[0]}").stdout == "y\n141\n"


def test_arguments_arrive_whole(person: Person) -> None:
    arguments = ("two words", "", "$(touch x)", "ü\udcff", "-n")
    assert person.try_script('printf "%s|" "$@"', arguments=arguments).stdout == "|".join(arguments) + "|"


def test_only_harmless_variables_are_passed_on(me: Person) -> None:
    me.environment |= {"AWS_SECRET_ACCESS_KEY": "x", "LC_TIME": "C", "BASH_ENV": "/etc/x", "LD_PRELOAD": "/x.so", "PROJECT": "p"}
    trial = me.try_script('env; echo "$PROJECT"')
    names = {line.partition("=")[0] for line in trial.stdout.splitlines()}
    assert names & {"AWS_SECRET_ACCESS_KEY", "BASH_ENV", "LD_PRELOAD", "PROJECT"} == set()
    assert names >= {"PATH", "HOME", "LC_TIME"}
    assert "$PROJECT is another or none in a trial" in trial.not_known


def test_our_own_state_is_masked(me: Person) -> None:
    me.write(".local/state/vynexus/spool", "CANARY")
    sandbox = AutomationSandbox(Sandbox(), home=str(me.home), masked_paths=(f"{me.home}/.local/state/vynexus",), cache_dir=None)
    trial = sandbox.run_trial(
        "cat ~/.local/state/vynexus/spool; echo x > ~/.local/state/vynexus/new", cwd=str(me.home), environment=me.environment, now=me.now
    )
    assert trial.stdout == ""
    assert [(c.path, c.diff) for c in trial.changes] == [(f"{me.home}/.local/state/vynexus/new", None)]
    assert trial.not_known == (f"{me.home}/.local/state/vynexus is hidden from trials, and the script changes it",)
    quiet = sandbox.run_trial("ls ~/* > /dev/null; echo x > new", cwd=str(me.home), environment=me.environment, now=me.now)
    assert quiet.not_known == (), "a script that has nothing to do with it is not burdened by it"


def test_a_trial_inside_a_secret_is_refused(person: Person) -> None:
    person.write(".ssh/id", "CANARY")
    assert_only_read(person.try_script(BETRAYAL, cwd=f"{person.home}/.ssh"), person, "masks: ")


def test_a_file_that_vanishes_while_the_tree_is_built_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there/gone").write_text("x")
    root = TrialRoot(writable_trees=(), masks=Masks((), owner=os.geteuid()), owner=os.geteuid())
    with os.scandir(tmp_path / "there") as entries:
        (entry,) = entries
        entry.stat(follow_symlinks=False)
        os.unlink(entry.path)
        assert root._copy_to_skeleton(entry, str(tmp_path / "copy"))
    assert not (tmp_path / "copy").exists()
