"""Every call of the set-up is made to fail, one at a time: then nothing is executed, the stage is named, and nothing is left behind."""

from __future__ import annotations

import os
import pickle
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from errno import EINVAL, ENOMEM, ENOSPC, EPERM
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from vynexus_tui.domain.trials import SandboxLevel, Verdict

if TYPE_CHECKING:
    from tests.sandbox.conftest import Person

# The process that runs the trials knows these classes by this name too.
sys.path.insert(0, str(Path(__file__).parent))
from failing_launcher import Call, Fault, Outcome

sys.path.pop(0)

RUNNER = str(Path(__file__).with_name("failing_launcher.py"))
ERRORS = (EPERM, ENOSPC, EINVAL, ENOMEM)
LONGEST_S = 5.0
ALL_OF_THEM = "VYNEXUS_EXHAUSTIVE=1 pytest tests/sandbox/test_fault_injection.py"
NOT_BY_A_CALL = {"masks", "cgroup"}
"""Stages that refuse by a decision of ours; see test_a_trial_inside_a_secret_is_refused."""


def try_with(person: Person, faults: list[Fault | None]) -> list[Outcome]:
    """One trial for each fault (None: nothing fails), of a script that would say so if it ran, and mentions all that may be hidden."""
    mounted = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    script = f": step 1\necho RAN # {' '.join([*(f'/{name}' for name in os.listdir('/')), *mounted])} "
    with tempfile.NamedTemporaryFile() as log:
        os.chown(log.name, person.user, -1)
        request = {
            "home": str(person.home),
            "cache_dir": None,
            "script": script,
            "log": log.name,
            "faults": faults,
            "given": {"cwd": str(person.home), "environment": person.environment, "now": person.now, "steps": ("echo",)},
        }
        answer = subprocess.run(
            [person.python, RUNNER, person.checkout],
            input=pickle.dumps(request),
            stdout=subprocess.PIPE,
            env=person.environment,
            cwd="/",
            check=True,
            **person.identity,
        )
    outcomes: list[Outcome] = pickle.loads(answer.stdout)
    return outcomes


def calls_of_the_set_up(person: Person) -> list[Call]:
    """What is called when nothing fails, as it was in a trial that ran: the proof that a script that runs is heard."""
    (outcome,) = try_with(person, [None])
    assert (outcome.trial.level, outcome.trial.verdict, outcome.said) == (SandboxLevel.FULL, Verdict.PASSED, "RAN\n")
    assert outcome.leftovers == []
    return outcome.calls


def one_of_each(calls: Iterable[Call]) -> list[Call]:
    """The last call from each line of ours."""
    return list({(call.process, call.name, call.site.split()["linux_calls" in call.site]): call for call in calls}.values())


def faults_for(calls: Iterable[Call]) -> list[Fault | None]:
    return [Fault(call, ERRORS[number % len(ERRORS)]) for number, call in enumerate(calls)]


def complaint(outcome: Outcome) -> str | None:
    """What is wrong with what became of a fault, or None."""
    trial = outcome.trial
    if not outcome.calls:
        return "the call was never made"
    if outcome.leftovers or outcome.duration_s > LONGEST_S:
        return f"left {outcome.leftovers} after {outcome.duration_s:.1f} s"
    if trial.level is SandboxLevel.FULL:
        # The one failure a trial lives with: a directory that cannot be shown is empty, and that is said.
        is_said = any("hidden in the trial" in note for note in trial.not_known)
        return None if is_said and "overlays:" in outcome.calls[0].site else "the script ran without it"
    if "RAN" in outcome.said or trial.verdict is not Verdict.NOT_TRIED:
        return f"the script was started: {outcome.said!r}"
    if "Traceback" in outcome.said:
        return f"the launcher fell over: {outcome.said}"
    if not re.match(r"[a-z][a-z0-9 -]+: .", trial.reason or "") or "ended early" in (trial.reason or ""):
        return f"the stage is not named: {trial.reason}"
    return None


def try_faults(person: Person, faults: list[Fault | None]) -> list[Outcome]:
    """One trial for each. Where the call was never made something else had failed before, as on a busy machine now and then: once more."""
    outcomes = try_with(person, faults)
    return [outcome if outcome.calls else try_with(person, [fault])[0] for outcome, fault in zip(outcomes, faults, strict=True)]


def complaints(calls: list[Call], outcomes: list[Outcome]) -> list[str]:
    assert len(calls) == len(outcomes)
    return [f"{call}: {wrong}" for call, outcome in zip(calls, outcomes, strict=True) if (wrong := complaint(outcome))]


def test_a_call_that_fails_ends_in_a_refusal_that_names_the_stage(person: Person) -> None:
    person.write(".ssh/id", "CANARY")
    sample = one_of_each(calls_of_the_set_up(person))
    outcomes = try_faults(person, faults_for(sample))
    assert complaints(sample, outcomes) == []
    stages = set(re.findall(r'_step\("([^"]+)"\)', Path(person.checkout, "vynexus_tui/sandbox/launcher.py").read_text()))
    met = {(outcome.trial.reason or "").partition(":")[0] for outcome in outcomes}
    assert stages - met == NOT_BY_A_CALL
    assert list(person.home.rglob("*")) == [person.home / ".ssh", person.home / ".ssh/id"]


def test_every_call_that_fails_ends_in_a_refusal(person: Person) -> None:
    person.write(".ssh/id", "CANARY")
    calls = calls_of_the_set_up(person)
    if "VYNEXUS_EXHAUSTIVE" not in os.environ:
        pytest.skip(f"{len(calls) - len(one_of_each(calls))} of {len(calls)} calls were not made to fail; for all: {ALL_OF_THEM}")
    assert complaints(calls, try_faults(person, faults_for(calls))) == []
