"""Secrets never reach the store: only the value goes, and nothing harmless does."""

import statistics
import time
import timeit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from vynexus_tui.language.redaction import SECRET_MARK, redact, redact_output

# Built from pieces, so that no scanner takes this file for a leak.
_AWS = "AKIA" + "IOSFODNN7EXAMPLE"
_GITHUB = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
_JWT = "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxMjM0NTY3ODkwIn0" + ".dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
_PEM = "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7\nabc==\n-----END RSA " + "PRIVATE KEY-----"

SECRETS = [
    (f"aws configure set aws_access_key_id {_AWS}", _AWS),
    ("aws configure set aws_secret_access_key wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    ("export AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG", "wJalrXUtnFEMI/K7MDENG"),
    ("AWS_SESSION_TOKEN='FwoGZXIvYXdz' aws s3 ls", "FwoGZXIvYXdz"),
    (f"git clone https://{_GITHUB}@github.com/me/repo.git", _GITHUB),
    ("gh auth login --with-token github_pat_" + "11ABCDEFG0abcdefghijkl_mnopqrstuvwxyz", "11ABCDEFG0abcdefghijkl"),
    ("curl -H 'PRIVATE-TOKEN: " + "glpat-" + "AbCdEfGhIjKlMnOpQrSt' https://gitlab.example.com/api", "AbCdEfGhIjKlMnOpQrSt"),
    ("slack post --hook https://hooks.slack.com/" + "services/T00000000/B00000000/XXXXXXXXXXXX", "XXXXXXXXXXXX"),
    ("export SLACK=" + "xoxb-" + "123456789012-abcdefGHIJKL", "abcdefGHIJKL"),
    ("stripe charges list -k " + "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc", "4eC39HqLyjWDarjtT1zdp7dc"),
    ("npm config set //registry.npmjs.org/:_authToken " + "npm_" + "abcdefghijklmnopqrstuvwxyz0123456789", "abcdefghijklmnopqrstuvwxyz"),
    ("npm config set //npm.example.com/:_authToken=q8Zr55", "q8Zr55"),
    ("twine upload -u __token__ -p " + "pypi-" + "AgEIcHlwaS5vcmcCJDY0ZmYwMmQ3LTk2ZTM", "AgEIcHlwaS5vcmc"),
    ("llm keys set x --value " + "sk-" + "proj-AbCdEf0123456789AbCdEf01", "AbCdEf0123456789"),
    ("export K=" + "sk-ant-" + "api03-AbCdEf0123456789", "AbCdEf0123456789"),
    ("huggingface-cli login --x " + "hf_" + "AbCdEfGhIjKlMnOpQrStUvWxYz", "AbCdEfGhIjKl"),
    ("curl 'https://maps.example.com/?q=x&key=" + "AIza" + "SyA1234567890abcdefghijklmnopqrstu'", "SyA1234567890"),
    (f"jwt decode {_JWT}", "eyJzdWIi"),
    ("export SENDGRID=" + "SG." + "abcdefghijklmnopqr.stuvwxyz0123456789AB", "stuvwxyz0123456789AB"),
    (f"echo '{_PEM}' > key.pem", "MIIEpAIBAAKCAQEA7"),
    ("curl -H 'Authorization: Bearer abc.def-123456' https://api.example.com", "abc.def-123456"),
    ('curl -H "Authorization: Basic dXNlcjpwYXNz" https://api.example.com', "dXNlcjpwYXNz"),
    ("http GET example.com 'Authorization:Token 9944b09199c62bcf'", "9944b09199c62bcf"),
    ("curl -H 'X-Api-Key: 0123456789abcdef' https://api.example.com", "0123456789abcdef"),
    ("curl -b x -H 'Cookie: session=s3cr3tsession' https://example.com", "s3cr3tsession"),
    ("psql postgres://app:hunter2@db.example.com/app", "hunter2"),
    ("redis-cli -u redis://:hunter2@cache:6379", "hunter2"),
    ("curl -u admin:hunter2 https://example.com", "hunter2"),
    ("curl --user 'admin:hunter two' https://example.com", "hunter"),
    ("curl -s 'https://example.com/?a=1&b=2' -u admin:hunter2", "hunter2"),
    ("curl -uadmin:hunter2 https://example.com", "hunter2"),
    ("http -a admin:hunter2 example.com", "hunter2"),
    ("mysql -u root -phunter2 shop", "hunter2"),
    ("docker exec -i db mysqldump -uroot -p'hunter2' shop", "hunter2"),
    ('ssh web "mysql -phunter2 -e status"', "hunter2"),
    ("mysqladmin --password=hunter2 ping", "hunter2"),
    ("PGPASSWORD=hunter2 psql -h db app", "hunter2"),
    ("export GITHUB_TOKEN=hunter2", "hunter2"),
    ("DB_PASSWORD='hunter 2' ./migrate", "hunter 2"),
    ('STRIPE_SECRET_KEY="hunter2" rails s', "hunter2"),
    ("docker run -e MYSQL_ROOT_PASSWORD=hunter2 mysql", "hunter2"),
    ("set -gx NPM_TOKEN hunter2", "hunter2"),
    ("kubectl create secret generic db --from-literal=password=hunter2", "hunter2"),
    ("vault kv put secret/db password=hunter2", "hunter2"),
    ("deploy --password hunter2 --host x", "hunter2"),
    ("deploy --api-key=hunter2", "hunter2"),
    ("deploy --db-password 'hunter 2'", "hunter 2"),
    ("sshpass -p hunter2 ssh web", "hunter2"),
    ("sshpass -phunter2 scp a web:", "hunter2"),
    ("docker login -u me -p hunter2 registry.example.com", "hunter2"),
    ("az acr login --name r --password hunter2", "hunter2"),
    ("redis-cli -h cache -a hunter2 ping", "hunter2"),
    ("echo hunter2 | sudo -S apt update", "hunter2"),
    ("echo 'hunter2' | sudo -k -S ls", "hunter2"),
    ("sudo -S ls <<< hunter2", "hunter2"),
    ("htpasswd -b .htpasswd admin hunter2", "hunter2"),
    ("htpasswd -bc .htpasswd admin hunter2", "hunter2"),
    ("htpasswd -nb admin hunter2", "hunter2"),
    ("curl 'https://api.example.com/v1?api_key=hunter2&x=1'", "hunter2"),
    ("curl https://api.example.com/v1?access_token=hunter2", "hunter2"),
    ("openssl enc -aes-256-cbc -pass pass:hunter2 -in a", "hunter2"),
    ("smbclient //srv/share -U admin%hunter2", "hunter2"),
    ("echo 'root:hunter2' | chpasswd", "hunter2"),
    ("mongodump -u admin -p hunter2", "hunter2"),
    ("zip -P hunter2 out.zip a", "hunter2"),
    ("ldapsearch -D cn=admin -w hunter2 -b dc=x", "hunter2"),
    ("""curl -d '{"user": "me", "password": "hunter2"}' https://example.com""", "hunter2"),
    ('curl -d "{\\"token\\":\\"hunter2\\"}" https://example.com', "hunter2"),
    ("for h in a b; do sshpass -p hunter2 ssh $h; done", "hunter2"),
    ("echo hunter2 | docker login -u me --password-stdin", "hunter2"),
    ("printf '%s' hunter2 | docker login -u me --password-stdin", "hunter2"),
    ("printf '%s\\n' 'hun ter2' | docker login --password-stdin", "hun ter2"),
    ("docker login --password-stdin <<< hunter2", "hunter2"),
    ("echo -n hunter2 | gh auth login --with-token", "hunter2"),
    ("echo hunter2 | gh secret set TOKEN", "hunter2"),
    ("heroku config:set SECRET_KEY_BASE=hunter2", "hunter2"),
    ("curl -sSuuser:hunter2 https://example.com", "hunter2"),
    ("curl -fsSu user:hunter2 https://example.com", "hunter2"),
    ('curl -b "session=hunter2; x=1" https://example.com', "hunter2"),
    ("curl --cookie session=hunter2 https://example.com", "hunter2"),
    ("curl -sb 'sid=hunter2' https://example.com", "hunter2"),
    ("openssl enc -aes-256-cbc -k hunter2 -in a -out b", "hunter2"),
    ("openssl enc -aes-256-cbc -pass pass:hunter2 -in a", "hunter2"),
    ("kubectl -n prod create secret generic db --from-literal=pw=hunter2", "hunter2"),
    ("kubectl create secret generic db --from-literal='user=hunter2'", "hunter2"),
    ("curl --data-urlencode 'pw=hunter2' https://example.com", "hunter2"),
    ("curl -d password=hunter2 https://example.com", "hunter2"),
    ("curl -d 'user=me&pw=hunter2' https://example.com", "hunter2"),
    ("gh secret set TOKEN --body hunter2", "hunter2"),
    ('gh secret set TOKEN -b "hunter2"', "hunter2"),
    ("echo 'machine h.example.com login bob password hunter2' >> ~/.netrc", "hunter2"),
    ("ssh-keygen -t ed25519 -N hunter2 -f k", "hunter2"),
    ("ssh-keygen -p -P hunter2 -N '' -f k", "hunter2"),
    ("keytool -genkey -storepass hunter2 -alias a", "hunter2"),
    ("keytool -genkey -keypass 'hunter2' -alias a", "hunter2"),
    ("sqlplus -s app/hunter2@db @run.sql", "hunter2"),
    ("lftp -u bob,hunter2 ftp.example.com", "hunter2"),
    ("nmcli device wifi connect home password hunter2", "hunter2"),
    ("nmcli con modify home wifi-sec.psk hunter2", "hunter2"),
    ("wpa_passphrase 'my home' hunter2", "hunter2"),
    ("ansible-vault encrypt_string --name db_pw hunter2", "hunter2"),
    ("ansible-vault encrypt_string 'hunter2' --name x", "hunter2"),
    ("sudo passwd bob <<< hunter2", "hunter2"),
    ("cryptsetup open /dev/sdb1 x <<< hunter2", "hunter2"),
    ("pass insert mail/work <<< 'hunter2'", "hunter2"),
    ("bw unlock hunter2", "hunter2"),
    ("bw login me@example.com hunter2", "hunter2"),
    ("rclone obscure hunter2", "hunter2"),
    ('restic --password-command "echo hunter2" snapshots', "hunter2"),
    ("snyk auth hunter2", "hunter2"),
    ("openssl passwd -6 -salt ab hunter2", "hunter2"),
    ("fly secrets set A=b DB='hunter2'", "hunter2"),
    ("echo hunter2 | sudo passwd --stdin bob", "hunter2"),
    ("echo hunter2 | docker secret create db -", "hunter2"),
    ("flyctl auth token hunter2", "hunter2"),
    ("export F=" + "fo1_" + "AbCdEf0123456789AbCdEf0123", "AbCdEf0123456789"),
    ("twilio api --sid " + "SK" + "0123456789abcdef" * 2, "0123456789abcdef"),
]

HARMLESS = [
    "git show 3f786850e387550fdab836ed7e6dc881de23001b",
    "git checkout 9fceb02d0ae598e95dc970b74767f19372d61af8 -- src/token.py",
    "docker pull alpine@sha256:c5b1261d6d3e43071626931fc004f70149baeba2c8ec672bd4f27761f8e1ad6b",
    "curl https://example.com/items/123e4567-e89b-12d3-a456-426614174000",
    "docker run -p 8080:80 nginx",
    "docker run -u 1000:1000 -p 8080:80 nginx",
    "mkdir -p a/b/c",
    "ssh -p 22 me@web.example.com",
    "mysql -p -u root shop",
    "mysql -P 3307 -u root shop",
    "cp -p a b",
    "echo $AWS_SECRET_ACCESS_KEY",
    "export GITHUB_TOKEN=$(cat ~/.token)",
    'curl -H "Authorization: Bearer $TOKEN" https://api.example.com',
    'curl -H "Authorization: Bearer $(gcloud auth print-access-token)" https://api.example.com',
    'curl -u "$USER:$PASS" https://example.com',
    "PGPASSWORD=$PGPASSWORD psql app",
    "deploy --password-file secrets.txt",
    'deploy --password "$PASSWORD"',
    "docker login --password-stdin registry.example.com",
    "docker build --secret id=npm,src=.npmrc .",
    "pass show mail/work",
    "passwd",
    "sort --key=2 -t: /etc/passwd",
    "cat token.txt",
    "vim src/auth/password.py",
    "git commit -m 'fix password reset'",
    "git commit -m 'token refresh: second try'",
    "kubectl get secret db -o yaml",
    "ssh-keygen -t ed25519 -f ~/.ssh/id_ed25519",
    "SSH_KEY=~/.ssh/id_ed25519 ./deploy.sh",
    "git clone https://github.com/me/repo.git",
    "git clone ssh://git@github.com:22/me/repo.git",
    "curl http://localhost:8080/health",
    "psql -h localhost -p 5432 -U app",
    "redis-cli -h cache ping",
    "python -m pytest tests/test_token.py -k secret",
    "cd $PWD/x && OLDPWD=/tmp ls",
    "pip install scikit-learn sk-learn-contrib-hyperopt-package",
    "npm run token:build",
    "unzip -p a.zip file",
    "zip -r out.zip dir",
    "gpg --list-secret-keys",
    "terraform plan -var-file=secret.tfvars",
    "echo hello | sudo tee /etc/motd",
    "find / -name mysql -print",
    "rsync -a --password-file=/etc/rsync.pw a b::c",
    "curl -b cookies.txt -c cookies.txt https://example.com",
    "curl -sSfo out.tar https://example.com:8080/x:y",
    "curl --output=a:b https://example.com",
    "openssl req -new -key server.key -out server.csr",
    "kubectl create configmap app --from-literal=mode=fast",
    "kubectl create secret generic db --from-file=pw.txt",
    "ssh-keygen -t ed25519 -N '' -f k",
    'ssh-keygen -N "" -f k',
    "gh secret set TOKEN < token.txt",
    "gh pr create -b done -t title",
    "echo hello | docker run -i alpine cat",
    "echo $TOKEN | docker login --password-stdin",
    "cat token | docker login --password-stdin",
    "sqlplus / as sysdba @scripts/run.sql",
    "nmcli con show home",
    "pass insert mail/work",
    'pass insert mail/work <<< "$PW"',
    "bw unlock --raw",
    "bw list items",
    "rclone copy a b:c",
    "snyk test",
    "grep -c . <<< hello",
    "lftp -u bob ftp.example.com",
    "restic --password-command 'pass show restic' snapshots",
    "git commit -m 'login form: password field'",
    "ansible-vault encrypt secrets.yml",
    "flyctl deploy",
    "keytool -list -keystore a.jks",
    "wc -l < /etc/passwd",
    "echo done | tee passwd.txt",
    "echo secret | grep -r secret create",
    "grep bob /etc/passwd <<< x",
]


@pytest.mark.parametrize(("command", "secret"), SECRETS)
def test_a_secret_does_not_survive(command: str, secret: str) -> None:
    redacted = redact(command)
    assert secret not in redacted
    assert SECRET_MARK.search(redacted)


@pytest.mark.parametrize(("command", "secret"), SECRETS)
def test_only_the_value_goes(command: str, secret: str) -> None:
    assert redact(command).split()[0] == command.split()[0] or command.split()[0].endswith(secret) or "=" in command.split()[0]


@pytest.mark.parametrize(("command", "secret"), SECRETS)
def test_redacting_twice_changes_nothing_more(command: str, secret: str) -> None:
    assert redact(redact(command)) == redact(command)


@pytest.mark.parametrize("command", HARMLESS)
def test_what_only_looks_like_a_secret_stays(command: str) -> None:
    assert redact(command) == command


def test_the_words_around_a_value_stay_so_patterns_still_match() -> None:
    assert redact("curl -u admin:hunter2 https://example.com/x") == "curl -u admin:{{secret:password}} https://example.com/x"
    assert redact("psql postgres://app:hun@ter2@db/app") == "psql postgres://app:{{secret:password}}@db/app"
    assert redact("X_TOKEN='a b' make") == "X_TOKEN='{{secret:token}}' make"


def test_what_a_program_printed_is_redacted_too() -> None:
    text = f"diff --git a/.env b/.env\n+GITHUB_TOKEN=hunter2\n+aws={_AWS}\n+PATH=/usr/bin\n"
    assert redact_output(text) == text.replace("hunter2", "{{secret:token}}").replace(_AWS, "{{secret:aws-key-id}}")


_WORDS = st.sampled_from(
    "curl mysql -p -u a:b ' \" ` $ --password = password= TOKEN= : | sudo -S echo {{secret:x}} {{ }} secret: Authorization: Bearer "
    'https://u:p@h http://:@ @ \n \\ ; & x7Gh2 sshpass login pass: ? &key= \'x\' "y" "password" $( ) htpasswd -b'.split(" ")
)


@given(st.lists(st.tuples(_WORDS, st.sampled_from(["", " "])), max_size=14).map(lambda ws: "".join(a + b for a, b in ws)))
@example("password=abc'def'")
@example("--password --password x")
def test_redaction_is_idempotent_and_never_raises(text: str) -> None:
    once = redact(text)
    assert redact(once) == once


@pytest.mark.parametrize(
    "hostile",
    [
        "curl " * 8000,
        "https://" * 6000,
        "://a:" * 8000,
        "password=" * 5000,
        '"password":' * 4000,
        "-----BEGIN PRIVATE KEY-----" * 1500,
        "echo x|sudo -" * 3000,
        "mysql -p'" * 5000,
        "eyJ" * 12000,
        '\\"token\\":' * 4000,
        "--a-" * 9000 + "token",
        "A_" * 15000 + "KEY=",
        "authorization: " * 3000,
        "sk-" * 12000,
        "htpasswd -b " * 3000,
        "set -x " * 6000,
        "pypi-" * 8000,
        "login " * 6000,
        "_KEY" * 9000 + " key",
        "echo x| secret" * 1500,
        "passwd " * 1500 + "<<<",
        "echo %s" * 2000 + " secret",
        "curl -s" + "s" * 20000 + "u",
        "curl -b a=" * 4000,
        "machine login " * 3000 + "password ",
        "create secret --from-literal=" * 1500,
        "ansible-vault encrypt_string " * 1500,
        "nmcli " + "psk" * 9000 + " password",
        "-a" * 9000 + "storepass",
        "bw login x " * 3000,
        "sqlplus a/" * 3000,
    ],
    ids=lambda text: text[:14],
)
def test_hostile_text_takes_linear_time(hostile: str) -> None:
    def seconds(text: str) -> float:
        return min(timeit.repeat(lambda: redact(text), timer=time.process_time, number=1, repeat=5))

    half, whole = seconds(hostile[: len(hostile) // 2]), seconds(hostile)
    # CPU time, best of five. Linear is 2, quadratic 4; the floor is for the clock's ticks.
    assert whole < 3.4 * half + 0.05


def test_a_harmless_command_costs_microseconds() -> None:
    costs = [min(timeit.repeat(lambda c=c: redact(c), number=200, repeat=3)) / 200 for c in HARMLESS]
    # Measured: about 8 us with names like "token" in every line, 3 us without; the bound leaves room for a busy machine.
    assert statistics.median(costs) < 100e-6
