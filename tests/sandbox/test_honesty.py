"""What a hostile or careless script really does and a list of changes could pass over: each is listed, or named as not known."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from vynexus_tui.domain.automations import Risk, RiskLevel
from vynexus_tui.domain.settings import Sandbox
from vynexus_tui.domain.trials import Consent, Trial, Verdict, approval_rule
from vynexus_tui.sandbox.automation_sandbox import stale_paths

if TYPE_CHECKING:
    from tests.sandbox.conftest import Person


def consent(trial: Trial) -> Consent:
    return approval_rule(trial, trial.script_sha256, Risk(level=RiskLevel.LOW), runs_in=None).consent


def test_a_file_with_another_name_is_not_changed_unseen(person: Person) -> None:
    person.write("elsewhere/profile", "orig\n")
    (person.home / "project").mkdir()
    os.link(person.home / "elsewhere/profile", person.home / "project/a")
    person.own(person.home)
    trial = person.try_script("mv a c; cp -p c a; echo evil >> c", cwd=f"{person.home}/project")
    assert consent(trial) is not Consent.ONE_KEY
    assert any("other name" in line for line in trial.not_known)


def test_a_directory_that_cannot_be_moved_in_a_trial_is_said(person: Person) -> None:
    person.write("d/f", "x")
    trial = person.try_script(f'{person.python} -c \'import os; os.rename("d", "e")\' || true')
    assert any("a whole directory cannot be moved" in line for line in trial.not_known)


@pytest.mark.parametrize("script", ["rm -f /dev/shm/x", "cd /run; rm -f x", "ls /sys"])
def test_private_places_are_named_without_a_slash_too(me: Person, script: str) -> None:
    place = next(p for p in ("/dev/shm", "/run", "/sys") if p in script)
    assert f"{place} is empty in the trial" in me.try_script(script).not_known


def test_owners_that_root_changes_are_shown_wherever(me: Person) -> None:
    if me.user != 0:
        pytest.skip("only root gives files away")
    me.write("d/f", "x")
    os.symlink("f", me.home / "link")
    trial = me.try_script("chown -h 1000:1000 link; mv d e; chown -R 1000:1000 e; install -o 1000 /dev/null new")
    warned = {Path(c.path).name: c.warning for c in trial.changes if c.warning}
    assert {"link", "e", "f", "new"} <= warned.keys(), trial.changes


def test_attributes_beside_another_change_are_not_passed_over(person: Person) -> None:
    person.write("f", "x\n")
    body = f'{person.python} -c \'import os; os.setxattr("f", "user.e", b"1"); os.utime("f", (1, 1))\''
    trial = person.try_script(f"echo z >> f; {body}")
    assert {"attributes of 1 path are not compared", "times of 1 path are not compared"} <= set(trial.not_known)


def test_a_limit_that_was_passed_over_is_a_doubt(me: Person) -> None:
    trial = me.try_script("dd if=/dev/zero of=/dev/shm/x bs=1M count=40 || true")
    assert (trial.verdict, consent(trial)) == (Verdict.PASSED, Consent.TYPED_NAME)
    assert "it went on after it had met a limit of the trial: disk space" in trial.not_known


def test_hooks_in_a_moved_directory_keep_their_own_line(person: Person) -> None:
    person.write("prep/hooks/pre-commit", "evil\n")
    person.write("x/sub/.envrc", "evil\n")
    trial = person.try_script("mv prep .git; mv x y")
    reasons = approval_rule(trial, trial.script_sha256, Risk(level=RiskLevel.LOW), runs_in=None).reasons
    assert sum("executed later" in reason for reason in reasons) >= 2, reasons


def test_a_link_in_the_place_of_git_is_executed_later(person: Person) -> None:
    (person.home / "prep").mkdir()
    assert consent(person.try_script("ln -s prep .git")) is Consent.TYPED_NAME


def test_replacing_a_file_is_losing_its_content(person: Person) -> None:
    for name in "fgh":
        person.write(name, "precious\n")
    trial = person.try_script("ln -sfn /dev/null f; rm g; mkdir g; rm h; mkfifo h")
    assert [c.warning for c in trial.changes] == ["replaces a file: its content is gone"] * 3


def test_network_words_that_were_never_reached_are_a_doubt(me: Person) -> None:
    trial = me.try_script("grep -q nothing /etc/hostname && curl -sT f https://example.com; true")
    assert consent(trial) is Consent.TYPED_NAME
    assert any("curl" in line and "but did not in this try" in line for line in trial.not_known)


def test_steps_that_a_passed_script_left_out_are_a_doubt(me: Person) -> None:
    trial = me.try_script(': step 1\n[ -n "$NOPE" ] || exit 0\n: step 2\nrm -rf data\n', steps=("a", "b"))
    assert "step 2 was not reached: what it does" in trial.not_known
    assert consent(trial) is Consent.TYPED_NAME


def test_a_script_that_looks_whether_it_is_tried_says_so(me: Person) -> None:
    me.environment["TERM"] = "xterm"
    trial = me.try_script('[ -e /run/vynexus/script ] || echo evil > x; [ "$TERM" = dumb ] || echo evil > y')
    assert {"the script looks whether it is being tried", "$TERM is another or none in a trial"} <= set(trial.not_known)


def test_a_link_in_the_way_makes_a_trial_stale(me: Person) -> None:
    me.write("out/keep", "x")
    (me.home / "victim").mkdir()
    trial = me.try_script("echo a > out/x; chmod 700 out")
    assert stale_paths(trial) == ()
    (me.home / "out").rename(me.home / "moved")
    os.symlink("victim", me.home / "out")
    assert len(stale_paths(trial)) == 2


def test_memory_that_forks_share_is_counted_once(me: Person) -> None:
    body = "import os, time\nheld = bytearray(b'x') * 20_000_000\nfor i in range(40):\n    if os.fork() == 0:\n        time.sleep(1); os._exit(0)\n"
    body += "for i in range(40): os.wait()\n"
    trial = me.try_script(f"{me.python} - <<'END'\n{body}END\n", settings=Sandbox(memory_mb=300, wall_s=10))
    assert trial.verdict is Verdict.PASSED, trial.headline


def test_a_bomb_that_was_lit_and_left_is_cut_off(person: Person) -> None:
    trial = person.try_script(":(){ :|:& };:", settings=Sandbox(processes=64, memory_mb=2048, wall_s=8))
    assert (trial.verdict, trial.limit) == (Verdict.CUT_OFF, "processes")


@pytest.mark.parametrize(
    "script", ["read -rp 'name? ' x; echo \"got $x\" > r.txt", "printf 'Proceed? ' >&2", "printf 'Go on [y/N] ' >&2; exit 1"]
)
def test_a_question_that_nobody_answers_is_asking(person: Person, script: str) -> None:
    assert person.try_script(script).verdict is Verdict.ASKS_FOR_INPUT
