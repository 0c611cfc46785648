"""`history | vynexus peek -` is the same as naming the file."""

from datetime import UTC, datetime
from io import BytesIO

from vynexus_tui.sources.history_files import read_history

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def read(text: str) -> list[tuple[str, datetime | None]]:
    return [(e.command, e.started_at) for e in read_history(None, BytesIO(text.encode()), now=NOW).events]


def test_numbers_before_the_entries_are_no_commands() -> None:
    assert read("    9  ls -la\n   10  make test\n   11* git push\n") == [("ls -la", None), ("make test", None), ("git push", None)]


def test_dates_that_histtimeformat_prints_are_dates() -> None:
    (first, at), (second, later) = read("  101  2026-11-01 09:00:00 ls\n  102  2026-11-01 09:00:30 make test\n")
    assert (first, second) == ("ls", "make test")
    assert at is not None
    assert later is not None
    assert (later - at).total_seconds() == 30


def test_an_entry_of_several_lines_goes_on_without_a_number() -> None:
    listing = "".join(f"  {n}  2026-11-01 09:00:{n} make t{n}\n" for n in range(10, 40)) + "  40  2026-11-01 09:00:41 echo 'a\nb'\n"
    assert read(listing)[-1][0] == "echo 'a\nb'"


def test_commands_that_begin_with_numbers_are_left_alone() -> None:
    text = "7z x a.7z\n2to3 b.py\n7 times\n100 bottles\n"
    assert [c for c, _ in read(text)] == ["7z x a.7z", "2to3 b.py", "7 times", "100 bottles"]
