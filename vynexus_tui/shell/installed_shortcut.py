"""An approved automation as it is on disk: which files it has, and what they say."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from vynexus_tui.domain.automations import Parameter, SeenValue
from vynexus_tui.domain.identifiers import AutomationId
from vynexus_tui.shell.file_writing import read_small_text
from vynexus_tui.shell.shortcut_files import Offer

NAME = re.compile(r"[a-z][a-z0-9_-]{1,40}")
APPROVED, PREDICTED, PARAMETERS = "approved", "predicted", "parameters"
LIVE, PAUSED, FAILING = "live", "paused", "failing"
_VERSION = "1"
_FUNCTION = "function"


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledShortcut:
    """An approved automation as it is on disk."""

    name: str
    automation_id: AutomationId
    sha256: str
    """Of the approved text; `vynexus run` refuses any other."""
    shortcut_path: Path
    script_path: Path
    status: str = LIVE
    """live, paused, or failing: it stopped itself."""
    cwd: str | None = None
    """Where it runs; None: where it is called."""
    is_predicted: bool = False
    """Its first run that is like the try will be compared with it."""
    is_function: bool = False
    """It changes the shell that calls it; only shells with the hook can call it."""
    is_said_in_fish: bool = False
    """A function that fish has too."""

    @property
    def is_paused(self) -> bool:
        """Whether `vynexus run` refuses it."""
        return self.status != LIVE

    @property
    def paths(self) -> tuple[Path, ...]:
        """Every file it consists of."""
        optional = [*([self.predicted_path] if self.is_predicted else []), *([self.fish_path] if self.is_said_in_fish else [])]
        return (self.shortcut_path, self.script_path, self.approved_path, self.parameters_path, *optional)

    @property
    def approved_path(self) -> Path:
        """What `vynexus run` checks."""
        return self.script_path.with_name(APPROVED)

    @property
    def predicted_path(self) -> Path:
        """What the first run is compared with; there only until then."""
        return self.script_path.with_name(PREDICTED)

    @property
    def parameters_path(self) -> Path:
        """What Tab offers; a version before this one wrote none."""
        return self.script_path.with_name(PARAMETERS)

    @property
    def fish_path(self) -> Path:
        """A function's text for fish."""
        return self.script_path.with_name(f"{self.name}.fish")


def read_installed(automations: Path, name: str) -> InstalledShortcut | None:
    """None where there is none of that name, or its approval is damaged."""
    folder = automations / name
    try:
        lines = (folder / APPROVED).read_text("utf-8", "surrogateescape").split("\n")
    except OSError:
        return None
    fields = dict(line.split(" ", 1) for line in lines if " " in line)
    if not NAME.fullmatch(name) or not {"automation_id", "sha256", "shortcut"} <= fields.keys():
        return None
    return InstalledShortcut(
        name=name,
        automation_id=AutomationId(fields["automation_id"]),
        sha256=fields["sha256"],
        shortcut_path=Path(fields["shortcut"]),
        script_path=folder / name,
        status=fields.get("status", PAUSED),
        cwd=fields.get("cwd"),
        is_predicted=(folder / PREDICTED).exists(),
        is_function=fields.get("kind") == _FUNCTION,
        is_said_in_fish=(folder / f"{name}.fish").exists(),
    )


def approved_text(installed: InstalledShortcut) -> bytes:
    """What `vynexus run` checks."""
    fields = {
        "version": _VERSION,
        "automation_id": installed.automation_id,
        "sha256": installed.sha256,
        "status": installed.status,
        "shortcut": str(installed.shortcut_path),
    }
    if installed.cwd is not None:
        fields["cwd"] = installed.cwd
    if installed.is_function:
        fields["kind"] = _FUNCTION
    return "".join(f"{key} {value}\n" for key, value in fields.items()).encode("utf-8", "surrogateescape")


def parameters_text(parameters: tuple[Parameter, ...]) -> bytes:
    """What is kept of the parameters, for Tab and for the key."""
    rows = [{"name": p.name, "default": p.default, "seen": [[s.value, s.count] for s in p.seen]} for p in parameters]
    return json.dumps(rows).encode()


def offer_of(installed: InstalledShortcut) -> Offer:
    """What the shells are told about it. A damaged file of ours costs what it holds, no more."""
    try:
        rows = json.loads(read_small_text(installed.parameters_path) or "[]")
        parameters = tuple(
            Parameter(name=row["name"], default=row["default"], seen=tuple(SeenValue(value=v, count=n) for v, n in row["seen"]))
            for row in rows
        )
    except (ValueError, KeyError, TypeError):
        parameters = ()
    return Offer(
        name=installed.name,
        script=read_small_text(installed.script_path) or "",
        parameters=parameters,
        cwd=installed.cwd,
        is_function=installed.is_function and not installed.is_paused,
        is_said_in_fish=installed.is_said_in_fish,
    )
