"""Each change is the work of the steps that made it, also where they followed each other at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from vynexus_tui.domain.settings import Sandbox
from vynexus_tui.domain.trials import StepOutcome, Trial, Verdict

if TYPE_CHECKING:
    from tests.sandbox.conftest import Person


def steps_by_name(trial: Trial) -> dict[str, tuple[int, ...] | None]:
    return {Path(c.path).name: c.steps for c in trial.changes}


def try_steps(person: Person, *bodies: str, **given: object) -> Trial:
    script = "".join(f": step {number}\n{body}\n" for number, body in enumerate(bodies, start=1))
    return person.try_script(script, steps=bodies, **given)


def test_every_change_belongs_to_the_steps_that_made_it(person: Person) -> None:
    for name in ("modified", "deleted", "moved", "tree/inner", "again/old"):
        person.write(name, "text\n")
    trial = try_steps(
        person,
        "echo x > made; echo x >> modified",
        "rm deleted; chmod 600 modified",
        "mv moved went; rm -r tree",
        "rm -r again; mkdir again; echo y > again/new; rm made; echo z > made",
    )
    assert trial.verdict is Verdict.PASSED, trial.stderr
    found = steps_by_name(trial)
    assert found == {
        "made": (1, 4), "modified": (1, 2), "deleted": (2,), "went": (3,), "tree": (3,), "old": (4,), "new": (4,),
    }  # fmt: skip


def test_changes_that_only_builtins_make_are_not_taken_for_the_next_steps(person: Person) -> None:
    # Nothing is started between them: a look without holding the script would come too late.
    bodies = [f"echo {n} > file{n}; echo {n} > common" for n in range(1, 41)]
    trial = try_steps(person, *bodies)
    found = steps_by_name(trial)
    assert [found[f"file{n}"] for n in range(1, 41)] == [(n,) for n in range(1, 41)]
    assert found["common"] == tuple(range(1, 41))


def test_what_comes_before_the_network_is_shown_step_by_step_and_the_rest_is_unknown(person: Person) -> None:
    trial = try_steps(person, "echo x > first", "echo x > second", "exec 3<>/dev/tcp/192.0.2.1/80 || exit 1", "echo x > third")
    assert trial.verdict is Verdict.STOPS_AT_NETWORK
    assert [s.outcome for s in trial.steps] == [StepOutcome.PASSED, StepOutcome.PASSED, StepOutcome.NEEDS_NETWORK, StepOutcome.UNKNOWN]
    assert [[Path(c.path).name for c in trial.changes_of(n)] for n in range(1, 5)] == [["first"], ["second"], [], []]


def test_changes_before_the_first_step_belong_to_none(me: Person) -> None:
    trial = me.try_script("echo x > early\n: step 1\necho x > late\n", steps=("late",))
    assert steps_by_name(trial) == {"early": (), "late": (1,)}


def test_a_script_without_steps_claims_none(me: Person) -> None:
    assert steps_by_name(me.try_script("echo x > made")) == {"made": None}


def test_a_script_that_traces_itself_claims_none(me: Person) -> None:
    assert steps_by_name(try_steps(me, "set -x; echo x > made")) == {"made": None}


@pytest.mark.parametrize(
    "script",
    [
        ": step 1\nwhile :; do echo '+ : step 7'; done >&199",
        ": step 1\nwhile\n: step 2\ndo :; done",
        ": step 1\nexec 199>&-; exec 199>own; for i in {1..20}; do echo '+ : step 7' >&199; done; sleep 9",
        ": step 1\n(while :; do echo '+ : step 7' >&199; done) & sleep 9",
    ],
    ids=["forged marks", "endless marks", "a file in its place", "forged in the background"],
)
def test_marks_without_end_neither_hold_the_trial_up_nor_break_it(person: Person, script: str) -> None:
    trial = person.try_script(script, steps=("a",), settings=Sandbox(wall_s=1.0))
    assert (trial.verdict, trial.limit) == (Verdict.CUT_OFF, "time 1 s")
    assert trial.duration_s is not None
    assert trial.duration_s < 2


def test_too_many_files_to_look_at_are_unknown_not_guessed(me: Person) -> None:
    trial = try_steps(me, "mkdir many; cd many; seq 21000 | xargs touch", "touch ../last", settings=Sandbox())
    assert steps_by_name(trial)["last"] is None


def test_looking_leaves_no_trace_in_a_secret(me: Person) -> None:
    me.write(".ssh/id_rsa", "x", 0o600)
    trial = try_steps(me, "echo x > made", "true", "true")
    assert trial.not_known == ()
