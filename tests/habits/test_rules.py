"""After A always B, though B is done for many other reasons too."""

from tests.habits.typed_history import Person, agreement, spelled
from vynexus_tui.domain.patterns import PatternKind


def _person(seed: int, *, follows: bool = True) -> Person:
    person = Person(seed)
    for k in range(24):
        with person.sitting():
            if k % 3 == 0:
                if follows:
                    person.does("rule", "vagrant provision --debug", "systemctl restart nginx")
                else:
                    person.types("vagrant provision --debug")
            for _ in range(2):
                person.potters(3)
                person.types("systemctl restart nginx")
    return person


def test_what_always_follows_is_a_rule():
    person = _person(1)
    (pattern,) = (p for p in person.habits() if len(p.steps) == 2)
    assert spelled(pattern) == ["vagrant provision --debug", "systemctl restart nginx"]
    assert pattern.kind is PatternKind.RULE
    assert agreement(pattern, person.planted["rule"]) >= 0.9


def test_a_rules_parameters_are_shared():
    person = Person(2)
    for k in range(20):
        with person.sitting():
            person.types(f"systemctl reload unit{k}")
            person.potters(3)
            if k % 2:
                person.does("rule", f"consul-template render svc{k}", f"systemctl reload svc{k}")
    (pattern,) = (p for p in person.habits() if len(p.steps) == 2)
    assert spelled(pattern) == ["consul-template render {1}", "systemctl reload {1}"]


def test_what_is_merely_frequent_does_not_follow():
    person = _person(3, follows=False)
    assert [spelled(p) for p in person.habits() if len(p.steps) > 1] == []
