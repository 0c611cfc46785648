"""What the hook of fish takes out before a line reaches the spool, asked in a real fish."""

TOKENS = [
    ("AKIAIOSFODNN7EXAMPLE", "aws-key-id"),
    ("ghp_" + "aB3" * 12, "github-token"),
    ("github_pat_" + "aB3_" * 8, "github-token"),
    ("glpat-" + "aB3-" * 6, "gitlab-token"),
    ("xoxb-" + "123456789-" * 2 + "abc", "slack-token"),
    ("sk_" + "live_" + "aB3" * 8, "stripe-key"),
    ("rk_" + "live_" + "aB3" * 8, "stripe-key"),
    ("sk-ant-" + "aB3-" * 8, "anthropic-key"),
    ("sk-proj-" + "aB3" * 10, "openai-key"),
    ("hf_" + "aB3" * 10, "huggingface-token"),
    ("npm_" + "aB3" * 12, "npm-token"),
    ("pypi-" + "AgEI" * 10, "pypi-token"),
    ("AIza" + "aB3" * 12, "google-key"),
    ("eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0dXJl", "jwt"),
    ("SG." + "aB3" * 7 + "." + "xY9" * 10, "sendgrid-key"),
]
NAMED = [
    ("psql 'postgres://me:hunter22@db/x'", "psql 'postgres://me:{{secret:password}}@db/x'"),
    ("curl -H 'Authorization: Bearer abcdefghijkl.12'", "curl -H 'Authorization: Bearer {{secret:bearer-token}}'"),
    ("env DB_PASSWORD=hunter22 ./run", "env DB_PASSWORD={{secret:password}} ./run"),
    ("MY_TOKEN='a b' true", "MY_TOKEN='{{secret:token}}' true"),
    ('API_KEY="a\\"b" true x', 'API_KEY="{{secret:key}}" true x'),
    ("client_secret=abc\\ def true", "client_secret={{secret:secret}} true"),
    ("set -gx GITHUB_TOKEN abcdef", "set -gx GITHUB_TOKEN {{secret:token}}"),
    ("set -l -x AWS_SECRET_ACCESS_KEY 'ab/cd'", "set -l -x AWS_SECRET_ACCESS_KEY '{{secret:key}}'"),
    ("login --password hunter22 --token=abc -v", "login --password {{secret:password}} --token={{secret:token}} -v"),
    ("sshpass -p hunter22 ssh me@host", "sshpass -p {{secret:password}} ssh me@host"),
    ("sshpass -p'hunter22' ssh me@host", "sshpass -p'{{secret:password}}' ssh me@host"),
    ("echo 1\necho ghp_" + "a" * 36 + "\necho 3", "echo 1\necho {{secret:github-token}}\necho 3"),
    ("echo '-----BEGIN RSA PRIVATE KEY-----\nabc\n' >x\ntrue", "echo '{{secret:private-key}}"),
]
HARMLESS = [
    "set -gx GITHUB_TOKEN $token",
    'login --password "$PW" --token $TOKEN',
    "login --password-stdin <file",
    "env DB_PASSWORD=$PW TOKEN=(pass show x) ./run",
    "git clone https://github.com/me/repo.git",
    "curl http://localhost:8080/x@y",
    "ssh -p 22 me@host",
    "git commit -m 'fix the password prompt'",
    "rg 'token|secret' src/",
    "python -m secrets",
    "docker build --secret id=x .",
    "kubectl get secret web",
    "task-runner sk-short",
    "echo eyJhbGci",
    "set tokens a b",
    "set -q GITHUB_TOKEN",
    "test $password == x",
    "vim --token=/etc/token ~/.npmrc",
    "cat private key.txt",
]


def recorded_as(home, lines):
    """What the hook makes of lines, asked in the shell itself: nothing is run."""
    home.write_rc("fish")
    with home.shell("fish") as shell:
        for number, line in enumerate(lines):
            (home.root / f"line{number}").write_text(line)
            shell.type(f" read -z line <~/line{number}; emit fish_preexec $line; emit fish_postexec $line")
    return home.commands()


def test_a_token_never_reaches_the_spool(home):
    lines = [f"use {token} now" for token, _ in TOKENS] + [f"x --key='{token}' y" for token, _ in TOKENS]
    expected = [f"use {{{{secret:{kind}}}}} now" for _, kind in TOKENS]
    assert recorded_as(home, lines)[: len(TOKENS)] == expected
    text = b"".join(path.read_bytes() for path in home.spool.iterdir()).decode()
    assert not [token for token, _ in TOKENS if token in text]


def test_a_named_secret_never_reaches_the_spool_and_the_words_around_it_do(home):
    assert recorded_as(home, [line for line, _ in NAMED]) == [expected for _, expected in NAMED]


def test_harmless_lines_and_references_stay_as_they_are(home):
    assert recorded_as(home, HARMLESS) == HARMLESS


def test_a_secret_in_a_very_long_line_costs_the_line(home):
    long = "a " * 9000
    lines = [f"echo {long}", f"echo {long} --password hunter22", f"TOKEN=hunter22 {long}", f"ghp_{'a' * 36} {long}"]
    assert recorded_as(home, lines) == [
        lines[0],
        "echo {{secret:long-line}}",
        "TOKEN {{secret:long-line}}",
        "{{secret:github-token}} {{secret:long-line}}",
    ]


def test_a_secret_of_4096_characters_is_still_replaced_alone(home):
    lines = ["export MY_TOKEN=" + "x" * (length - 16) for length in (4096, 4097)]
    assert recorded_as(home, lines) == ["export MY_TOKEN={{secret:token}}", "export {{secret:long-line}}"]


def test_a_typed_secret_is_gone_from_the_spool(home):
    home.write_rc("fish")
    with home.shell("fish") as shell:
        shell.type("echo --password hunter22 >/dev/null")
    assert home.commands() == ["echo --password {{secret:password}} >/dev/null"]
    assert not any(b"hunter22" in path.read_bytes() for path in home.spool.iterdir())
