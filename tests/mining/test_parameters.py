"""What varies, where exactly, and under which name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vynexus_tui.domain.patterns import PatternStep
from vynexus_tui.mining.parameters import find_parameters
from vynexus_tui.mining.shapes import build_shape


def _find(*rows: list[str]) -> tuple[list[str], tuple[dict[str, str], ...]]:
    found = find_parameters(rows[-1], [[build_shape(text) for text in row] for row in rows])
    steps = [PatternStep(text=text, slots=slots) for text, slots in zip(rows[-1], found.spans, strict=True)]
    return [step.template for step in steps], found.values


@pytest.mark.parametrize(
    ("commands", "template"),
    [
        (["git commit -m 'fix a'", "git commit -m 'fix bb'"], "git commit -m '{message}'"),
        (["git checkout -b feat/a", "git checkout -b feat/b"], "git checkout -b feat/{branch}"),
        (["ssh db01 uptime", "ssh web02 uptime"], "ssh {host} uptime"),
        (["ping 10.0.0.1", "ping 10.0.0.24"], "ping {host}"),
        (["git tag v1.2.3", "git tag v1.2.4"], "git tag {version}"),
        (["curl https://a.org/x", "curl https://b.org/y"], "curl {url}"),
        (["kill 123", "kill 4567"], "kill {n}"),
        (["make --jobs=4", "make --jobs=8"], "make --jobs={jobs}"),
        (["deploy --region eu", "deploy --region us"], "deploy --region {region}"),
        (["MODE=a run it", "MODE=b run it"], "MODE={mode} run it"),
        (["pg_dump x > x-2024-01-01.sql", "pg_dump x > x-2024-02-11.sql"], "pg_dump x > x-{date}.sql"),
        (["tar xzf a.tar.gz", "tar xzf b.tar.gz"], "tar xzf {file}.tar.gz"),
        (["curl https://api.org/v/1", "curl https://api.org/v/22"], "curl https://api.org/v/{n}"),
        (["cp a.txt /srv/a.txt", "cp b.txt /srv/b.txt"], "cp {file}.txt /srv/{file}.txt"),
    ],
)
def test_parameters_have_names_a_person_would_choose(commands, template):
    templates, _ = _find(*[[command] for command in commands])
    assert templates == [template]


def test_a_value_within_a_longer_one_is_the_same_parameter():
    templates, values = _find(
        *[
            [f"docker build -t {a}:{v} .", f"docker push {a}:{v}", f"kubectl set image deploy/{a} {a}={a}:{v}"]
            for a, v in (("shop", "1.0.1"), ("mail", "2.3.0"), ("blog", "0.9.12"))
        ]
    )
    assert templates == [
        "docker build -t {image}:{version} .",
        "docker push {image}:{version}",
        "kubectl set image deploy/{image} {image}={image}:{version}",
    ]
    assert values[1] == {"image": "mail", "version": "2.3.0"}


def test_a_tag_with_a_letter_before_the_version_shares_the_version():
    templates, _ = _find(*[[f"npm version {v}", f"git tag v{v}"] for v in ("1.0.1", "1.2.0", "2.0.0")])
    assert templates == ["npm version {version}", "git tag v{version}"]


def test_two_values_that_differ_are_two_parameters():
    templates, _ = _find(["mv a.txt b.md"], ["mv c.txt d.md"], ["mv e.txt f.md"])
    assert templates == ["mv {file}.txt {file2}.md"]


def test_quotes_inside_a_word_keep_it_whole():
    templates, _ = _find(["touch a\\ b"], ["touch c\\ d"])
    assert len(templates) == 1
    assert "\\" not in templates[0]


_VALUE = st.from_regex(r"[a-z][a-z0-9]{2,8}(-[a-z0-9]{1,4})?", fullmatch=True)


@given(st.lists(st.tuples(_VALUE, _VALUE), min_size=3, max_size=8, unique=True))
def test_putting_an_occurrences_values_into_the_slots_gives_its_text(pairs):
    rows = [[f"convert {a}.png out/{a}.jpg", f"upload --to={b} out/{a}.jpg"] for a, b in pairs]
    found = find_parameters(rows[-1], [[build_shape(text) for text in row] for row in rows])
    values = found.values[-1]
    for text, slots in zip(rows[-1], found.spans, strict=True):
        last = 0
        for slot in slots:
            assert last <= slot.start < slot.end <= len(text)
            assert text[slot.start : slot.end] == values[slot.name]
            last = slot.end
