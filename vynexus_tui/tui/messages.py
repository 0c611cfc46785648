"""What the parts of the dashboard tell each other. Screens ask, the app acts; threads report, the app draws."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from textual.message import Message

from vynexus_tui.domain.automations import Action, Automation
from vynexus_tui.domain.cycles import AutomationHead, Snapshot, SystemSample
from vynexus_tui.domain.events import CommandEvent
from vynexus_tui.domain.identifiers import AutomationId, PatternId
from vynexus_tui.domain.trials import Trial
from vynexus_tui.engine.scheduling import SchedulePlan


@dataclass
class SnapshotFetched(Message):
    """The store changed; this is how it looks now."""

    snapshot: Snapshot


@dataclass
class SampleTaken(Message):
    """The machine was read."""

    sample: SystemSample


@dataclass
class RecordSeen(Message):
    """A hook wrote; what it wrote is read by the next cycle."""

    at: datetime


@dataclass
class RunsWaiting(Message):
    """Automations were run, and no cycle has counted them yet."""


@dataclass
class FeedFailed(Message):
    """The store cannot be read now."""

    reason: str


@dataclass
class DecisionAsked(Message):
    """The person decides on the automation exactly as it was painted."""

    action: Action
    head: AutomationHead


@dataclass
class UndoAsked(Message):
    """Take back the last decision, of this automation or of all."""

    automation_id: AutomationId | None


@dataclass
class TryAsked(Message):
    """Try the script in the sandbox, in this folder, with these arguments."""

    automation_id: AutomationId
    cwd: str
    arguments: tuple[str, ...]


@dataclass
class SuiteAsked(Message):
    """Try the script with every set of values that was seen."""

    automation_id: AutomationId


@dataclass
class ScheduleAsked(Message):
    """Start it at these times from now on, exactly as it was shown."""

    plan: SchedulePlan


@dataclass
class UnscheduleAsked(Message):
    """Only the person starts it from now on."""

    automation_id: AutomationId


@dataclass
class FolderAsked(Message):
    """Where an automation shall run once it is approved; None: where it is called."""

    automation_id: AutomationId
    folder: str | None


@dataclass
class StopTryAsked(Message):
    """End the trial under way."""


@dataclass
class EditAsked(Message):
    """Replace the script; voids trial and decision."""

    automation_id: AutomationId
    text: str
    when_saved: Callable[[str], object]
    """Told the text once it is stored; not called when it is refused."""


@dataclass
class SnoozeAsked(Message):
    """Do not offer this pattern for a while, or ever again."""

    pattern_id: PatternId
    is_for_good: bool = False


@dataclass
class MakeAsked(Message):
    """Make an automation of this pattern."""

    pattern_id: PatternId


@dataclass
class CommandsChosen(Message):
    """Make an automation of these commands; parameter to the value that it has in them."""

    name: str
    commands: tuple[CommandEvent, ...]
    values: dict[str, str]


@dataclass
class AutomationMade(Message):
    """A person made an automation: it is reviewed next."""

    automation: Automation


@dataclass
class PageAsked(Message):
    """Open the page of one row of a list."""

    panel_id: str
    key: str
    wants_edit: bool = False


@dataclass
class CopyAsked(Message):
    """Put text on the clipboard."""

    text: str
    what: str


@dataclass
class OutputArrived(Message):
    """The trial under way wrote something."""

    text: str


@dataclass
class TrialEnded(Message):
    """The trial is over; `refusal` says why there is no result."""

    automation_id: AutomationId
    trial: Trial | None
    refusal: str = ""


@dataclass
class VerbDone(Message):
    """What was asked for was done."""

    text: str


@dataclass
class VerbRefused(Message):
    """What was asked for was not done; nothing was changed."""

    text: str


@dataclass
class ImportAsked(Message):
    """Store the histories that were found, and look at them; perhaps record from now on."""

    with_hook: bool


@dataclass
class HistoriesStored(Message):
    """The histories are in the store; a look at them is due."""

    text: str
