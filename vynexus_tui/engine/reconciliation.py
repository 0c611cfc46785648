"""The shell made to agree with the store: what is installed is exactly what stands as approved, whatever was interrupted on the way.

The store decides. A process that was killed between the two, a full disk at the wrong moment, an undo across a stop: each ends here.
"""

from vynexus_tui.domain.automations import INSTALLED, Automation, AutomationStatus
from vynexus_tui.engine.assembly import Workspace, build_shortcuts, writing
from vynexus_tui.engine.run_comparing import write_prediction
from vynexus_tui.shell.installed_shortcut import InstalledShortcut
from vynexus_tui.store import automations_table, comparisons_table
from vynexus_tui.store.database import Connection, transaction


def reconcile_shortcuts(workspace: Workspace) -> tuple[str, ...]:
    """Makes all shortcuts agree with the store; the names of those that did not. Raises ShellError where one cannot be mended.

    Holds the store's write lock: a decision under way has changed the shell before it is committed.
    """
    if not workspace.paths.database.exists():
        return ()
    shortcuts = build_shortcuts(workspace)
    with writing(workspace) as connection, transaction(connection):
        automations = {a.automation_id: a for a in automations_table.read_automations(connection)}
        installed = {i.automation_id: i for i in shortcuts.list_installed()}
        mended = []
        for found in installed.values():
            if (record := automations.get(found.automation_id)) is None or record.status not in INSTALLED or record.name != found.name:
                shortcuts.remove(found.name)
                mended.append(found.name)
        for automation in automations.values():
            if automation.status in INSTALLED and not _agrees(automation, installed.get(automation.automation_id)):
                sync_shortcut(workspace, connection, automation)
                mended.append(automation.name)
    return tuple(mended)


def sync_shortcut(workspace: Workspace, connection: Connection, automation: Automation) -> InstalledShortcut | None:
    """Makes one automation's command what its record says: there, stopped or gone; what is installed then. Raises ShellError."""
    shortcuts = build_shortcuts(workspace)
    if automation.status not in INSTALLED:
        shortcuts.remove(automation.name)
        return None
    found = next((i for i in shortcuts.list_installed() if i.automation_id == automation.automation_id), None)
    if found is None or not _is_same_text(automation, found):
        prediction = _open_prediction(workspace, connection, automation)
        most_failures = workspace.settings.automation_creation.failures_until_paused
        found = shortcuts.install(automation, prediction=prediction, most_failures=most_failures)
    if found.status == automation.status:
        return found
    if automation.status is AutomationStatus.LIVE:
        return shortcuts.resume(automation.name)
    return shortcuts.pause(automation.name, is_failing=automation.status is AutomationStatus.FAILING)


def _agrees(automation: Automation, found: InstalledShortcut | None) -> bool:
    return found is not None and found.status == automation.status and _is_same_text(automation, found)


def _is_same_text(automation: Automation, found: InstalledShortcut) -> bool:
    same = (found.name, found.sha256, found.cwd, found.is_function)
    return same == (automation.name, automation.script.sha256, automation.runs_in, automation.is_function)


def _open_prediction(workspace: Workspace, connection: Connection, automation: Automation) -> bytes | None:
    """What its first run is to be compared with; None once that was done, and for a function, which no program of ours starts."""
    if automation.is_function or (automation.automation_id, automation.script.sha256) in comparisons_table.read_comparisons(connection):
        return None
    trial = automations_table.read_trial(connection, automation.automation_id, automation.script.sha256)
    return write_prediction(workspace, automation, trial)
