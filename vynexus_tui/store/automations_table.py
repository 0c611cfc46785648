"""Automations, their trials, and what the person decided about which exact script."""

from datetime import datetime

from vynexus_tui.domain.automations import Action, Automation, AutomationStatus, Decision
from vynexus_tui.domain.identifiers import AutomationId
from vynexus_tui.domain.runs import Baseline
from vynexus_tui.domain.trials import Trial
from vynexus_tui.store.database import Connection
from vynexus_tui.store.json_bodies import from_json, to_json

_KEPT_TRIALS = 20
"""Per automation; diffs can be large."""


def write_automation(connection: Connection, automation: Automation) -> None:
    """Adds or replaces an automation; its frozen baseline stays."""
    connection.execute(
        "INSERT INTO automations VALUES (?,?,?,?,?,NULL) ON CONFLICT (automation_id) DO UPDATE SET name=excluded.name,"
        " pattern_id=excluded.pattern_id, status=excluded.status, body=excluded.body",
        (automation.automation_id, automation.name, automation.pattern_id, automation.status, to_json(automation)),
    )


def read_automations(connection: Connection) -> list[Automation]:
    """All automations, whatever their status."""
    return [from_json(row[0], Automation) for row in connection.execute("SELECT body FROM automations ORDER BY name")]


def read_automation(connection: Connection, name_or_id: str) -> Automation | None:
    """One automation by id or name."""
    row = connection.execute("SELECT body FROM automations WHERE automation_id=? OR name=?", (name_or_id, name_or_id)).fetchone()
    return from_json(row[0], Automation) if row else None


def write_baseline(connection: Connection, automation_id: AutomationId, baseline: Baseline | None) -> None:
    """Freezes how long the work took by hand."""
    connection.execute("UPDATE automations SET baseline=? WHERE automation_id=?", (to_json(baseline) if baseline else None, automation_id))


def read_baselines(connection: Connection) -> dict[AutomationId, Baseline]:
    """Automation to its frozen baseline, where there is one."""
    rows = connection.execute("SELECT automation_id, baseline FROM automations WHERE baseline IS NOT NULL")
    return {AutomationId(aid): from_json(text, Baseline) for aid, text in rows}


def add_trial(connection: Connection, automation_id: AutomationId, trial: Trial) -> None:
    """Keeps a trial; the oldest beyond 20 per automation are dropped."""
    connection.execute(
        "INSERT INTO trials VALUES (NULL,?,?,?,?)", (automation_id, trial.script_sha256, trial.tried_at.isoformat(), to_json(trial))
    )
    connection.execute(
        "DELETE FROM trials WHERE automation_id=? AND trial_no NOT IN"
        " (SELECT trial_no FROM trials WHERE automation_id=? ORDER BY trial_no DESC LIMIT ?)",
        (automation_id, automation_id, _KEPT_TRIALS),
    )


def read_trial(connection: Connection, automation_id: AutomationId, script_sha256: str) -> Trial | None:
    """The newest trial of this very script."""
    row = connection.execute(
        "SELECT body FROM trials WHERE automation_id=? AND script_sha256=? ORDER BY trial_no DESC LIMIT 1", (automation_id, script_sha256)
    ).fetchone()
    return from_json(row[0], Trial) if row else None


def read_last_trial(connection: Connection, automation_id: AutomationId) -> Trial | None:
    """The newest trial of any script this automation had."""
    row = connection.execute("SELECT body FROM trials WHERE automation_id=? ORDER BY trial_no DESC LIMIT 1", (automation_id,)).fetchone()
    return from_json(row[0], Trial) if row else None


def read_trials(connection: Connection, *, most: int) -> list[Trial]:
    """The newest trials of all automations, newest first."""
    return [from_json(row[0], Trial) for row in connection.execute("SELECT body FROM trials ORDER BY trial_no DESC LIMIT ?", (most,))]


def add_decision(
    connection: Connection,
    automation_id: AutomationId,
    script_sha256: str,
    action: Action,
    previous_status: AutomationStatus,
    *,
    now: datetime,
    before: Automation | None = None,
    reason: str | None = None,
) -> None:
    """Writes a decision down, with the automation as it was before it; `reason` where VyNexus made it by itself."""
    connection.execute(
        "INSERT INTO decisions VALUES (NULL,?,?,?,?,?,NULL,?,?)",
        (automation_id, script_sha256, action, previous_status, now.isoformat(), to_json(before) if before else None, reason),
    )


def read_run_permissions(connection: Connection) -> dict[AutomationId, datetime]:
    """When the person last let each automation run: approved or resumed it."""
    rows = connection.execute(
        "SELECT automation_id, MAX(decided_at) FROM decisions WHERE action IN (?,?) AND undone_at IS NULL GROUP BY automation_id",
        (Action.APPROVE, Action.RESUME),
    )
    return {AutomationId(aid): datetime.fromisoformat(decided) for aid, decided in rows}


def read_stop_reasons(connection: Connection) -> dict[AutomationId, str]:
    """Why each automation last stopped itself."""
    rows = connection.execute("SELECT automation_id, reason FROM decisions WHERE action=? ORDER BY decision_id", (Action.FAIL,))
    return {AutomationId(aid): reason for aid, reason in rows if reason}


def delete_proposal(connection: Connection, proposal: Automation) -> bool:
    """Deletes a proposal that gives way to a better one; False when somebody has changed it meanwhile."""
    if read_automation(connection, proposal.automation_id) != proposal:
        return False
    connection.execute("DELETE FROM automations WHERE automation_id=?", (proposal.automation_id,))
    return True


def read_before(connection: Connection, decision_id: int) -> Automation | None:
    """The automation as it was before a decision."""
    row = connection.execute("SELECT before FROM decisions WHERE decision_id=?", (decision_id,)).fetchone()
    return from_json(row[0], Automation) if row and row[0] else None


def mark_undone(connection: Connection, decision_id: int, *, now: datetime) -> None:
    """The decision was taken back; it stays on record."""
    connection.execute("UPDATE decisions SET undone_at=? WHERE decision_id=?", (now.isoformat(), decision_id))


def read_decisions(
    connection: Connection, *, automation_id: AutomationId | None = None, only_standing: bool = False, most: int = 100
) -> list[Decision]:
    """Decisions, newest first; `only_standing`: the person's own that were not taken back."""
    rows = connection.execute(
        "SELECT decision_id, automation_id, script_sha256, action, previous_status, decided_at, undone_at, reason FROM decisions WHERE (?1 IS NULL OR automation_id=?1) AND (?2=0 OR (undone_at IS NULL AND reason IS NULL)) ORDER BY decision_id DESC LIMIT ?3",
        (automation_id, int(only_standing), most),
    )
    return [
        Decision(
            decision_id=number,
            automation_id=AutomationId(aid),
            script_sha256=sha256,
            action=Action(action),
            previous_status=AutomationStatus(previous),
            decided_at=datetime.fromisoformat(decided),
            undone_at=datetime.fromisoformat(undone) if undone else None,
            reason=reason,
        )
        for number, aid, sha256, action, previous, decided, undone, reason in rows
    ]
