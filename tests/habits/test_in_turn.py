"""One kind of command used twice in a routine, each time on something else: both have their place."""

import pytest

from tests.habits.typed_history import Person, event_ids, spelled


@pytest.mark.parametrize(
    "steps",
    [
        ["kubectl config use-context prod", "kubectl apply -f shop.yaml", "kubectl config use-context dev"],
        ["curl -X POST http://lb/drain/web1", "ssh web1 ./upgrade.sh", "curl -X POST http://lb/enable/web1"],
        ["cp prod.env .env", "npm run build", "cp dev.env .env"],
        ["scp app.jar web1:/srv/", "scp conf.yml web1:/srv/", "ssh web1 'systemctl restart shop'"],
        ["ssh web1 'systemctl stop shop'", "rsync -a dist/ web1:/srv/shop/", "ssh web1 'systemctl start shop'"],
    ],
    ids=["contexts", "balancer", "environments", "copies", "remote"],
)
def test_each_of_them_is_a_step(steps):
    person = Person(1)
    for _ in range(12):
        with person.sitting():
            person.does("routine", *steps)
    (pattern,) = person.habits()
    assert spelled(pattern) == steps
    assert event_ids(pattern) == person.planted["routine"]
    assert pattern.worthy


def test_fourteen_steps_are_one_routine():
    person = Person(2)
    steps = [
        f"{program} --part {n}"
        for n, program in enumerate("lint test bundle sign notarize pack push pull stop migrate seed start warm tell".split())
    ]
    for _ in range(12):
        with person.sitting():
            person.does("release", *steps)
    (pattern,) = person.habits()
    assert len(pattern.steps) == 14
    assert event_ids(pattern) == person.planted["release"]


def test_what_is_done_on_another_host_tells_steps_apart_though_the_host_varies():
    person = Person(3)
    for k in range(12):
        with person.sitting():
            host = f"web{k}"
            person.does("tidy", f"ssh {host} 'df -h /var'", f"ssh {host} 'journalctl --vacuum-size=200M'")
    (pattern,) = person.habits()
    assert spelled(pattern) == ["ssh {1} 'df -h /var'", "ssh {1} 'journalctl --vacuum-size=200M'"]
