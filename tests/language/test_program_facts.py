"""What is known of programs, told apart by the cases that matter: a person's answer, lost files, other people's screens."""

import pytest

from vynexus_tui.language.destruction import destructive_reason, whole_device_reason
from vynexus_tui.language.lexing import Part, parse_command
from vynexus_tui.language.outward import publishing_reason, remote_reason, request_method
from vynexus_tui.language.program_facts import (
    command_family,
    command_head,
    command_words,
    commands_within,
    interactive_reason,
    is_interactive,
    is_navigation,
    is_trivial,
    left_running_reason,
    network_reason,
    outside_reason,
    privileged_reason,
    stateful_reason,
)


def _part(text: str) -> Part:
    parts = parse_command(text)
    assert len(parts) == 1
    return parts[0]


@pytest.mark.parametrize(
    "text",
    [
        "vim a", "nano", "less a", "man ls", "ssh web", "mysql shop", "psql", "top", "git commit", "git rebase -i HEAD~3", "git add -p", "fg",
        "docker run -it x bash", "tail -f a", "python3", "npm run dev", "docker compose up", "kubectl logs -f pod", "ping example.com", "tmux",
        "tmux attach", "read x", "python -m http.server", "watch ls", "echo $(fzf)", "cat a | less", "flask run", "claude", "sqlite3 app.db",
        "for f in a b; do vim $f; done", "sh -c 'vim a'", "jupyter notebook", "ssh-keygen -t ed25519", "timeout 5 vim a", "tmux new -s x",
    ],
)  # fmt: skip
def test_a_person_is_needed(text: str) -> None:
    assert interactive_reason(_part(text))


@pytest.mark.parametrize(
    "text",
    [
        "git commit -m x", "git commit --amend --no-edit", "ssh web uptime", "psql -c 'select 1'", "mysql shop < dump.sql", "cat a.sql | psql app",
        "sqlite3 app.db 'select 1'", "python3 a.py", "echo 'print(1)' | python3", "tail -n 5 a", "docker compose up -d", "ping -c 3 example.com",
        "docker run --rm x", "less a > b", "man ls | col -b", "top -b -n1", "tmux new -d -s x", "crontab -l", "npm test", "yes | head -1",
        "while read -r x; do echo $x; done < f", "ssh-keygen -l -f k", "git add -A", "kubectl logs pod", "emacs --batch -f x",
    ],
)  # fmt: skip
def test_nobody_is_needed(text: str) -> None:
    assert interactive_reason(_part(text)) is None
    assert not is_interactive(text)


@pytest.mark.parametrize(
    "text",
    ["sudo ls", "time sudo ls", "env A=1 sudo ls", "ls | sudo tee x", "sh -c 'sudo ls'", "echo $(sudo ls)", "xargs sudo rm", "su -c ls"],
)
def test_other_rights_are_seen_wherever_they_hide(text: str) -> None:
    assert privileged_reason(_part(text))


@pytest.mark.parametrize("text", ["echo sudo", "grep sudo /var/log/auth.log", "man sudo", "ls sudo"])
def test_the_word_alone_asks_for_no_rights(text: str) -> None:
    assert privileged_reason(_part(text)) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("rm a", "rm deletes files"), ("rm -rf a", "rm -r"), ("rm --recursive a", "rm -r"), ("git push -f", "git push --force"), ("git push --force-with-lease", "force"),
        ("git push origin :old", "deletes a branch at the remote"), ("git push origin --delete old", "deletes a branch at the remote"), ("git push -d origin old", "deletes a branch at the remote"), ("git push --force origin :old", "git push --force"), ("git -C x reset --hard", "reset"), ("git checkout -- .", "drops"), ("git branch -D x", "branch"),
        ("git clean -fd", "untracked"), ("git stash drop", "stash"), ("docker system prune -f", "docker"), ("docker compose down -v", "docker"),
        ("aws s3 rm s3://b/x", "objects"), ("gcloud compute instances delete x", "gcloud delete deletes a resource"), ("truncate -s 0 a", "empties"), ("mkfs.ext4 /dev/sdb", "file system"),
        ("redis-cli flushall", "drops data"), ("psql -c 'DELETE FROM t'", "drops data"), ("crontab -r", "schedule"), ("rsync -a --delete a b", "target"),
        ("find . -exec rm {} +", "find deletes"), ("ls | xargs rm", "xargs rm"), ("cat a > /dev/sda", "device"), ("for f in a; do rm -r $f; done", "rm -r"),
        ("timeout 5 rm -r a", "rm -r"), ("bash -c 'rm -rf x'", "rm -r"), ("true && rm a || rm -rf b", "rm -r"),
    ],
)  # fmt: skip
def test_a_loss_is_named(text: str, words: str) -> None:
    assert words in (destructive_reason(_part(text)) or "nothing")


@pytest.mark.parametrize(
    "text",
    ["git push", "git branch -d merged", "git reset HEAD a", "docker compose down", "cp a b", "echo a > /dev/null", "grep 'drop table' a.sql", "git checkout main",
     "git rm --cached a", "npm run clean", "kubectl get pods", "echo rm -rf /", "git commit -m 'delete from list'"],
)  # fmt: skip
def test_nothing_is_lost(text: str) -> None:
    assert destructive_reason(_part(text)) is None


@pytest.mark.parametrize(
    "text",
    ["curl x", "git push", "git -C a fetch", "npm ci", "pip install x", "echo $(curl x)", "ssh web ls", "for i in 1; do wget x; done"],
)
def test_the_network_is_reached(text: str) -> None:
    assert network_reason(_part(text))


@pytest.mark.parametrize("text", ["git commit -m push", "npm test", "make", "docker ps", "cat curl.txt"])
def test_the_network_is_not_reached(text: str) -> None:
    assert network_reason(_part(text)) is None


def test_services_outside_a_sandbox_are_named() -> None:
    assert outside_reason(_part("docker ps"))
    assert outside_reason(_part("time systemctl --user restart x"))
    assert outside_reason(_part("make")) is None


@pytest.mark.parametrize(
    "text",
    [
        "git push",
        "npm publish",
        "aws s3 cp a s3://b",
        "curl -X PUT x",
        "curl --data a x",
        "wget --post-data=a x",
        "gh pr create",
        "kubectl apply -f x",
    ],
)
def test_others_would_see_it(text: str) -> None:
    assert publishing_reason(_part(text))


@pytest.mark.parametrize("text", ["git pull", "aws s3 ls", "curl x", "curl -G -d a=1 x", "gh pr list", "npm pack"])
def test_others_see_nothing(text: str) -> None:
    assert publishing_reason(_part(text)) is None


def test_looking_around_is_trivial_unless_it_writes() -> None:
    assert is_trivial(_part("ls -la | head"))
    assert is_navigation(_part("cd src"))
    assert not is_trivial(_part("cat a > b"))
    assert not is_trivial(_part("make"))


def test_what_changes_the_calling_shell_is_known() -> None:
    assert stateful_reason(_part("export A=1"))
    assert stateful_reason(_part("A=1"))
    assert stateful_reason(_part("A=1 make")) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sudo -u www env A=1 nice -n 5 ls -l", ("ls", "-l")), ("time -p make", ("make",)), ("timeout -k 5 30 ./slow.sh a", ("slow.sh", "a")),
        ("/usr/bin/git push", ("git", "push")), ("env", ("env",)), ("nohup ./a.sh", ("a.sh",)),
    ],
)  # fmt: skip
def test_wrappers_are_taken_off(text: str, words: tuple[str, ...]) -> None:
    assert command_words(_part(text).commands[0]) == words


@pytest.mark.parametrize(
    ("text", "head"),
    [
        ("git -C dir push origin", ("git", "push")), ("npm run build -- -w", ("npm", "run", "build")), ("python -m pytest -q", ("python", "-m", "pytest")),
        ("kubectl -n prod get pods", ("kubectl", "get")), ("docker compose up -d", ("docker", "compose", "up")), ("ls -l", ("ls",)), ("make -C sub all", ("make", "all")),
    ],
)  # fmt: skip
def test_the_head_says_what_is_done(text: str, head: tuple[str, ...]) -> None:
    assert command_head(_part(text).commands[0]) == head


def test_executions_are_measured_under_one_name() -> None:
    assert command_family("git push origin a") == command_family("git push origin b") == "git push"
    assert command_family("make && pytest -q") == "make › pytest"


def test_nested_commands_are_found_however_deep() -> None:
    found = {command_words(c)[0] for c in commands_within(_part("""ssh web "bash -c 'xargs -n1 rm'" """)) if c.words}
    assert found >= {"ssh", "bash", "xargs", "rm"}


def test_nesting_without_end_comes_to_an_end() -> None:
    assert len(commands_within(_part("eval " * 5000 + "ls"))) < 10


@pytest.mark.parametrize(
    "text",
    ["ssh -L 5432:localhost:5432 deploy@db1", "ssh -i key -p 2222 web", "ssh web", "ssh -NL 80:a:80 web", "ssh -N web", "ssh -f web"],
)
def test_a_login_is_a_session_whatever_its_options(text: str) -> None:
    assert interactive_reason(parse_command(text)[0]) == "ssh opens a session"


def test_a_remote_command_is_not_a_login() -> None:
    assert interactive_reason(parse_command("ssh -p 2222 web uptime")[0]) is None


@pytest.mark.parametrize(
    "text", ["ssh -fN -L 5432:localhost:5432 db1", "ssh -f -N -D 1080 web", "ssh -NfL 80:a:80 web", "ssh -p 22 -fnNT web"]
)
def test_a_tunnel_that_returns_at_once_needs_nobody_and_stays(text: str) -> None:
    assert interactive_reason(parse_command(text)[0]) is None
    assert left_running_reason(parse_command(text)[0])


@pytest.mark.parametrize("text", ["ssh web grep -fN", "ssh web uptime", "ssh -L fN:a:80 web", "tar -fN a"])
def test_what_ends_with_its_command_leaves_nothing_running(text: str) -> None:
    assert left_running_reason(parse_command(text)[0]) is None


@pytest.mark.parametrize(
    "text",
    [
        "mkfs /dev/sdb",
        "mkfs.xfs /dev/sdb1",
        "wipefs -a /dev/sdb",
        "parted /dev/sdb mklabel gpt",
        "cat a | dd of=/dev/sdb",
        "cat a > /dev/nvme0n1",
        "blkdiscard /dev/sdb",
    ],
)
def test_a_whole_device_is_seen(text: str) -> None:
    assert whole_device_reason(_part(text))


@pytest.mark.parametrize(
    "text", ["dd if=/dev/zero of=a.img", "cat a > /dev/null", "fdisk -l", "parted -l", "rm -r a", "dd if=/dev/sdb of=backup.img"]
)
def test_a_file_is_no_whole_device(text: str) -> None:
    assert whole_device_reason(_part(text)) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ssh web ls", "another machine"),
        ("scp a web:b", "between machines"),
        ("rsync a b:c", "between machines"),
        ("time ssh -p 22 me@web 'ls'", "another machine"),
    ],
)
def test_what_runs_elsewhere_is_said(text: str, words: str) -> None:
    assert words in (remote_reason(_part(text)) or "")


@pytest.mark.parametrize("text", ["rsync -a a/ b/", "ls", "ssh-keygen -l", "scp a b", "ssh -fN -L 1:a:2 web"])
def test_what_stays_here_is_not(text: str) -> None:
    assert remote_reason(_part(text)) is None


@pytest.mark.parametrize(
    ("text", "method"),
    [
        ("curl x", "GET"), ("curl -I x", "HEAD"), ("curl -d a x", "POST"), ("curl -T a x", "PUT"), ("curl -X patch x", "PATCH"), ("curl -XDELETE x", "DELETE"), ("curl --request=PUT x", "PUT"),
        ("curl -G -d a x", "GET"), ("wget x", "GET"), ("wget --post-data=a x", "POST"), ("wget --method=DELETE x", "DELETE"), ("http x", "GET"), ("http x a=1", "POST"), ("http PUT x a=1", "PUT"), ("http x q==1", "GET"),
    ],
)  # fmt: skip
def test_the_method_of_a_call_is_read(text: str, method: str) -> None:
    assert request_method(command_words(_part(text).commands[0])) == method
