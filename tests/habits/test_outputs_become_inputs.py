"""What one step makes, a later one uses: that ties steps together across other commands."""

import pytest

from tests.habits.typed_history import Person, event_ids, spelled

NAMES = ["march", "april", "alpha", "delta", "north", "south", "orders", "clients", "photos"]


def _person(seed: int, first: str, second: str, noise: int) -> Person:
    person = Person(seed)
    for name in NAMES:
        with person.sitting():
            begin = person.types(first.replace("NAME", name))
            person.potters(noise)
            person.planted["pair"].append((begin, person.types(second.replace("NAME", name))))
    return person


PAIRS = [
    ("mkdir NAME", "cd NAME"),
    ("tar czf NAME.tar.gz data", "scp NAME.tar.gz nas:/backups/"),
    ("curl -fsSLo NAME.iso https://mirror.lan/NAME.iso", "sha256sum NAME.iso"),
    ("git clone git@git.lan:team/NAME.git", "cd NAME"),
]


@pytest.mark.parametrize(("first", "second"), PAIRS[1:3], ids=["archive", "download"])
@pytest.mark.parametrize("noise", [0, 1, 3])
def test_what_was_made_is_used(first, second, noise):
    person = _person(1, first, second, noise)
    (pattern,) = person.habits()
    assert spelled(pattern) == [first.replace("NAME", "{1}"), second.replace("NAME", "{1}")]
    assert event_ids(pattern) == person.planted["pair"]


@pytest.mark.parametrize(("first", "second"), PAIRS, ids=["folder", "archive", "download", "clone"])
def test_a_link_reaches_across_six_other_commands(first, second):
    person = _person(2, first, second, 6)
    assert event_ids(person.habits()[0]) == person.planted["pair"]


@pytest.mark.parametrize("opening", ["mkdir NAME", "git clone git@git.lan:team/NAME.git"])
def test_a_folder_is_made_entered_and_filled(opening):
    person = Person(3)
    for name in NAMES:
        with person.sitting():
            person.does("new", opening.replace("NAME", name), f"cd {name}", "python3 -m venv .venv", noise_share=0.2)
    (pattern,) = person.habits()
    assert spelled(pattern) == [opening.replace("NAME", "{1}"), "cd {1}", "python3 -m venv .venv"]


def test_a_redirections_file_is_an_output():
    person = Person(4)
    for name in NAMES:
        with person.sitting():
            person.does("stats", f"sqlite3 shop.db 'select * from {name}' > out/{name}.csv", f"xsv stats out/{name}.csv", noise_share=0.3)
    (pattern,) = person.habits()
    assert spelled(pattern) == ["sqlite3 shop.db 'select * from {1}' > out/{1}.csv", "xsv stats out/{1}.csv"]


def test_a_chain_of_files_is_one_habit():
    person = Person(5)
    for name in NAMES:
        with person.sitting():
            person.does(
                "backup",
                f"pg_dump shop -f {name}.sql",
                f"gzip {name}.sql",
                f"gpg -er ops {name}.sql.gz",
                f"rclone copy {name}.sql.gz.gpg b2:dumps",
            )
    (pattern,) = person.habits()
    assert spelled(pattern) == ["pg_dump shop -f {1}.sql", "gzip {1}.sql", "gpg -er ops {1}.sql.gz", "rclone copy {1}.sql.gz.gpg b2:dumps"]
