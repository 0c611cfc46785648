"""What is exported does what the automation does: the same arguments reach the same programs, and no value runs as code."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from vynexus_tui.automation.chosen_parameters import find_values
from vynexus_tui.automation.micro_automation_creator import MicroAutomationCreator
from vynexus_tui.automation.script_facts import describe_script
from vynexus_tui.domain.automations import Automation, Script
from vynexus_tui.domain.errors import ShellError
from vynexus_tui.domain.settings import AutomationCreation
from vynexus_tui.shell.exporters import ExportTarget, export_automation

HOSTILE = (
    "a b", "it's", 'say "hi"', "$(touch pwned)", "`touch pwned`", "; touch pwned", "${HOME}", "{{x}}", "{{{{", "}}", "\\", "\\'", "a\\nb",
    "*", "~", "#x", "é\u00fc", "a\tb", "%s", "!!", "=", "x=y",
)  # fmt: skip
COMMANDS = ("rec start 'a {{ b }} {{{ c' \"$PWD\"", "rec north 'data/north.csv' \"x north\" x=north", "rec 'tab\there' \"quote ' in\" '\\'")
_PATH = os.pathsep.join((os.environ["PATH"], str(Path(sys.executable).parent)))
"""The test extra brings just along, whether or not its folder is on PATH."""
_RECORDER = """#!{python} -S
import json, os, sys
with open(os.environ["RECORD"], "a") as file:
    file.write(json.dumps([sys.argv[1:], os.getcwd(), "region" in os.environ]) + "\\n")
"""


def made(commands: Sequence[str] = COMMANDS, values: dict[str, str] | None = None, name: str = "my-thing") -> Automation:
    values = {"region": "north"} if values is None else values
    result = MicroAutomationCreator(AutomationCreation()).create_from_commands(
        commands, name, name_taken=lambda _: False, aliases={}, is_program=lambda _: True, now=datetime(2026, 1, 1, tzinfo=UTC), home="/h",
        cwd="/srv", slots=find_values(commands, values),
    )  # fmt: skip
    assert isinstance(result, Automation), result
    return with_defaults(result)


def with_defaults(made: Automation) -> Automation:
    """As of a routine in which each value was the usual one."""
    text = made.script.text
    for number, parameter in enumerate(made.parameters, 1):
        asked = f'[[ -n "${{{number}-}}" ]] || refuse "{parameter.name} is missing"\n{parameter.name}="${{{number}}}"'
        assert asked in text
        default = parameter.seen[0].value.replace("\\", "\\\\").replace('"', '\\"')
        text = text.replace(asked, f'{parameter.name}=${{{number}:-"{default}"}}').replace(f"<{parameter.name}>", f"[{parameter.name}]")
    return replace(made, script=Script(text=text), parameters=describe_script(text).parameters)


class Bench:
    """A folder with a program `rec` that writes down how it was called."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "bin").mkdir()
        recorder = folder / "bin/rec"
        recorder.write_text(_RECORDER.format(python=sys.executable))
        recorder.chmod(0o755)
        self.record = folder / "record"

    def calls(self, *command: str) -> list[object]:
        """How `rec` was called by that command."""
        self.record.write_text("")
        done = self.run(*command)
        assert done.returncode == 0, done.stdout + done.stderr
        assert not list(self.folder.rglob("pwned"))
        return [json.loads(line) for line in self.record.read_text().splitlines()]

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": f"{self.folder / 'bin'}:{_PATH}",
            "HOME": str(self.folder),
            "RECORD": str(self.record),
            "LANG": "C.UTF-8",
        }
        return subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, timeout=60, check=False)

    def exported(self, automation: Automation, target: ExportTarget) -> Callable[..., tuple[str, ...]]:
        """Writes it as a person would; gives the command that calls it with arguments."""
        export = export_automation(automation, target)
        match target:
            case "sh":
                path = self.folder / f"{automation.name}.sh"
                path.write_bytes(export.content)
                path.chmod(export.mode)
                return lambda *arguments: (str(path), *arguments)
            case "just":
                (self.folder / "justfile").write_bytes(export.content)
                return lambda *arguments: ("just", automation.name, *arguments)
            case "fish":
                (self.folder / "function.fish").write_bytes(export.content)
                return lambda *arguments: ("fish", "-c", f"source function.fish; {automation.name} $argv", "--", *arguments)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("bench"))


@pytest.fixture(params=["sh", "just", "fish"])
def target(request: pytest.FixtureRequest) -> ExportTarget:
    needed = {"sh": "bash", "just": "just", "fish": "fish"}[request.param]
    if shutil.which(needed, path=_PATH) is None:
        pytest.skip(f"{needed} is not installed: what it makes of an export cannot be seen here")
    chosen: ExportTarget = request.param
    return chosen


def test_the_same_arguments_reach_the_same_programs(bench: Bench, target: ExportTarget) -> None:
    here = str(bench.folder)
    call = bench.exported(made(), target)
    for region in ("north", "west", *HOSTILE):
        expected = [
            ["start", "a {{ b }} {{{ c", here],
            [region, f"data/{region}.csv", f"x {region}", f"x={region}"],
            ["tab\there", "quote ' in", "\\"],
        ]
        assert bench.calls(*call(region)) == [[words, here, False] for words in expected]
    assert bench.calls(*call()) == bench.calls(*call("north"))


def test_help_and_a_wrong_call_are_answered_as_ever(bench: Bench, target: ExportTarget) -> None:
    call = bench.exported(made(), target)
    help_text = bench.run(*call("--help"))
    assert help_text.returncode == 0, help_text.stderr
    assert re.search(r"Usage: my-thing .*\[region\]$", help_text.stdout, re.MULTILINE)
    assert "set -" not in help_text.stdout
    assert bench.run(*call("a", "b")).returncode != 0
    assert bench.run(*call("-rf")).returncode != 0


def test_its_exit_status_is_the_scripts_own(bench: Bench, target: ExportTarget) -> None:
    call = bench.exported(made(["rec one", "sh -c 'exit 7'"], {}), target)
    assert bench.run(*call()).returncode == 7


def test_standard_input_is_the_persons(bench: Bench, target: ExportTarget) -> None:
    call = bench.exported(made(["cat >got"], {}), target)
    done = subprocess.run(
        call(), cwd=bench.folder, input=b"typed", env={**os.environ, "HOME": str(bench.folder), "PATH": _PATH}, check=False, timeout=60
    )
    assert (done.returncode, (bench.folder / "got").read_bytes()) == (0, b"typed")


def test_what_always_runs_in_one_folder_does_so_when_exported(bench: Bench, target: ExportTarget) -> None:
    folder = bench.folder / "it's $HOME"
    folder.mkdir(exist_ok=True)
    call = bench.exported(replace(made(['rec "$PWD"'], {}), runs_in=str(folder)), target)
    assert bench.calls(*call()) == [[[str(folder)], str(folder), False]]


@pytest.mark.parametrize("called", ["my-thing.sh", "./my-thing.sh", "sub/../my-thing.sh"])
def test_a_script_that_runs_in_another_folder_still_finds_its_own_text(bench: Bench, called: str) -> None:
    folder = bench.folder / "another one"
    for made_folder in (folder, bench.folder / "sub"):
        made_folder.mkdir(exist_ok=True)
    bench.exported(replace(made([*COMMANDS, "false"]), runs_in=str(folder)), "sh")
    helped = bench.run("bash", called, "--help")
    assert (helped.returncode, helped.stderr) == (0, "")
    assert "Usage: my-thing" in helped.stdout
    rehearsed = bench.run("bash", called, "--dry-run", "it's")
    assert (rehearsed.returncode, rehearsed.stderr) == (0, "")
    assert "\nrec 'it'\\''s' " in rehearsed.stdout
    bench.record.write_text("")
    failed = bench.run("bash", called, "a b")
    assert failed.returncode == 1
    assert "my-thing: stopped at step 4 of 4: false\n" in failed.stderr
    assert "sed:" not in failed.stderr
    words, where, _ = json.loads(bench.record.read_text().splitlines()[1])
    assert (words[0], where) == ("a b", str(folder))


def test_empty_lines_tabs_and_here_documents_stay(bench: Bench, target: ExportTarget) -> None:
    automation = made(["rec \"$(cat <<'E'\n\tone\n\n  two {{x}}\n}}\\\nE\n)\""], {})
    assert bench.calls(*bench.exported(automation, target)()) == [[["\tone\n\n  two {{x}}\n}}\\"], str(bench.folder), False]]


def test_recipes_can_stand_one_below_the_other(bench: Bench) -> None:
    if shutil.which("just", path=_PATH) is None:
        pytest.skip("just is not installed")
    bench.exported(made(), "just")
    with (bench.folder / "justfile").open("ab") as file:
        file.write(b"\n" + export_automation(made(["rec b other"], {"what": "other"}, "second"), "just").content)
    assert bench.calls("just", "second", "it's") == [[["b", "it's"], str(bench.folder), False]]
    assert len(bench.calls("just", "my-thing")) == 3


def test_a_recipe_never_substitutes_text_and_keeps_its_defaults() -> None:
    text = export_automation(made(values={"region": "north"}), "just").text
    assert text.splitlines()[2] == 'my-thing $region="north":'
    recipe = text.partition(":\n")[2]
    assert "{{" not in recipe.replace("{{{{", "")
    odd = made(["rec 'a\"b\\c'"], {"it": 'a"b\\c'})
    assert 'my-thing $it="a\\"b\\\\c":' in export_automation(odd, "just").text


@pytest.mark.parametrize("target", ["just", "fish"])
def test_what_changes_the_calling_shell_is_refused_in_words(target: ExportTarget) -> None:
    with pytest.raises(ShellError, match="changes the shell that calls it"):
        export_automation(replace(made(), is_function=True), target)


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_what_changes_the_calling_shell_becomes_a_function_of_it(bench: Bench, shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    folder = bench.folder / "in here"
    folder.mkdir(exist_ok=True)
    text = "#!/usr/bin/env bash\n# a-place: cd\n\n: step 1 &&\ncd .. &&\n\n: step 2 &&\nexport region=west\n"
    automation = replace(made(name="a-place"), script=Script(text=text), is_function=True, runs_in=str(folder))
    (bench.folder / "functions.sh").write_bytes(export_automation(automation, "sh").content)
    done = bench.run(shell, "-c", '. ./functions.sh; cd /; a-place; printf "%s %s" "$PWD" "$region"')
    assert done.stdout == f"{bench.folder} west", done.stderr
    lost = replace(automation, runs_in="/nowhere at all")
    (bench.folder / "functions.sh").write_bytes(export_automation(lost, "sh").content)
    assert bench.run(shell, "-c", '. ./functions.sh; a-place; printf "%s" "$? ${region-unset}"').stdout == "1 unset"


def test_what_just_would_change_is_refused() -> None:
    with pytest.raises(ShellError, match="just would change"):
        export_automation(made(["rec 'a\n   \nb'"], {}), "just")
    with pytest.raises(ShellError, match="just would change"):
        export_automation(made(["rec 'caf\udce9'"], {}), "just")


@settings(max_examples=60)
@given(
    st.text(
        st.characters(exclude_categories=("Cs", "Cc", "Cf", "Zs", "Zl", "Zp", "Co", "Cn")) | st.sampled_from(" '\"\\$`{}\n;#"), max_size=40
    )
)
def test_fish_hands_any_text_on_as_it_is(text: str) -> None:
    if shutil.which("fish") is None:
        pytest.skip("fish is not installed")
    from vynexus_tui.shell.exporters import _fish_quoted

    done = subprocess.run(["fish", "--no-config", "-c", f"printf %s {_fish_quoted(text)}"], capture_output=True, check=True, timeout=60)
    assert done.stdout == text.encode()


_PIECES = st.sampled_from(
    ["'", '"', "\\", "$", "`", "{{", "}}", "{", "}", "(", ")", ";", "#", "\n", "\t", " ", "@", "-", "!", "*", "~", "=", "%", "é", "x"]
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(st.lists(_PIECES, max_size=12).map("".join), min_size=1, max_size=12),
    value=st.lists(_PIECES, min_size=1, max_size=8).map("".join),
)
def test_any_words_in_a_script_and_any_value_come_through(bench: Bench, target: ExportTarget, texts: list[str], value: str) -> None:
    assume(not value.startswith(("-", "|")) and not value.isspace())
    automation = made(["rec north"])
    # Not through the creator, which refuses some of these texts.
    more = "".join(f"rec x{shlex.quote(text)}\n" for text in texts)
    automation = replace(automation, script=Script(text=automation.script.text + more))
    try:
        call = bench.exported(automation, target)
    except ShellError:
        assume(False)
    assert [words for words, *_ in bench.calls(*call(value))] == [[value], *([f"x{text}"] for text in texts)]
