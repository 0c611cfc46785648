"""When a project has a name for the steps already."""

import sys
import time

import pytest

from vynexus_tui.domain.patterns import PatternStep, SlotSpan
from vynexus_tui.domain.targets import ProjectTarget
from vynexus_tui.mining.target_matching import find_target, is_target_call

SHOP = "/home/me/shop"
DEPLOY = ProjectTarget("make deploy", SHOP, ("docker build -t shop:$(TAG) .", "docker push shop:$(TAG)", "kubectl apply -f $(FILES)"))


def _steps(*texts: str, varying: str = "") -> list[PatternStep]:
    found = []
    for text in texts:
        at = text.find(varying) if varying else -1
        slots = (SlotSpan(start=at, end=at + len(varying), name="value"),) if at >= 0 else ()
        found.append(PatternStep(text=text, slots=slots))
    return found


def _found(steps: list[PatternStep], *targets: ProjectTarget, folders: tuple[str | None, ...] = (SHOP,)) -> str | None:
    target = find_target(steps, set(folders), targets)
    return None if target is None else target.command


def test_the_same_commands_in_the_same_order_are_the_target():
    steps = _steps("docker build -t shop:v7 .", "docker push shop:v7", "kubectl apply -f a.yml -f b.yml", varying="v7")
    assert _found(steps, DEPLOY) == "make deploy"
    assert _found(steps[::-1], DEPLOY) is None
    assert _found(steps[:2], DEPLOY) is None


def test_quotes_and_spaces_do_not_matter_and_moves_say_nothing():
    target = ProjectTarget("just up", SHOP, ("cd app && docker  compose -f 'prod.yml' up -d",))
    assert _found(_steps("cd app", 'docker compose -f "prod.yml" up -d'), target) == "just up"


@pytest.mark.parametrize(("count", "expected"), [(4, None), (5, "make all")])
def test_four_of_five_commands_are_enough(count, expected):
    target = ProjectTarget("make all", SHOP, tuple(f"step{n} --go" for n in range(count)))
    assert _found(_steps(*(f"step{n} --go" for n in range(count - 1))), target) == expected


def test_another_program_or_another_value_is_not_the_target():
    target = ProjectTarget("make ship", SHOP, ("scp app.tgz web:/srv", "ssh web systemctl restart app"))
    assert _found(_steps("scp app.tgz web:/srv", "ssh db systemctl restart app"), target) is None
    assert _found(_steps("rsync app.tgz web:/srv", "ssh web systemctl restart app"), target) is None


def test_a_variable_in_place_of_the_program_says_nothing():
    target = ProjectTarget("make any", SHOP, ("$(RUN) $(ARGS)",))
    assert _found(_steps("pytest -q tests/mining"), target) is None


def test_one_command_with_a_value_that_varies_needs_a_target_in_which_it_varies():
    steps = _steps("git commit -m done", varying="done")
    assert _found(steps, ProjectTarget("make wip", SHOP, ("git commit -m wip",))) is None
    assert _found(steps, ProjectTarget("make save", SHOP, ('git commit -m "$(M)"',))) == "make save"


def test_a_row_of_targets_is_the_target_that_does_them_all():
    build, upload = ProjectTarget("make build", SHOP, ("cc a.c",)), ProjectTarget("make upload", SHOP, ("scp a.out web:",))
    release = ProjectTarget("make release", SHOP, ("cc a.c", "scp a.out web:"))
    calls = ProjectTarget("make again", SHOP, ("make build", "make upload"))
    assert _found(_steps("make build", "make upload"), build, upload, release) == "make release"
    assert _found(_steps("cc a.c", "scp a.out web:"), build, upload, calls) == "make again"


def test_a_command_before_a_target_is_not_forgotten():
    target = ProjectTarget("make deploy", SHOP, tuple(f"step{n} --go" for n in range(8)))
    assert _found(_steps("git pull", "make deploy"), target) is None
    assert _found(_steps("cd shop", "make deploy"), target) == "make deploy"


def test_only_targets_of_folders_where_it_was_typed_or_moved_into_count():
    steps = _steps("docker build -t shop:1 .", "docker push shop:1", "kubectl apply -f a.yml")
    assert _found(steps, DEPLOY, folders=("/home/me/blog", None)) is None
    assert _found([*_steps("cd ~/shop"), *steps], DEPLOY, folders=("/home/me",)) == "make deploy"


def test_targets_that_call_each_other_end():
    a, b = ProjectTarget("make a", SHOP, ("make b", "make b")), ProjectTarget("make b", SHOP, ("make a", "make a"))
    assert _found(_steps("make a", "git push"), a, b) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("make release", True),
        ("just  ship --yes", True),
        ("npm run build:all -- --watch=false", True),
        ("make deploy ENV=staging", True),
        ("make deploy && git push", False),
        ("make -C lib all", False),
        ("npm install express", False),
        ("make", False),
    ],
)
def test_what_calls_a_target_by_its_name(text, expected):
    assert is_target_call(PatternStep(text=text)) is expected


def test_hundreds_of_targets_are_compared_in_a_moment():
    targets = [ProjectTarget(f"make t{n}", SHOP, tuple(f"cc -o $(X) {n}.{k} $(FLAGS) $(LIBS)" for k in range(40))) for n in range(400)]
    began = time.perf_counter()
    for n in range(100):
        assert _found(_steps(f"cc -o a {n}.1 -O2", "git push", varying="-O2"), *targets) is None
    assert time.perf_counter() - began < 10


def test_words_made_to_be_slow_are_compared_at_once():
    target = ProjectTarget("make slow", SHOP, ("run " + "$(A)a" * 100 + "b",))
    began = time.perf_counter()
    assert _found(_steps("run " + "a" * 1900), target) is None
    assert not is_target_call(PatternStep(text="make all" + " --" * 600 + " !"))
    assert time.perf_counter() - began < 3


def _calls(steps: list[PatternStep], targets: list[ProjectTarget]) -> int:
    """Functions called to look for the steps among the targets: work, whatever else the machine does."""
    count = 0

    def on_event(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(on_event)
    try:
        find_target(steps, {SHOP}, targets)
    finally:
        sys.setprofile(before)
    return count


def _entangled(count: int, mark: str) -> list[ProjectTarget]:
    """Targets each of which calls three others forty times."""
    names = [f"{mark}{n}" for n in range(count)]
    return [
        ProjectTarget(f"make {name}", SHOP, tuple(f"make {names[(n + k) % count]}" for k in (1, 2, 7)) * 13) for n, name in enumerate(names)
    ]


def test_targets_that_call_each_other_cost_twice_as_much_when_there_are_twice_as_many():
    steps = _steps("npm ci", "npm run build", "docker push app")
    few, many = _calls(steps, _entangled(50, "a")), _calls(steps, _entangled(100, "b"))
    assert many < 2.5 * few
    assert many < 100 * 3000


def test_the_second_pattern_of_a_cycle_finds_the_targets_expanded():
    targets = _entangled(60, "c")
    first = _calls(_steps("npm ci", "npm run build"), targets)
    assert _calls(_steps("docker pull app", "docker push app"), targets) < first / 5


def test_a_row_of_steps_tires_before_it_was_compared_with_everything():
    words = " ".join(f"w{n}" for n in range(34))
    steps = [PatternStep(text=f"run {words} {n}") for n in range(12)]
    targets = [ProjectTarget(f"make t{n}", SHOP, tuple(f"run {words} $(X) {n}.{k}" for k in range(12))) for n in range(60)]
    work = []
    for some in (targets[:10], targets):
        _calls(steps, some)  # each command is read once, however many rows of steps there are
        work.append(_calls(steps, some))
    assert work[1] < 2 * work[0]
    short = ProjectTarget("make short", SHOP, ("cc a.c",))
    assert _found(_steps("cc a.c"), *targets, short) == "make short"
