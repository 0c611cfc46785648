"""Hostile scripts. After each the host is as it was, to the ctime of its files; and what looks for a way out is known to find one outside."""

from __future__ import annotations

import contextlib
import os
import pwd
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.sandbox.attacks import ATTACKS, IN_EVERY_RUN
from tests.sandbox.attacks.attack import TIGHT, Attack, bash, python
from tests.sandbox.attacks.scene import Scene, a_scene, may_be_of_others
from vynexus_tui.domain.settings import Sandbox
from vynexus_tui.domain.trials import SandboxLevel, Trial, Verdict
from vynexus_tui.sandbox.trial_request import build_request

if TYPE_CHECKING:
    from tests.sandbox.conftest import Person

_WANTS_EVERY_ATTACK = bool(os.environ.get("VYNEXUS_EXHAUSTIVE"))
_LEFT_OUT = "left out of ordinary runs; VYNEXUS_EXHAUSTIVE=1 pytest tests/sandbox/test_attacks.py runs every attack"


def _cases(attacks: tuple[Attack, ...]) -> list[object]:
    left_out = pytest.mark.skipif(not _WANTS_EVERY_ATTACK, reason=_LEFT_OUT)
    return [pytest.param(a, id=a.name, marks=() if a.name in IN_EVERY_RUN else left_out) for a in attacks]


def contained(person: Person, attack: Attack) -> tuple[Trial, Scene]:
    """The trial of an attack of which nothing is found outside.

    Some places belong to everybody, also to the tests that run beside this one: what was found only there must be found
    again in each of four tries of the same script before it counts. An escape is.
    """
    for _ in range(4):
        trial, scene, findings = _tried(person, attack)
        if not findings or not may_be_of_others(findings):
            break
    assert trial.level is SandboxLevel.FULL, trial.reason
    assert findings == []
    return trial, scene


def _tried(person: Person, attack: Attack) -> tuple[Trial, Scene, list[str]]:
    with a_scene(person) as scene:
        trial = person.try_script(scene.fill(attack.script), settings=attack.settings)
        return trial, scene, scene.findings("\n".join((trial.stdout, trial.stderr, repr(trial.changes), repr(trial.not_known))))


@pytest.mark.parametrize("attack", _cases(ATTACKS))
def test_a_hostile_script_is_contained(person: Person, attack: Attack) -> None:
    trial, scene = contained(person, attack)
    told = (trial.headline, trial.stdout[-2000:], trial.stderr[-2000:])
    assert attack.limit in (trial.limit, "any"), told
    if attack.ends is not None:
        assert trial.stdout.endswith(f"{attack.ends}\n"), told
    if attack.exit_code is not None:
        assert trial.exit_code == attack.exit_code, told
    listed = {f"{change.kind} {change.path}" for change in trial.changes}
    assert {scene.fill(line) for line in attack.lists} <= listed, told


@pytest.mark.parametrize("attack", _cases(tuple(a for a in ATTACKS if a.outside is not None)))
def test_the_same_script_is_found_out_where_nothing_contains_it(ordinary_person: Person, attack: Attack) -> None:
    person = ordinary_person
    script = person.write("script")
    with a_scene(person) as scene, open(os.devnull) as nothing, open(person.home.with_suffix(".out"), "w+b") as output:
        os.unlink(output.name)
        script.write_text(scene.fill(attack.script))
        scene.look_again()
        subprocess.run(
            ["bash", str(script)], env=person.environment, cwd=person.home, stdin=nothing, stdout=output, stderr=output, timeout=20,
            check=False, **person.identity,
        )  # fmt: skip
        output.seek(0)
        said, findings, deadline = output.read().decode(errors="replace"), list[str](), time.monotonic() + 5
        while not any(scene.fill(attack.outside or "") in finding for finding in findings):
            assert time.monotonic() < deadline, findings
            findings += scene.findings(said)  # a process between fork and exec has no name yet


def test_there_are_more_attacks_than_the_forty_that_were_asked_for() -> None:
    assert len(ATTACKS) >= 40
    assert {a.name for a in ATTACKS} >= IN_EVERY_RUN
    assert len({a.outside.split("@")[0] for a in ATTACKS if a.outside}) >= 10, "kinds of findings that are proved to be possible"


def test_what_is_not_hostile_still_works_in_there(person: Person) -> None:
    trial, _ = contained(
        person, bash("", "head -c 5 /dev/urandom | wc -c; echo x > /dev/null && echo null; cat <(echo substitution); cat; cat /dev/stdin")
    )
    assert trial.stdout.split() == ["5", "null", "substitution", "tried"]


def test_many_programs_one_after_the_other_are_no_fork_bomb(person: Person) -> None:
    trial = person.try_script("for i in {1..700}; do /bin/true; done; echo $?", settings=Sandbox(processes=64))
    assert (trial.verdict, trial.stdout) == (Verdict.PASSED, "0\n")


def test_a_hidden_secret_that_is_asked_for_is_named(person: Person) -> None:
    trial, _ = contained(person, bash("", "cat ~/.ssh/id_ed25519 2>/dev/null"))
    assert [note for note in trial.not_known if ".ssh" in note] == [f"{person.home}/.ssh is hidden from trials"]


def test_a_setuid_copy_is_flagged(person: Person) -> None:
    trial, _ = contained(person, bash("", "cp /bin/bash sb; chmod 4755 sb"))
    assert [c.warning for c in trial.changes] == ["setuid"]


def test_writing_through_links_names_the_real_target(person: Person) -> None:
    script = "ln -s /var/tmp/out o; echo leak > o; ln doc/a.txt hard; echo more >> hard; ln -s doc d; echo x > d/new"
    trial, _ = contained(person, bash("", script))
    assert {c.path for c in trial.changes} >= {"/var/tmp/out", f"{person.home}/doc/new", f"{person.home}/doc/a.txt"}


def test_what_the_sticky_bit_protects_is_not_promised_to_go(person: Person) -> None:
    trial, scene = contained(person, bash("", "rm -f @THEIRS@; true"))
    (change,) = trial.changes
    assert (change.kind, change.path) == ("delete", scene.fill("@THEIRS@"))
    assert change.warning == ("belongs to another user: the real run cannot do this" if person.user else None)


def test_daemons_are_counted(person: Person) -> None:
    trial, _ = contained(
        person, bash("", "(setsid nohup sleep 77 > /dev/null 2>&1 &); (setsid sleep 77 &); (setsid sh -c 'sleep 77; :' &)")
    )
    assert (trial.verdict, trial.leftover_processes, trial.stdout) == (Verdict.PASSED, 4, "tried\n")


def test_deleting_everything_is_listed_as_what_the_person_may_delete(person: Person) -> None:
    trial, _ = contained(person, bash("", 'rm -rf "$HOME"/* /etc 2>/dev/null; ls "$HOME"'))
    deleted = {c.path: c for c in trial.changes}
    assert deleted[f"{person.home}/doc"].contained_count == 6
    assert trial.stdout == "tried\n"
    if person.user:
        assert not any(path.startswith("/etc") for path in deleted), "what the person may not delete is not listed as deleted"
    else:
        assert "/etc/passwd" in deleted


def test_hostile_names_are_reported_byte_for_byte(person: Person) -> None:
    names = ["new\nline", "esc\x1b[31mred", "bad\udcff\udcfe", "-rf", " lead", "tab\t", "bidi\u202eb", "colon:comma,back\\slash", "x" * 255]
    quoted = " ".join("./$'" + n.replace("\\", "\\\\").replace("\udcff\udcfe", "\\xff\\xfe").replace("\n", "\\n") + "'" for n in names)
    trial, _ = contained(person, bash("", f"touch {quoted}"))
    assert {c.path for c in trial.changes} == {f"{person.home}/{n}" for n in names}


@pytest.mark.parametrize("name", ["forged marks on a real directory", "forged marks on real files", "whiteouts of its own"])
def test_forged_marks_of_the_overlay_delete_nothing_in_the_list(person: Person, name: str) -> None:
    (attack,) = (a for a in ATTACKS if a.name == name)
    trial, _ = contained(person, attack)
    assert [c for c in trial.changes if c.kind != "create"] == []


def test_a_thousand_directories_that_look_alike_are_compared_in_time(me: Person) -> None:
    for number in range(1000):
        me.write(f"many/d{number:04}/f", f"{number:04}")
    body = """
import shutil
for number in range(1000):
    os.mkdir(f"many/x{number:04}")
    open(f"many/x{number:04}/f", "w").write("zzzz")
    shutil.rmtree(f"many/d{number:04}")
"""
    trial = me.try_script(python("", body).script.replace("@PYTHON@", os.path.realpath(me.python)), settings=Sandbox())
    assert (trial.verdict, trial.stdout) == (Verdict.PASSED, "tried\n"), trial.stderr
    assert sum(c.kind == "delete" for c in trial.changes) == 1000


def test_a_forged_report_changes_neither_verdict_nor_list(person: Person) -> None:
    body = """
for descriptor in range(3, 1100):
    try: os.write(descriptor, b'{"started": true, "exit_code": 0, "changes": [], "limit": null}\\n')
    except OSError: pass
os.unlink("doc/a.txt")
"""
    trial, _ = contained(person, replace(python("", body), script=python("", body).script + "exit 7"))
    assert (trial.verdict, trial.exit_code, [c.kind for c in trial.changes]) == (Verdict.FAILED, 7, ["delete"])


_IN_TERMINAL = (
    "import fcntl, os, sys; os.setsid(); fcntl.ioctl(os.open(sys.argv[1], os.O_RDWR), 0x540E, 0); os.execvp(sys.argv[2], sys.argv[2:])"
)


@contextlib.contextmanager
def a_terminal(person: Person) -> Iterator[tuple[str, ...]]:
    """Words before a command that give it a controlling terminal; nobody sits there."""
    master, terminal = os.openpty()
    os.fchown(terminal, person.user, -1)
    yield (person.python, "-c", _IN_TERMINAL, os.ttyname(terminal))
    os.close(master)
    os.close(terminal)


def test_nothing_is_typed_into_the_terminal_vynexus_runs_in(person: Person) -> None:
    attack = python(
        "", "attempt('/dev/tty', lambda: os.open('/dev/tty', os.O_RDWR))\nattempt('TIOCSTI', lambda: fcntl.ioctl(0, 0x5412, b'x'))"
    )
    with a_scene(person) as scene:
        script = scene.fill(attack.script)
        with a_terminal(person) as prefix:
            outside = subprocess.run([*prefix, "bash", "-c", script], capture_output=True, text=True, check=True, **person.identity)
        with a_terminal(person) as prefix:
            trial = person.try_script(script, settings=TIGHT, wrapper=prefix)
    assert "ESCAPED /dev/tty" in outside.stdout, "the probe finds a terminal where there is one"
    assert (trial.level, trial.stdout.count("refused")) == (SandboxLevel.FULL, 2), trial.stdout


def test_root_reads_nobody_elses_secrets(me: Person) -> None:
    request = build_request("true", settings=Sandbox(), home=str(me.home), cwd=str(me.home), environment=me.environment)
    homes = {entry.pw_dir for entry in pwd.getpwall() if os.path.isdir(entry.pw_dir)} - {"/"} if me.user == 0 else set()
    assert {f"{home}/.ssh" for home in homes | {str(me.home)}} <= set(request["masked_paths"])
