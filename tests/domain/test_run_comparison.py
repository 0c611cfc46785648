"""A first run beside its try: expected and seen, expected and not seen, seen and not expected."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vynexus_tui.domain.identifiers import AutomationId, RunId
from vynexus_tui.domain.run_comparison import ObservedChange, ObservedKind, ObservedRun, PredictedChange, Prediction, RunComparison, compare
from vynexus_tui.domain.trials import ChangeKind

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
K, S = ChangeKind, ObservedKind


def told(path: str, kind: ChangeKind = K.CREATE, **given: Any) -> PredictedChange:
    return PredictedChange(path=path, kind=kind, type=given.pop("type", "file"), **given)


def seen(path: str, kind: ObservedKind = S.CREATED, kind_of_file: str = "file") -> ObservedChange:
    return ObservedChange(path=path, kind=kind, type=kind_of_file)


def beside(predicted: list[PredictedChange], observed: list[ObservedChange], **given: Any) -> RunComparison:
    in_prediction = {key: given.pop(key) for key in ("ends_early", "not_shown") if key in given}
    prediction = Prediction(script_sha256="s", cwd="/p", arguments=(), changes=tuple(predicted), **in_prediction)
    values: dict[str, Any] = {"run_id": RunId("r"), "automation_id": AutomationId("a"), "started_us": 1, "exit_code": 0} | given
    return compare(ObservedRun(prediction=prediction, changes=tuple(observed), **values), started_at=NOW)


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        (K.CREATE, S.CREATED), (K.CREATE, S.MODIFIED), (K.CREATE, S.REWRITTEN), (K.MODIFY, S.MODIFIED), (K.MODIFY, S.REWRITTEN),
        (K.MODIFY, S.CREATED), (K.REPLACE, S.MODIFIED), (K.DELETE, S.DELETED), (K.CHMOD, S.CHMOD),
    ],
)  # fmt: skip
def test_what_the_try_showed_and_the_run_did_is_as_predicted(kind: ChangeKind, found: ObservedKind) -> None:
    result = beside([told("/p/a", kind)], [seen("/p/a", found)])
    assert (result.as_predicted_count, result.surprise_count, result.missing_count) == (1, 0, 0)
    assert result.headline == "first run: as the try showed (1 path)"


@pytest.mark.parametrize(
    ("kind", "found"),
    [(K.CREATE, S.DELETED), (K.MODIFY, S.DELETED), (K.MODIFY, S.CHMOD), (K.DELETE, S.MODIFIED), (K.CHMOD, S.MODIFIED)],
)
def test_something_else_at_a_predicted_path_is_a_surprise(kind: ChangeKind, found: ObservedKind) -> None:
    result = beside([told("/p/a", kind)], [seen("/p/a", found)])
    assert (result.surprises, result.missing, result.as_predicted_count) == ((("/p/a", found.value),), (), 0)


def test_a_path_that_nobody_was_shown_is_a_surprise_and_one_that_did_not_change_is_missing() -> None:
    result = beside([told("/p/a"), told("/p/b", K.DELETE)], [seen("/p/b", S.DELETED), seen("/p/c", S.CHMOD)])
    assert result.surprises == (("/p/c", "chmod"),)
    assert result.missing == (("/p/a", "create"),)
    assert (result.as_predicted_count, result.headline) == (1, "first run: 1 surprise")


def test_a_run_that_changes_nothing_as_its_try_did_is_said_to() -> None:
    assert beside([], []).headline == "first run: changed nothing in its folder, as the try showed"


def test_a_rename_is_a_path_that_goes_and_one_that_comes() -> None:
    rename = told("/p/new", K.RENAME, renamed_from="/p/old")
    assert beside([rename], [seen("/p/new"), seen("/p/old", S.DELETED)]).as_predicted_count == 1
    half = beside([rename], [seen("/p/new")])
    assert (half.missing, half.as_predicted_count) == ((("/p/old", "rename"),), 0)


def test_a_mode_counts_where_the_try_showed_it() -> None:
    both = [seen("/p/a", S.MODIFIED), seen("/p/a", S.CHMOD)]
    assert beside([told("/p/a", K.MODIFY, has_mode=True)], both).is_as_predicted
    assert beside([told("/p/a", K.MODIFY)], both).surprises == (("/p/a", "chmod"),)


def test_a_file_as_large_as_before_but_newer_is_not_known_rather_than_a_surprise() -> None:
    result = beside([], [seen("/p/a", S.REWRITTEN)])
    assert (result.not_known, result.surprise_count) == ((("/p/a", "rewritten"),), 0)


def test_what_stands_for_all_below_it_expects_all_below_it() -> None:
    tree = [told("/p/deps", type="dir", is_tree=True)]
    assert beside(tree, [seen("/p/deps", kind_of_file="dir"), seen("/p/deps/a/b")]).is_as_predicted
    assert beside(tree, [seen("/p/deps", kind_of_file="dir"), seen("/p/deps2")]).surprise_count == 1


def test_the_number_in_a_new_files_name_may_be_another_but_not_in_a_deleted_ones() -> None:
    made = beside([told("/p/backup-2026-11-22.tar"), told("/p/log")], [seen("/p/backup-2026-11-23.tar"), seen("/p/log")])
    assert (made.as_predicted_count, made.is_as_predicted) == (2, True)
    deleted = beside([told("/p/log.1", K.DELETE)], [seen("/p/log.2", S.DELETED)])
    assert (deleted.surprises, deleted.missing) == ((("/p/log.2", "deleted"),), (("/p/log.1", "delete"),))


def test_one_new_name_stands_for_one_predicted_file_only() -> None:
    result = beside([told("/p/out-1")], [seen("/p/out-2"), seen("/p/out-3")])
    assert (result.as_predicted_count, result.surprises) == (1, (("/p/out-3", "created"),))


def test_of_two_predicted_files_one_new_name_leaves_the_other_missing() -> None:
    result = beside([told("/p/out-1"), told("/p/out-2")], [seen("/p/out-3")])
    assert (result.as_predicted_count, result.missing, result.surprise_count) == (1, (("/p/out-2", "create"),), 0)


def test_a_new_tree_under_another_name_takes_what_is_below_it_along() -> None:
    tree = [told("/p/b-1", type="dir", is_tree=True)]
    assert beside(tree, [seen("/p/b-2", kind_of_file="dir"), seen("/p/b-2/x"), seen("/p/b-2/y")]).is_as_predicted


def test_gits_own_files_are_compared_as_one_but_hooks_and_config_by_name() -> None:
    commit = [told("/p/.git/index", K.MODIFY), told("/p/.git/objects/12/34")]
    result = beside(commit, [seen("/p/.git/index", S.MODIFIED), seen("/p/.git/objects/ab/cd"), seen("/p/.git/hooks/pre-commit")])
    assert result.surprises == (("/p/.git/hooks/pre-commit", "created"),)
    assert (result.as_predicted_count, result.missing_count) == (2, 0)
    assert beside(commit, [seen("/p/.git/index", S.MODIFIED), seen("/p/.git/MERGE_HEAD", S.DELETED)]).is_as_predicted
    untold = beside([], [seen("/p/.git/index", S.MODIFIED), seen("/p/.git/objects/ab/cd")])
    assert untold.surprises == (("/p/.git/", "git's own files"),)


def test_a_surprising_folder_is_one_line() -> None:
    found = [seen("/p/x", kind_of_file="dir"), *(seen(f"/p/x/{n:03}") for n in range(500)), seen("/p/y")]
    result = beside([], found)
    assert result.surprises == (("/p/x", "created, with 500 more below it"), ("/p/y", "created"))


def test_a_hundred_surprises_are_listed_and_all_are_counted() -> None:
    result = beside([], [seen(f"/p/{n:03}") for n in range(150)])
    assert (len(result.surprises), result.surprise_count, result.headline) == (100, 150, "first run: 150 surprises")


def test_after_a_network_step_nothing_is_a_surprise_and_that_is_said() -> None:
    result = beside([told("/p/a")], [seen("/p/a"), seen("/p/b")], ends_early="the try ended at its first network step")
    assert (result.surprises, result.not_known) == ((), (("/p/b", "created"),))
    assert result.headline == "first run: as the try showed (1 path), compared in part"


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"exit_code": 3}, "this run failed (exit 3)"),
        ({"reach": "top"}, "below its top only the predicted paths were looked at"),
        ({"reach": "paths"}, "only the predicted paths were looked at"),
        ({"not_shown": ("/p/.ssh",)}, "places that are hidden from a try were not looked at"),
    ],
)
def test_why_a_comparison_is_not_whole_is_said(given: dict[str, Any], reason: str) -> None:
    result = beside([], [], **given)
    assert result.is_partial
    assert reason in result.reasons[0]


def test_a_name_with_a_secret_in_it_cannot_be_missed() -> None:
    result = beside([told("/p/{{secret:github-token}}")], [])
    assert (result.missing, result.as_predicted_count) == ((), 0)


def test_a_surprise_is_worth_a_line_for_a_week() -> None:
    surprising, dull = beside([], [seen("/p/a")]), beside([told("/p/a")], [])
    assert [surprising.needs_a_look(NOW + timedelta(days=d)) for d in (0, 6, 8)] == [True, True, False]
    assert not dull.needs_a_look(NOW)


PATHS = st.sampled_from(["/p/a", "/p/a/b", "/p/a/b1", "/p/a/b2", "/p/.git/index", "/p/.git/hooks/x", "/q/1", "/q/2"])


@given(
    st.lists(st.builds(told, PATHS, st.sampled_from(K), is_tree=st.booleans(), renamed_from=st.none() | PATHS), max_size=6),
    st.lists(st.builds(seen, PATHS, st.sampled_from(S), st.sampled_from(["file", "dir"])), max_size=8),
)
def test_every_comparison_adds_up(predicted: list[PredictedChange], observed: list[ObservedChange]) -> None:
    result = beside(predicted, observed)
    assert 0 <= result.as_predicted_count <= len(predicted)
    assert result.missing_count <= len(predicted) - result.as_predicted_count
    assert {path for path, _ in result.surprises} <= {c.path for c in observed} | {"/p/.git/"}


def test_a_file_as_large_as_before_is_not_called_as_predicted() -> None:
    result = beside([], [seen("/p/a", S.REWRITTEN)])
    assert not result.is_as_predicted
    assert result.headline == "first run: 1 path may hold something else than the try showed"


def test_what_is_executed_later_is_a_surprise_also_in_a_predicted_tree() -> None:
    result = beside([told("/p/new", K.CREATE, is_tree=True)], [seen("/p/new"), seen("/p/new/x"), seen("/p/new/.git/hooks/pre-commit")])
    assert [path for path, _ in result.surprises] == ["/p/new/.git/hooks/pre-commit"]
