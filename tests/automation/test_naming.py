"""Names are read aloud by people and become commands: readable, valid, never colliding."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vynexus_tui.automation.naming import NAME, choose_name, is_subcommand
from vynexus_tui.automation.steps import ScriptStep


def _name(*steps: str, taken: tuple[str, ...] = ()) -> str:
    return choose_name([ScriptStep(text=text) for text in steps], lambda name: name in taken)


@pytest.mark.parametrize(
    ("steps", "name"),
    [
        (["uv version --bump patch", "pytest -q"], "bump-and-test"),
        (["git add -A", "git commit -m x", "git push"], "add-commit-push"),
        (["convert a.png -resize 50% b.png"], "resize-image"),
        (["ffmpeg -i a.mov a.mp3"], "convert-audio"),
        (["npm run build", "rsync -a dist/ web:/srv/"], "build-and-sync"),
        (["curl -s https://api.example.com/v1/users/7"], "fetch-users"),
        (["cargo test"], "my-test"),
        (["docker build -t app .", "docker push app"], "build-push"),
        (["for f in *.png; do convert $f -resize 50% x/$f; done"], "resize-image"),
        (["git status -s", "git diff"], "status-diff"),
        (["git pull", "make"], "pull-and-make"),
        (["docker compose up -d", "pytest", "docker compose down"], "compose-up-test-compose-down"),
        (["git up"], "my-up"),
        (["git"], "my-git"),
        (["cd src", "make html"], "make-html"),
        (["tar czf backup.tar.gz data"], "archive-backup"),
    ],
)
def test_a_name_says_what_is_done(steps: list[str], name: str) -> None:
    assert _name(*steps) == name


@pytest.mark.parametrize(
    ("steps", "name"),
    [
        (["cd ~/work/shop", "git pull", "source .venv/bin/activate"], "go-shop"),
        (["source .venv/bin/activate"], "use-venv"),
        (["source env.sh", "make"], "use-env"),
        (["conda activate ml"], "use-ml"),
        (["git clone https://example.org/a/tool.git", "cd tool"], "go-tool"),
    ],
)
def test_a_function_is_named_by_where_it_goes(workshop, steps: list[str], name: str) -> None:
    assert workshop.made(*steps).name == name


@pytest.mark.parametrize(
    ("steps", "name"),
    [
        (["ssh {host} uptime"], "remote-uptime"),
        (["ssh web 'git pull && make'"], "remote-git-pull"),
        (["ssh -fN -L 5432:db:5432 web"], "tunnel-web"),
        (["terraform -n {host}", "make"], "my-terraform-and-make"),
    ],
)
def test_what_is_done_on_another_machine_is_in_the_name(workshop, steps: list[str], name: str) -> None:
    assert workshop.made(*steps, values=[{"host": "a"}, {"host": "web"}]).name == name


def test_a_name_already_in_use_is_not_given_again() -> None:
    taken: tuple[str, ...] = ()
    for _ in range(6):
        name = _name("git add -A", "git push", taken=taken)
        assert name not in taken
        taken += (name,)


def test_values_that_vary_are_not_part_of_the_name(workshop) -> None:
    assert workshop.made("pandoc {month}.md", values=[{"month": "may"}, {"month": "june"}]).name == "my-render"


def test_a_one_word_name_is_not_a_common_command() -> None:
    assert _name("make") == "my-make"
    assert _name("pytest -q") == "my-test"


@pytest.mark.parametrize(
    "step", ["git up", "git co main", "cargo fmt", "kubectl ctx dev", "gh dash", "docker scan x", "hg up", "npm run git"]
)
def test_no_name_answers_to_a_command_of_git_or_its_like(step: str) -> None:
    taken: tuple[str, ...] = ()
    for _ in range(5):
        name = _name(step, taken=taken)
        assert not is_subcommand(name)
        taken += (name,)


@given(st.lists(st.text(alphabet="abcXYZ019 -_./é$'\"|&;{}\n", min_size=1, max_size=40), min_size=1, max_size=5))
def test_any_steps_give_a_valid_name(steps: list[str]) -> None:
    assert NAME.fullmatch(_name(*steps))
    assert not is_subcommand(_name(*steps))
