"""Secrets of well-known shapes never reach the spool: every line typed into a real bash and zsh that find no program to run."""

import re
import shutil
import subprocess

import pytest

from tests.language.test_redaction import HARMLESS
from vynexus_tui.language.redaction import redact

BOTH = pytest.mark.parametrize("name", ["bash", "zsh"])

# Built from pieces, so that no scanner takes this file for a leak; `@` stands for the secret, and becomes the mark.
_RANDOM = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
_JWT = "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxMjM0NTY3ODkwIn0" + ".dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
SECRETS = [
    ("aws configure set aws_access_key_id @", "AKIA" + "IOSFODNN7EXAMPLE", "aws-key-id"),
    ("deploy --id=@ now", "ASIA" + "IOSFODNN7EXAMPLE", "aws-key-id"),
    *(("gh auth login --with @", prefix + _RANDOM, "github-token") for prefix in ("ghp_", "gho_", "ghu_", "ghs_")),
    ("echo '@'", "github_pat_" + "11ABCDEFG0abcdefghijkl_mnopqrstuvwxyz", "github-token"),
    ("curl -H 'PRIVATE-TOKEN: @' https://gitlab.example.com/api", "glpat-" + "AbCdEfGhIjKlMnOpQrSt", "gitlab-token"),
    ("export SLACK=@", "xoxb-" + "123456789012-abcdefGHIJKL", "slack-token"),
    ("stripe charges list -k @", "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc", "stripe-key"),
    ("stripe charges list -k '@' -v", "rk_live_" + "4eC39HqLyjWDarjtT1zdp7dc", "stripe-key"),
    ("stripe charges list -k sk_test_x @", "sk_test_" + "4eC39HqLyjWDarjtT1zdp7dc", "stripe-key"),
    ("export K=@", "sk-ant-" + "api03-AbCdEf0123456789", "anthropic-key"),
    ("llm keys set x --value @", "sk-" + "proj-AbCdEf0123456789AbCdEf01", "openai-key"),
    ("huggingface-cli login --x @", "hf_" + "AbCdEfGhIjKlMnOpQrStUvWxYz", "huggingface-token"),
    ("npm config set //registry.npmjs.org/:_authToken @", "npm_" + "abcdefghijklmnopqrstuvwxyz0123456789", "npm-token"),
    ("twine upload -u __token__ -p @", "pypi-" + "AgEIcHlwaS5vcmcCJDY0ZmYwMmQ3LTk2ZTM", "pypi-token"),
    ("curl 'https://maps.example.com/?q=x&k=@'", "AIza" + "SyA1234567890abcdefghijklmnopqrstu", "google-key"),
    ("jwt decode @", _JWT, "jwt"),
    ("jwt decode @; jwt decode $T", _JWT, "jwt"),
    ("export SENDGRID=@", "SG." + "abcdefghijklmnopqr.stuvwxyz0123456789AB", "sendgrid-key"),
    ("psql postgres://app:@@db.example.com/app", "hun@ter2", "password"),
    ("redis-cli -u redis://:@@cache:6379 ping; redis-cli -u redis://:$P@cache", "hunter2", "password"),
    ("curl -H 'X: Bearer @' https://api.example.com", "abc.def-123456", "bearer-token"),
    ("PGPASSWORD=@ psql -h db app", "hunter2", "password"),
    ("mysqladmin --password=@ ping", "hunter2", "password"),
    ("http_passwd=@ x", "hunter2", "password"),
    ("export GITHUB_TOKEN=@", "hunter2", "token"),
    ("DB_PASSWORD='@' ./migrate", "hunter 2", "password"),
    ('STRIPE_SECRET_KEY="@" rails s', "hunter2", "key"),
    ("AWS_SECRET_ACCESS_KEY=@ aws s3 ls", "wJalrXUtnFEMI/K7MDENG", "key"),
    ("env my_api_key=@ MY_APIKEY=$X ./run", "hunter2", "key"),
    ("CLIENT_SECRET=@&&run", "hunter2", "secret"),
    ("docker run -e MYSQL_ROOT_PASSWORD=@ mysql", "hunter2", "password"),
    ("curl https://api.example.com/v1?access_token=@\\&x=1", "hunter2", "token"),
    ("deploy --password @ --host x", "hunter2", "password"),
    ("deploy --db-password '@'", "hunter 2", "password"),
    ("deploy --token   @", "hunter2", "token"),
    ("sshpass -p @ ssh web", "hunter2", "password"),
    ("sshpass -p'@' ssh web", "hunter2", "password"),
    ("export A_TOKEN=@ B_TOKEN=$A_TOKEN C_TOKEN=/run/token D_TOKEN=true", "hunter2", "token"),
    ("é_TOKEN=@ 你好", "hünter2", "token"),
]
MORE_HARMLESS = [
    "mask-sk-learn --disk-size 20",
    "npm run test:token && npm_config_x=1 npm i",
    "TOKEN=$(cat t) PASSWORD=`x` SECRET=$X API_KEY=\"$Y\" TOKEN='' x",
    "x TOKEN= PASSWORD= y",
    "grep -r 'token =' src",
    "echo $MY_TOKEN=1234 ${TOKEN}",
    "run --token --password -v",
    'run --token $TOKEN --password=$PW --password "$PW"',
    "run --max-token=20 --token ~/t --password=./p",
    "run task-password hunter --no-password",
    "git clone https://me@example.com/x.git a@b:c",
    "curl 'http://[::1]:80/@x' https://$U:$P@h/x https://u:$P@h/x",
    "echo the bearer of bad news, Bearer tokens",
    "echo AKIA ASIA AKIAfoo xox-x glpat- ghp_ eyJ SG.x",
    "pypi-cleanup-of-some-old-packages-and-versions",
    "echo '-----BEGIN CERTIFICATE-----'",
    "echo forget vy redactions of a navy redact",
    "cat -- --password",
]


def recorded(home, name: str, lines: list[str], *, before: str = "", **environment: str) -> list[str]:
    """What the spool says of `lines`; nothing of theirs runs, for no program is found."""
    nothing_runs = "PATH=/nowhere\nunset -f command_not_found_handle command_not_found_handler\nunalias -a\n"
    home.write_rc(name, before=("set +H\n" if name == "bash" else "setopt interactive_comments\n") + nothing_runs + before)
    with home.shell(name, **environment) as shell:
        for line in lines:
            shell.type(line)
    reading = home.read()
    assert reading.lost_count == 0
    return [event.command for event in reading.events]


def spool_bytes(home) -> bytes:
    return b"".join(path.read_bytes() for path in home.spool.iterdir())


def with_secret(line: str, secret: str) -> str:
    return line.replace("@", secret, 1)


def with_mark(line: str, kind: str) -> str:
    return line.replace("@", f"{{{{secret:{kind}}}}}", 1)


@BOTH
def test_secrets_of_well_known_shapes_never_reach_the_spool(home, name):
    commands = recorded(home, name, [with_secret(line, secret) for line, secret, _ in SECRETS])
    assert commands == [with_mark(line, kind) for line, _, kind in SECRETS]
    left = spool_bytes(home)
    assert not [secret for _, secret, _ in SECRETS if secret.encode() in left]


@BOTH
def test_harmless_lines_come_through_unchanged(home, name):
    # A comment runs nothing; zsh says "no match" and still records.
    lines = [*HARMLESS, *MORE_HARMLESS]
    assert recorded(home, name, lines) == lines


@pytest.mark.parametrize(("line", "secret", "kind"), SECRETS)
def test_the_exact_rules_make_nothing_worse_of_what_the_hook_wrote(line, secret, kind):
    assert redact(with_mark(line, kind)) == with_mark(line, kind)


def test_the_options_of_the_person_neither_matter_nor_change(home):
    lines = [with_secret(line, secret) for line, secret, _ in SECRETS]
    options = "shopt -s extglob nocasematch nocaseglob nullglob\nshopt -u globasciiranges\n"
    asked = 'shopt extglob nocasematch nocaseglob nullglob globasciiranges; [[ AB =~ a(.) ]]; echo "=${BASH_REMATCH[1]}=$LC_ALL="'
    home.write_rc("bash", before=options)
    with home.shell("bash") as shell:
        before = shell.type(asked)
    for path in home.spool.iterdir():
        path.unlink()
    commands = recorded(home, "bash", [asked, *lines], before=options)
    assert commands[1:] == [with_mark(line, kind) for line, _, kind in SECRETS]
    with home.shell("bash") as shell:
        shell.type(asked)
        shell.type(lines[0])
        assert (
            shell.type('shopt extglob nocasematch nocaseglob nullglob globasciiranges; echo "=${BASH_REMATCH[1]}=$LC_ALL="').split("\n", 1)[
                1
            ]
            == before.split("\n", 1)[1]
        )


def test_the_order_of_letters_of_a_language_does_not_matter(home, tmp_path):
    if shutil.which("localedef") is None:
        pytest.skip("localedef is not installed here: no locale with an order of its own can be made")
    made = subprocess.run(["localedef", "-i", "de_DE", "-f", "ISO-8859-1", tmp_path / "de_DE"], capture_output=True)
    if not (tmp_path / "de_DE").exists():
        pytest.skip(f"the locale de_DE cannot be made here: {made.stderr!r}")
    chosen = [(line, secret, kind) for line, secret, kind in SECRETS if line.isascii()]
    lines = [with_secret(line, secret) for line, secret, _ in chosen]
    commands = recorded(home, "bash", lines, before="shopt -u globasciiranges", LOCPATH=str(tmp_path), LC_ALL="de_DE")
    assert commands == [with_mark(line, kind) for line, _, kind in chosen]


@BOTH
def test_a_private_key_goes_with_all_that_follows(home, name):
    home.write_rc(name)
    with home.shell(name) as shell:
        shell.type("echo '-----BEGIN RSA " + "PRIVATE KEY-----", wait=False)
        shell.type("MIIEpAIBAAKCAQEA7", wait=False)
        shell.type("-----END RSA " + "PRIVATE KEY-----' >/dev/null")
    assert home.commands() == ["echo '{{secret:private-key}}"]
    assert b"MIIEpAIBAAKCAQEA7" not in spool_bytes(home)


def filled(line: str, length: int) -> str:
    """`line` with its `@` made so long that all has `length` characters."""
    return line.replace("@", ("aB1" * length)[: length - len(line) + 1], 1)


LONG_SECRETS = [
    ("export MY_TOKEN=@", "token"),
    ("MY_TOKEN='@'", "token"),
    ('true "Authorization: Bearer @"', "bearer-token"),
    ("true sk-@", "openai-key"),
    ("true eyJ@.abcdefghijklmnopqrst", "jwt"),
    ("true x://me:@@host", "password"),
    ("true --password @", "password"),
]


@BOTH
def test_a_secret_of_thousands_of_characters_does_not_end_a_shell_with_a_small_stack(home, name):
    lines = [filled(line, length) for line, _ in LONG_SECRETS for length in (4096, 4097)]
    hostile = [
        filled(line, 4096).replace("aB1", fill)
        for line in ("true @token=x", "true token=@")
        for fill in ("a-a", "tok", '"" ', "/:@", "x=y")
    ]
    hostile = [line for line in hostile if line.count('"') % 2 == 0]
    home.write_rc(name, before="ulimit -s 2048")
    (home.root / f".{name}_history").write_text("".join(f"{line}\n" for line in lines + hostile))
    with home.shell(name) as shell:
        for number in range(len(lines + hostile)):
            shell.type(f"!{number + 1}")  # a terminal takes 4 KB at once
    commands = home.commands()
    assert len(commands) == len(lines + hostile)
    assert not [command[:60] for command in commands[: len(lines)] if "aB1aB1" in command]
    assert commands[: len(lines) : 2] == [
        re.sub("(sk-|eyJ)?@(\\.a\\w+)?", f"{{{{secret:{kind}}}}}", line, count=1) for line, kind in LONG_SECRETS
    ]
    assert all(command.endswith(" {{secret:long-line}}") for command in commands[1 : len(lines) : 2])


@BOTH
def test_of_a_very_long_line_with_a_secret_only_the_first_word_stays(home, name):
    home.write_rc(name)
    secret, harmless = "true" + " word" * 3500 + " TOKEN=hunter2", "false" + " word" * 3500
    (home.root / f".{name}_history").write_text(f"{secret}\n{harmless}\n")
    with home.shell(name) as shell:
        shell.type("!tru")  # a terminal takes 4 KB at once
        shell.type("!fal")
    assert home.commands() == ["true {{secret:long-line}}", harmless]
    assert b"hunter2" not in spool_bytes(home)
