"""Patterns written the way a person types them: `git push origin {branch}` with the values seen."""

import re
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from vynexus_tui.automation.micro_automation_creator import MicroAutomationCreator
from vynexus_tui.domain.automations import Automation, Refusal
from vynexus_tui.domain.identifiers import PatternId
from vynexus_tui.domain.patterns import AutomationPotential, Occurrence, Pattern, PatternKind, PatternStep, SlotSpan
from vynexus_tui.domain.settings import AutomationCreation

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
_SLOT = re.compile(r"(?<!\{)\{([a-z_]+)\}(?!\})")


def build_pattern(
    *templates: str,
    values: Sequence[Mapping[str, str]] = ({}, {}, {}),
    dated: bool = True,
    presence: Sequence[float] = (),
    cwd: str | None = None,
) -> Pattern:
    """A pattern whose newest occurrence holds the last of `values`; {name} marks a slot."""
    steps = []
    for number, template in enumerate(templates):
        text, slots, last = "", [], 0
        for match in _SLOT.finditer(template):
            if match.group(1) not in values[-1]:
                continue
            text += template[last : match.start()]
            value = values[-1][match.group(1)]
            slots.append(SlotSpan(start=len(text), end=len(text) + len(value), name=match.group(1)))
            text, last = text + value, match.end()
        share = presence[number] if presence else 1.0
        steps.append(PatternStep(text=text + template[last:], slots=tuple(slots), presence_share=share))
    occurrences = tuple(
        Occurrence(
            event_ids=(i,),
            session_id=f"s{i % 2}",
            slot_values=value,
            started_at=NOW - timedelta(days=30 - i) if dated else None,
            cwd=cwd or f"/home/me/p{i}",
        )
        for i, value in enumerate(values)
    )
    potential = AutomationPotential(score=0.83, frequency_share=1.0, time_saving_share=None, recency_share=0.5, partial=True)
    return Pattern(
        pattern_id=PatternId("abc"),
        kind=PatternKind.WORKFLOW,
        steps=tuple(steps),
        occurrences=occurrences,
        potential=potential,
        worthy=True,
    )


@dataclass
class Workshop:
    """Creates automations and runs their scripts."""

    folder: Path

    def make(
        self,
        *templates: str,
        values: Sequence[Mapping[str, str]] = ({}, {}, {}),
        aliases: Mapping[str, str] | None = None,
        is_program: Callable[[str], bool] = lambda name: True,
        taken: Sequence[str] = (),
        home: str | None = "/home/me",
        **more: object,
    ) -> Automation | Refusal:
        return MicroAutomationCreator(AutomationCreation()).create(
            build_pattern(*templates, values=values, **more),  # type: ignore[arg-type]
            name_taken=lambda name: name in taken,
            aliases=aliases or {},
            is_program=is_program,
            now=NOW,
            home=home,
        )

    def made(self, *templates: str, **more: object) -> Automation:
        result = self.make(*templates, **more)  # type: ignore[arg-type]
        assert isinstance(result, Automation), result
        return result

    def refused(self, *templates: str, **more: object) -> Refusal:
        result = self.make(*templates, **more)  # type: ignore[arg-type]
        assert isinstance(result, Refusal), result.script.text
        return result

    def run(self, automation: Automation, *arguments: str, env: Mapping[str, str] | None = None) -> "subprocess.CompletedProcess[bytes]":
        """Runs the script for real, with a program `show` that prints its arguments, in an empty folder."""
        programs = self.folder / "bin"
        if not programs.exists():
            programs.mkdir()
            show = programs / "show"
            show.write_text("#!/bin/sh\nprintf '<%s>' \"$@\"\n")
            show.chmod(0o755)
        script = self.folder / automation.name
        script.write_bytes(automation.script.text.encode("utf-8", "surrogateescape"))
        where = self.folder / "work"
        where.mkdir(exist_ok=True)
        environment = {"PATH": f"{programs}:/usr/bin:/bin", "HOME": str(self.folder), "LC_ALL": "C.UTF-8", **(env or {})}
        return subprocess.run(
            ["bash", str(script), *arguments], cwd=where, env=environment, capture_output=True, timeout=20, stdin=subprocess.DEVNULL
        )


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)
