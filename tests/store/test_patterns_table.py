"""What a cycle writes about patterns: all that changed, nothing else."""

from pathlib import Path

import pytest

from vynexus_tui.domain.cycles import PatternHead
from vynexus_tui.domain.identifiers import PatternId
from vynexus_tui.domain.patterns import AutomationPotential, Pattern, PatternKind, PatternStep
from vynexus_tui.store.database import Connection, open_database, transaction
from vynexus_tui.store.patterns_table import EVERY, read_heads, read_patterns, write_patterns

POTENTIAL = AutomationPotential(score=0.5, frequency_share=0.5, time_saving_share=None, recency_share=None, partial=True)


@pytest.fixture
def connection(tmp_path: Path) -> Connection:
    return open_database(tmp_path / "v.db", busy_timeout_ms=100)


def entry(name: str, text: str) -> tuple[PatternHead, Pattern]:
    pattern_id, steps = PatternId(name), (PatternStep(text=text),)
    pattern = Pattern(
        pattern_id=pattern_id, kind=PatternKind.EXACT, steps=steps, occurrences=(), potential=POTENTIAL, worthy=True, reasons=()
    )
    head = PatternHead(
        pattern_id=pattern_id,
        kind=pattern.kind,
        steps=(text,),
        occurrence_count=0,
        session_count=0,
        potential=POTENTIAL,
        worthy=True,
        reasons=(),
        schedule=None,
        last_seen_at=None,
        hands_on_s=None,
    )
    return head, pattern


def write(connection: Connection, *found: tuple[PatternHead, Pattern], unchanged: tuple[str, ...] = ()) -> None:
    with transaction(connection):
        write_patterns(connection, found, unchanged={PatternId(name) for name in unchanged})


def test_what_is_unchanged_keeps_its_row_and_takes_its_new_place(connection: Connection) -> None:
    write(connection, entry("a", "make"), entry("b", "make test"))
    write(connection, entry("b", "make check"), entry("a", "not written"), unchanged=("a",))
    assert [p.steps[0].text for p in read_patterns(connection)] == ["make check", "make"]
    assert [h.title for h in read_heads(connection)] == ["make check", "make"]


def test_what_is_found_no_more_is_gone(connection: Connection) -> None:
    write(connection, entry("a", "make"), entry("b", "make test"))
    write(connection, entry("b", "make test"), unchanged=("b",))
    assert [p.pattern_id for p in read_patterns(connection)] == ["b"]


def test_a_screen_reads_the_best_and_a_cycle_reads_all(connection: Connection) -> None:
    write(connection, *(entry(f"{n:03}", f"make {n}") for n in range(501)))
    assert len(read_heads(connection)) == 500
    assert len(read_heads(connection, most=EVERY)) == 501
