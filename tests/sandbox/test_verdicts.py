"""The verdict of a try, its reason, and what became of each step."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from vynexus_tui.domain.identifiers import text_sha256
from vynexus_tui.domain.settings import Sandbox
from vynexus_tui.domain.trials import Trial, Verdict

if TYPE_CHECKING:
    from tests.sandbox.conftest import Person

STEPS = ("first", "second", "third")
HEADER = "#!/usr/bin/env bash\nset -euo pipefail\n"


def outcomes(trial: Trial) -> list[str]:
    return [step.outcome for step in trial.steps]


def test_a_script_that_ends_well_passes_with_all_its_steps(person: Person) -> None:
    script = HEADER + ": step 1\necho a\n: step 2\n(echo b | cat)\n: step 3\ntrue\n"
    trial = person.try_script(script, steps=STEPS)
    assert (trial.verdict, trial.exit_code, trial.reason, trial.not_known) == (Verdict.PASSED, 0, None, ())
    assert outcomes(trial) == ["passed"] * 3
    assert [s.text for s in trial.steps] == list(STEPS)
    assert trial.script_sha256 == text_sha256(script)
    assert trial.duration_s is not None
    assert 0 < trial.duration_s < 5
    assert trial.network_attempted is None


@pytest.mark.parametrize("failing", ["false", "(false)", "echo x | false | cat", "x=$(false)", "exit 7"])
def test_the_step_reached_last_takes_the_blame(me: Person, failing: str) -> None:
    trial = me.try_script(HEADER + f": step 1\necho a\n: step 2\n{failing}\n: step 3\necho c\n", steps=STEPS)
    assert trial.verdict is Verdict.FAILED
    assert outcomes(trial) == ["passed", "failed", "not reached"]


def test_steps_inside_subshells_pipelines_and_loops_are_seen(me: Person) -> None:
    trial = me.try_script("(: step 1; echo a) | cat\nfor i in 1 2; do : step 2; done\nx=$(: step 3; exit 3) || exit 4\n", steps=STEPS)
    assert outcomes(trial) == ["passed", "passed", "failed"]


def test_leaving_early_does_not_pass_the_steps_that_were_not_reached(me: Person) -> None:
    assert outcomes(me.try_script(": step 1\n: step 2\nexit 0\n: step 3\n", steps=STEPS)) == ["passed", "passed", "not reached"]


def test_a_script_without_marks_says_unknown(me: Person) -> None:
    assert outcomes(me.try_script("true", steps=STEPS)) == ["unknown"] * 3


def test_tracing_changes_nothing_the_script_shows(person: Person) -> None:
    script = (
        HEADER
        + ": step 1\necho out; echo err >&2; trap 'echo bye' EXIT; f() { return 3; }; f || echo \"$?\"; eval 'echo x'; ls /nonexistent >&2 || :"
    )
    outside = subprocess.run(["bash", "-c", script], capture_output=True, text=True, env=person.environment, check=True)
    trial = person.try_script(script, steps=("only",))
    assert (trial.stdout, trial.stderr) == (outside.stdout, outside.stderr)


def test_a_script_that_traces_itself_still_traces_to_its_own_stderr(me: Person) -> None:
    trial = me.try_script("set -x\n: step 1\necho a", steps=("one",))
    assert trial.stderr == "+ : step 1\n+ echo a\n"
    assert outcomes(trial) == ["unknown"]


def test_an_endless_trace_costs_nothing(me: Person) -> None:
    trial = me.try_script(": step 1\nfor ((i = 0; i < 60000; i++)); do :; done\n: step 2\n", steps=("a", "b"), settings=Sandbox())
    assert outcomes(trial) == ["passed", "passed"]


def test_a_failure_shows_its_last_words(person: Person) -> None:
    trial = person.try_script("echo working; frobnicate --now; exit 9")
    assert (trial.verdict, trial.exit_code, trial.reason) == (Verdict.FAILED, 9, "line 1: frobnicate: command not found")
    assert trial.headline == "failed: line 1: frobnicate: command not found"


def test_a_silent_failure_shows_its_exit_status(me: Person) -> None:
    assert me.try_script("exit 5").reason == "exit 5"
    crashed = me.try_script("kill -SEGV $$")
    assert (crashed.exit_code, crashed.reason) == (139, "ended by signal SIGSEGV")


@pytest.mark.parametrize(
    "command",
    [
        "curl -sS http://example.com/x",
        "curl -s http://192.0.2.1/",
        "exec 3<>/dev/tcp/192.0.2.1/80",
        "git clone -q https://example.com/a.git",
        "python3 -c 'import socket; socket.create_connection((\"192.0.2.1\", 80))'",
    ],
)
def test_what_needs_the_network_stops_there(person: Person, command: str) -> None:
    program = command.split()[0]
    if program != "exec" and subprocess.run(["which", program], capture_output=True, env={"PATH": "/usr/bin:/bin"}, check=False).returncode:
        pytest.skip(f"{program} is not installed")
    person.environment["PATH"] = "/usr/bin:/bin"
    trial = person.try_script(HEADER + f": step 1\necho made > made\n: step 2\n{command}\n: step 3\n", steps=STEPS)
    assert trial.verdict is Verdict.STOPS_AT_NETWORK, trial.stderr
    assert trial.network_attempted is True
    assert trial.headline == "stops at network, step 2 of 3"
    assert len(trial.changes) == 1, "what happened before the network step is shown"


def test_a_script_that_shrugs_the_network_off_has_not_passed(me: Person) -> None:
    bodies = ("echo x > made", "(exec 3<>/dev/tcp/192.0.2.1/80) || :", "echo y > later")
    script = "".join(f": step {n}\n{body}\n" for n, body in enumerate(bodies, start=1))
    trial = me.try_script(script, steps=bodies)
    assert (trial.verdict, trial.exit_code, trial.network_attempted) == (Verdict.STOPS_AT_NETWORK, 0, True)
    assert trial.headline == "went on without network, step 2 of 3"
    assert [s.outcome for s in trial.steps] == ["passed", "needs network", "unknown"]
    assert "it tried a connection, which a trial does not have, and went on without it" in trial.not_known


def test_a_failure_after_a_shrugged_off_network_is_a_failure(me: Person) -> None:
    noise = "for i in {1..30}; do echo line $i >&2; done"
    assert me.try_script(f"(exec 3<>/dev/tcp/192.0.2.1/80) || :\n{noise}\nfalse").verdict is Verdict.FAILED


def test_a_server_inside_the_trial_can_be_reached_inside(me: Person) -> None:
    script = (
        "python3 - <<'P'\nimport socket\ns = socket.create_server(('127.0.0.1', 0))\n"
        "c = socket.create_connection(s.getsockname()); print('reached')\nP\n"
    )
    assert me.try_script(script).stdout == "reached\n"


@pytest.mark.parametrize("script", ["set -e; read -r name; echo $name", "read -rp sure? a || exit 1"])
def test_a_script_that_asks_a_person_is_told_so(person: Person, script: str) -> None:
    assert person.try_script(script).verdict is Verdict.ASKS_FOR_INPUT


@pytest.mark.parametrize("script", ["echo 'continue?' > /dev/tty", "python3 -c 'input()'", "stty -echo"])
def test_a_program_that_needs_a_terminal_asks_for_input(me: Person, script: str) -> None:
    trial = me.try_script(script)
    assert trial.verdict is Verdict.ASKS_FOR_INPUT, trial.stderr


def test_asking_again_and_again_is_asking_not_slowness(me: Person) -> None:
    trial = me.try_script("until read -rp 'name? ' x; do :; done", settings=Sandbox(wall_s=1.0))
    assert trial.verdict is Verdict.ASKS_FOR_INPUT


def test_reading_a_file_to_its_end_is_not_asking(person: Person) -> None:
    trial = person.try_script("printf 'a\\nb\\n' > f; while read -r line; do echo \"$line\"; done < f; exit 3")
    assert (trial.verdict, trial.stdout) == (Verdict.FAILED, "a\nb\n")


def test_long_output_keeps_both_ends_and_says_what_is_missing(me: Person) -> None:
    trial = me.try_script("echo first; seq 100000; echo last", settings=Sandbox(output_kb=8))
    assert trial.stdout.startswith("first\n1\n2\n")
    assert trial.stdout.endswith("100000\nlast\n")
    assert "bytes left out …" in trial.stdout
    assert len(trial.stdout) < 8300
    assert "output: only the first and the last 4 KB are kept" in trial.not_known
    assert trial.verdict is Verdict.PASSED


def test_bytes_that_are_no_text_survive(me: Person) -> None:
    assert me.try_script(r"printf 'a\xff\x00\033[31m'").stdout == "a\udcff\x00\x1b[31m"


def test_what_no_trial_can_show_is_said(me: Person) -> None:
    trial = me.try_script("sudo -n true || :; docker ps || :; crontab -l || :; cat /sys/kernel/x || :")
    assert trial.verdict is Verdict.PASSED
    assert set(trial.not_known) == {
        "sudo: what it does with other rights is not shown",
        "docker: what it does outside the file system is not shown",
        "crontab: what it does outside the file system is not shown",
        "/sys is empty in the trial",
    }


def test_processes_left_behind_are_a_doubt(me: Person) -> None:
    trial = me.try_script("sleep 50 > /dev/null 2>&1 &")
    assert (trial.verdict, trial.leftover_processes) == (Verdict.PASSED, 1)
    assert "what the process it leaves behind does later" in trial.not_known


def test_peak_memory_and_cpu_time_are_measured(me: Person) -> None:
    trial = me.try_script(
        "python3 -c 'x = bytearray(b\"x\") * 90_000_000; import time; time.sleep(0.2)'; for ((i = 0; i < 100000; i++)); do :; done"
    )
    assert trial.peak_memory_bytes is not None
    assert 90_000_000 < trial.peak_memory_bytes < 250_000_000
    assert trial.cpu_s is not None
    assert trial.cpu_s > 0.1


def test_a_file_too_large_to_be_shown_is_named(me: Person) -> None:
    with open(me.home / "big.img", "wb") as file:
        file.truncate(60 << 20)
    trial = me.try_script("echo x >> big.img")
    assert (trial.verdict, trial.limit) == (Verdict.CUT_OFF, "disk space")
    assert "big.img (60 MB) is larger than what a trial may write (48 MB): a change of it cannot be shown" in trial.not_known
