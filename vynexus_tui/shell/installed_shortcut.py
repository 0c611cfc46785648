"""An approved automation as it is on disk: which files it has, and what they say."""

import json
import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from vynexus_tui.domain.automations import Parameter, SeenValue
from vynexus_tui.domain.identifiers import AutomationId
from vynexus_tui.shell.file_writing import read_small_text
from vynexus_tui.shell.shortcut_files import Offer

NAME = re.compile(r"[a-z][a-z0-9_-]{1,40}")
APPROVED, PREDICTED, PARAMETERS, FAILURES = "approved", "predicted", "parameters", "failures"
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
    most_failures: int = 3
    """Failed runs in a row after which `vynexus run` refuses it."""
    has_failed: bool = False
    """Its last run failed; their number in a row is the size of `failures_path`."""

    @property
    def has_stopped(self) -> bool:
        """Whether `vynexus run` refuses it for its failures in a row, which the store may not know yet."""
        return self.has_failed and self.failures_path.stat().st_size >= self.most_failures

    @property
    def is_paused(self) -> bool:
        """Whether `vynexus run` refuses it."""
        return self.status != LIVE

    @property
    def paths(self) -> tuple[Path, ...]:
        """Every file it consists of."""
        optional = [*([self.predicted_path] if self.is_predicted else []), *([self.failures_path] if self.has_failed else [])]
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
    def failures_path(self) -> Path:
        """A byte for each failed run since the last that succeeded; `vynexus run` writes it."""
        return self.script_path.with_name(FAILURES)


def read_installed(automations: Path, name: str) -> InstalledShortcut | None:
    """None where there is none of that name, or its approval is damaged."""
    folder = automations / name
    try:
        # Bytes, and only "\n" ends a line: what a value holds must never become a line of its own.
        lines = (folder / APPROVED).read_bytes().decode("utf-8", "surrogateescape").split("\n")
    except OSError:
        return None
    fields = dict(line.split(" ", 1) for line in reversed(lines) if " " in line)  # the first of a key counts
    if not NAME.fullmatch(name) or not {"automation_id", "sha256", "shortcut"} <= fields.keys():
        return None
    most = fields.get("most_failures", "")
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
        most_failures=int(most) if re.fullmatch(r"[0-9]{1,9}", most) else 3,
        has_failed=(folder / FAILURES).exists(),
        is_said_in_fish="fish" in fields.get("shells", "").split(),
    )


def approved_text(installed: InstalledShortcut) -> bytes:
    """What `vynexus run` checks."""
    fields = {
        "version": _VERSION,
        "automation_id": installed.automation_id,
        "sha256": installed.sha256,
        "status": installed.status,
        "shortcut": str(installed.shortcut_path),
        "most_failures": str(installed.most_failures),
    }
    if installed.cwd is not None:
        fields["cwd"] = installed.cwd
    if installed.is_function:
        fields["kind"] = _FUNCTION
        fields["shells"] = "bash zsh fish" if installed.is_said_in_fish else "bash zsh"
    return "".join(f"{key} {value}\n" for key, value in fields.items()).encode("utf-8", "surrogateescape")


def parameters_text(parameters: tuple[Parameter, ...]) -> bytes:
    """What is kept of the parameters, for Tab and for the key."""
    rows = [{"name": p.name, "default": p.default, "seen": [[s.value, s.count] for s in p.seen]} for p in parameters]
    return json.dumps(rows).encode()


def offer_of(installed: InstalledShortcut) -> Offer:
    """What the shells are told about it. A damaged file of ours costs what it holds, no more; a text that was not approved is not told."""
    try:
        rows = json.loads(read_small_text(installed.parameters_path) or "[]")
        parameters = tuple(
            Parameter(name=row["name"], default=row["default"], seen=tuple(SeenValue(value=v, count=n) for v, n in row["seen"]))
            for row in rows
        )
    except (ValueError, KeyError, TypeError):
        parameters = ()
    script = read_small_text(installed.script_path) or ""
    is_approved = sha256(script.encode("utf-8", "surrogateescape")).hexdigest() == installed.sha256
    return new_offer(installed, script if is_approved else "", parameters)


def new_offer(installed: InstalledShortcut, script: str, parameters: tuple[Parameter, ...]) -> Offer:
    """The same of one whose files are not written yet. `script`: the approved text, or "" where it is not there."""
    return Offer(
        name=installed.name,
        script=script,
        parameters=parameters,
        cwd=installed.cwd,
        is_function=bool(script) and installed.is_function and not installed.is_paused,
    )
