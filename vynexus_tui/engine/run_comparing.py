"""The first real run beside its try: what approval writes down for it, and what is kept of what it changed (invariant 4)."""

import json
import os
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from vynexus_tui.domain.automations import Automation
from vynexus_tui.domain.run_comparison import ObservedRun, PredictedChange, Prediction, RunComparison, compare
from vynexus_tui.domain.trials import ChangeKind, FileChange, SandboxLevel, Trial, Verdict
from vynexus_tui.engine.assembly import Workspace, build_redactor, build_shortcuts
from vynexus_tui.language.redaction import SECRET_MARK
from vynexus_tui.shell.file_writing import read_small_text
from vynexus_tui.store.forgetting import rewrite_texts
from vynexus_tui.store.json_bodies import to_json

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_PREDICTED = 2_000
"""Looking at more paths one by one would hold up the run."""
_LARGEST_PREDICTION = 8 << 20
_NOT_SHOWN = re.compile(r"(/.+?) is (?:hidden|read-only|empty) (?:from|in)\b")
"""How a trial says that it could not show a place."""


def write_prediction(workspace: Workspace, automation: Automation, trial: Trial | None) -> bytes | None:
    """What the first run of an approved script is compared with; None where its try showed nothing that could be compared."""
    if trial is None or trial.level is not SandboxLevel.FULL or trial.verdict not in (Verdict.PASSED, Verdict.STOPS_AT_NETWORK):
        return None
    if len(trial.changes) > _MOST_PREDICTED or any(map(SECRET_MARK.search, trial.arguments)):
        return None
    defaults = tuple(parameter.default for parameter in automation.parameters)
    cwd = os.path.realpath(trial.cwd)
    hidden = _hidden_places(workspace, trial)
    changes = [c for c in trial.changes if not any(_is_at_or_below(c.path, place) for place in hidden)]
    prediction = Prediction(
        script_sha256=trial.script_sha256,
        cwd=cwd,
        arguments=(*trial.arguments, *(d for d in defaults[len(trial.arguments) :] if d is not None)),
        defaults=defaults,
        changes=tuple(map(_predicted, changes)),
        not_shown=tuple(p for p in hidden if _is_at_or_below(p, cwd) or any(_is_at_or_below(c.path, p) for c in trial.changes)),
        ends_early=_ends_early(trial),
    )
    return to_json(_without_secrets(prediction, build_redactor(workspace).output)).encode()


def compare_runs(workspace: Workspace, observed: Iterable[ObservedRun]) -> list[RunComparison]:
    """Each first run beside its try, without secrets."""
    redactor = build_redactor(workspace)
    return [compare(_with_paths(run, redactor.output), started_at=_EPOCH + timedelta(microseconds=run.started_us)) for run in observed]


def drop_predictions(workspace: Workspace, rewrite: Callable[[str], str]) -> None:
    """Deletes the predictions that hold what was just taken for a secret: nothing could be compared with what would be left of them."""
    for installed in build_shortcuts(workspace).list_installed():
        text = read_small_text(installed.predicted_path, most_bytes=_LARGEST_PREDICTION) if installed.is_predicted else None
        if text is not None and _holds(text, rewrite):
            installed.predicted_path.unlink(missing_ok=True)


def _holds(text: str, rewrite: Callable[[str], str]) -> bool:
    try:
        found = json.loads(text)
    except ValueError:
        return True
    return bool(rewrite_texts(found, rewrite) != found)


def _predicted(change: FileChange) -> PredictedChange:
    is_whole_dir = change.type == "dir" and change.kind in (ChangeKind.DELETE, ChangeKind.RENAME)
    return PredictedChange(
        path=change.path,
        kind=change.kind,
        type=change.type,
        renamed_from=change.renamed_from,
        has_mode=change.mode is not None,
        is_tree=is_whole_dir or change.contained_count is not None or change.kind is ChangeKind.REPLACE,
    )


def _ends_early(trial: Trial) -> str | None:
    if trial.verdict is Verdict.STOPS_AT_NETWORK and trial.exit_code != 0:
        return "the try ended at its first network step: what the script did after it was not shown"
    return "the try had no network: what the script did with it was not shown" if trial.network_attempted else None


def _hidden_places(workspace: Workspace, trial: Trial) -> tuple[str, ...]:
    """Secrets, shells' histories and our own state, which every trial hides, and what this one could not show."""
    from vynexus_tui.sandbox.trial_request import masked_paths  # here: cycles do without it

    paths = workspace.paths
    known = masked_paths(str(paths.home), workspace.settings.sandbox)
    own = [paths.data_dir, paths.state_dir, *([paths.config_file.parent] if paths.config_file.parent.name == "vynexus" else [])]
    said = (found[1] for line in trial.not_known if (found := _NOT_SHOWN.match(line)))
    return tuple(dict.fromkeys(os.path.realpath(place) for place in (*known, *map(str, own), *said)))


def _is_at_or_below(path: str, place: str) -> bool:
    return path == place or path.startswith(place.rstrip("/") + "/")


def _with_paths(run: ObservedRun, rewrite: Callable[[str], str]) -> ObservedRun:
    """Both sides go through the same redaction, so that a name with a secret in it still meets itself."""
    prediction = _without_secrets(run.prediction, rewrite)
    return replace(run, prediction=prediction, changes=tuple(replace(c, path=rewrite(c.path)) for c in run.changes))


def _without_secrets(prediction: Prediction, rewrite: Callable[[str], str]) -> Prediction:
    changes = (
        replace(c, path=rewrite(c.path), renamed_from=None if c.renamed_from is None else rewrite(c.renamed_from))
        for c in prediction.changes
    )
    return replace(prediction, changes=tuple(changes))
