"""A status changes by `advance` alone, and only in ways that make sense."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vynexus_tui.domain.automations import INSTALLED, Action, AutomationStatus, advance, can_advance
from vynexus_tui.domain.errors import RequestError

S, A = AutomationStatus, Action


def test_only_an_approval_of_something_tried_makes_it_live_first() -> None:
    ways = [(s, a) for s in S for a in A if can_advance(s, a) and advance(s, a) is S.LIVE and s not in (S.LIVE, S.PAUSED, S.FAILING)]
    assert ways == [(S.TRIED, A.APPROVE)]


@given(st.lists(st.sampled_from(list(A)), max_size=30))
def test_nothing_is_ever_live_without_having_been_tried_and_approved(actions: list[Action]) -> None:
    status, done = S.NEW, []
    for action in actions:
        if can_advance(status, action):
            status = advance(status, action)
            done.append(action)
    if status in INSTALLED:
        since_edit = done[max((i for i, a in enumerate(done) if a is A.EDIT), default=-1) + 1 :]
        assert A.TRY in since_edit
        assert A.APPROVE in since_edit


def test_an_edit_takes_it_back_to_the_start_from_anywhere_it_is_possible() -> None:
    assert {advance(s, A.EDIT) for s in S if can_advance(s, A.EDIT)} == {S.NEW}


def test_what_is_impossible_says_what_is_possible() -> None:
    with pytest.raises(RequestError, match="cannot approve an automation that is new") as caught:
        advance(S.NEW, A.APPROVE)
    assert "try" in caught.value.hint


def test_rejected_and_retired_only_come_back_by_undo() -> None:
    assert not any(can_advance(s, a) for s in (S.REJECTED, S.RETIRED) for a in A)
