"""What gets no script, with the word that decided it."""

import pytest

from vynexus_tui.domain.automations import RefusalReason as R

REFUSED = [
    (["vim notes.txt"], R.INTERACTIVE, "vim"),
    (["cd src", "vim a.py"], R.INTERACTIVE, "vim"),
    (["git commit"], R.INTERACTIVE, "editor"),
    (["npm run dev"], R.INTERACTIVE, "until a person stops it"),
    (["docker run -it ubuntu bash"], R.INTERACTIVE, "-it"),
    (["sudo systemctl restart nginx"], R.PRIVILEGED, "sudo"),
    (["make", "time sudo make install"], R.PRIVILEGED, "sudo"),
    (["env A=1 doas ls"], R.PRIVILEGED, "doas"),
    (["sh -c 'sudo ls'"], R.PRIVILEGED, "sudo"),
    (["for h in a b; do sudo ping -c1 $h; done"], R.PRIVILEGED, "sudo"),
    (["dd if=a of=/dev/sdb"], R.DESTRUCTIVE, "dd"),
    (["echo hi > /dev/sda"], R.DESTRUCTIVE, "/dev/sda"),
    (["mkfs.ext4 /dev/sdb1"], R.DESTRUCTIVE, "whole device"),
    (["wipefs -a /dev/sdb"], R.DESTRUCTIVE, "whole device"),
    (["parted /dev/sdb mklabel gpt"], R.DESTRUCTIVE, "whole device"),
    (["xz -dc image.xz | dd of=/dev/sdb bs=4M"], R.DESTRUCTIVE, "dd writes to /dev/sdb"),
    (["cd ../lib"], R.STATEFUL, "alone is not worth"),
    (["cd .."], R.STATEFUL, "alone is not worth"),
    (["cd src", "ls", "cd .."], R.STATEFUL, "ends where it began"),
    (["source {dir}", "make"], R.STATEFUL, "a function of it takes no arguments"),
    (["cd {dir}", "source env.sh"], R.STATEFUL, "a function of it takes no arguments"),
    (["source env.sh", "export A={{secret:token}}"], R.SECRET, "function"),
    (["sudo mount /dev/sdb1 /mnt", "make"], R.PRIVILEGED, "cannot be tried"),
    (["make CC={dir}"], R.UNQUOTABLE, "read as code by make"),
    (["make -f {dir}"], R.UNQUOTABLE, "read as code by make"),
    (["psql -c '\\! ls {dir}'"], R.UNQUOTABLE, "read as code by psql"),
    (["eval \"$(ssh-agent)\"", "make"], R.STATEFUL, "eval"),
    (["./server &", "curl localhost"], R.STATEFUL, "job"),
    (["echo $result"], R.STATEFUL, "$result"),
    (["make", "test $? -eq 0"], R.STATEFUL, "$?"),
    (["FOO=1", "make"], R.STATEFUL, "FOO"),
    (["{dir} --version"], R.UNQUOTABLE, "is the command itself"),
    (["time {dir} x"], R.UNQUOTABLE, "is the command itself"),
    (["git {dir}"], R.UNQUOTABLE, "decides what git does"),
    (["echo $(ls {dir}) done"], R.UNQUOTABLE, "inside $(...)"),
    (["echo `ls {dir}` done"], R.UNQUOTABLE, "inside backticks"),
    (["cat > a <<E\n{dir}\nE"], R.UNQUOTABLE, ""),
    (["echo $'{dir}'"], R.UNQUOTABLE, "inside $'...'"),
    (["bash -c 'ls {dir}'"], R.UNQUOTABLE, "read as code by bash"),
    (["ssh web 'ls {dir}'"], R.UNQUOTABLE, "read as code by ssh"),
    (["ssh -p 22 web ls {dir}"], R.UNQUOTABLE, "read as code by ssh"),
    (["ssh -o ProxyCommand={dir} web uptime"], R.UNQUOTABLE, "read as code by ssh"),
    (["awk '/{dir}/' f"], R.UNQUOTABLE, "read as code by awk"),
    (["awk -F, -v a=1 '/{dir}/' f"], R.UNQUOTABLE, "read as code by awk"),
    (["sed 's/{dir}/x/' f"], R.UNQUOTABLE, "read as code by sed"),
    (["sed -n -e 's/{dir}/x/p' f"], R.UNQUOTABLE, "read as code by sed"),
    (["perl -e 'print {dir}'"], R.UNQUOTABLE, "read as code by perl"),
    (["perl -ne 'print' {dir}"], R.UNQUOTABLE, "read as code by perl"),
    (["python3 -c 'print({dir})'"], R.UNQUOTABLE, "read as code by python3"),
    (["python3 -m {dir}"], R.UNQUOTABLE, "names the program"),
    (["find . -exec grep {dir} /dev/null \\;"], R.UNQUOTABLE, "read as code by find"),
    (["seq 3 | xargs echo {dir}"], R.UNQUOTABLE, "read as code by xargs"),
    (["psql -c 'select {dir}'"], R.UNQUOTABLE, "read as code by psql"),
    (["sqlite3 a.db 'select {dir}'"], R.UNQUOTABLE, "read as code by sqlite3"),
    (["jq '.{dir}' f.json"], R.UNQUOTABLE, "read as code by jq"),
    (["npx {dir}"], R.UNQUOTABLE, "names the program"),
    (["docker run -p 8080:80 alpine {dir}"], R.UNQUOTABLE, "names the program"),
    (["make \x1b[31m"], R.SYNTAX, "control character"),
    (["docker exec web {dir}"], R.UNQUOTABLE, "names the program"),
    (["docker exec web sh -c 'ls {dir}'"], R.UNQUOTABLE, "read as code by docker"),
    (["scp a web:/srv/{dir}"], R.UNQUOTABLE, "other end"),
    (["git config alias.x {dir}"], R.UNQUOTABLE, "read as code by git"),
    (["git -c core.pager={dir} log"], R.UNQUOTABLE, "read as code by git"),
    (["tar --to-command={dir} -xf a.tar"], R.UNQUOTABLE, "read as code by tar"),
    (["rsync -e {dir} a web:b"], R.UNQUOTABLE, "read as code by rsync"),
    (["PATH={dir} ls -l"], R.UNQUOTABLE, "decides PATH"),
    (["{dir}=1 ls -l"], R.UNQUOTABLE, "decides src"),
    (["export {dir}=1", "make"], R.UNQUOTABLE, "decides which variable"),
    (["let {dir}=1", "make"], R.UNQUOTABLE, "read as code by let"),
    (["for f in a b; do cp $f {dir}; done"], R.UNQUOTABLE, "inside a loop"),
    (["split --filter={dir} a"], R.UNQUOTABLE, "read as code by split"),
    (["split --filter {dir} a"], R.UNQUOTABLE, "read as code by split"),
    (["pandoc --filter {dir} a.md"], R.UNQUOTABLE, "read as code by pandoc"),
    (["pandoc -F {dir} a.md"], R.UNQUOTABLE, "read as code by pandoc"),
    (["rg --pre {dir} x"], R.UNQUOTABLE, "read as code by rg"),
    (["svn diff --diff-cmd {dir}"], R.UNQUOTABLE, "read as code by svn"),
    (["zip -TT {dir} a.zip a"], R.UNQUOTABLE, "read as code by zip"),
    (["curl -K {dir} localhost"], R.UNQUOTABLE, "read as code by curl"),
    (["lftp -e {dir} host"], R.UNQUOTABLE, "read as code by lftp"),
    (["GIT_EXTERNAL_DIFF={dir} git diff"], R.UNQUOTABLE, "decides GIT_EXTERNAL_DIFF"),
    (["MAKEFLAGS={dir} make"], R.UNQUOTABLE, "decides MAKEFLAGS"),
    (["CC={dir} make"], R.UNQUOTABLE, "decides CC"),
    (["PYTHONHOME={dir} python3 a.py"], R.UNQUOTABLE, "decides PYTHONHOME"),
    (["env CC={dir} make"], R.UNQUOTABLE, "the program that starts"),
    (["export CC={dir} && make"], R.UNQUOTABLE, "decides CC"),
    (["NAME={dir}; bash -c \"$NAME\""], R.UNQUOTABLE, "decides NAME"),
    (["flock lock {dir}"], R.UNQUOTABLE, "read as code by flock"),
    (["coproc {dir}"], R.STATEFUL, "coproc"),
    (["hyperfine {dir}"], R.UNQUOTABLE, "read as code by hyperfine"),
    (["rlwrap {dir} a"], R.UNQUOTABLE, "is the command itself"),
    (["busybox {dir} a"], R.UNQUOTABLE, "is the command itself"),
    (["unshare -r {dir} a"], R.UNQUOTABLE, "is the command itself"),
    (["chronic {dir} a"], R.UNQUOTABLE, "is the command itself"),
    (["ip netns exec blue {dir}"], R.UNQUOTABLE, "read as code by ip"),
    (["ls | entr {dir}"], R.UNQUOTABLE, "read as code by entr"),
    (["strace -f {dir}"], R.UNQUOTABLE, "read as code by strace"),
    (["adb shell {dir}"], R.UNQUOTABLE, "read as code by adb"),
    (["bash <<< 'echo {dir}'"], R.UNQUOTABLE, "read as code by bash"),
    (["echo 'echo {dir}' | sh"], R.UNQUOTABLE, "read as code by sh"),
    (["printf '%s' {dir} | tee log | bash -s -- x"], R.UNQUOTABLE, "read as code by bash"),
    (["echo {dir} | ssh web"], R.UNQUOTABLE, "read as code by ssh"),
    (["echo {dir} | docker exec -i web sh"], R.UNQUOTABLE, "read as code by sh"),
    (["python3 <<< 'print({dir})'"], R.UNQUOTABLE, "read as code by python3"),
    (["cat {dir} | sh"], R.UNQUOTABLE, "read as code by sh"),
    (["echo {dir} | xargs sh -c"], R.UNQUOTABLE, "read as code by sh"),
    (["echo {dir} | tee >(sh)"], R.UNQUOTABLE, "read as code by >(sh)"),
    (["echo {dir} > >(sh)"], R.UNQUOTABLE, "read as code by >(sh)"),
    (["echo {dir} | at now"], R.UNQUOTABLE, "read as code by at"),
    (["echo {dir} | psql"], R.UNQUOTABLE, "read as code by psql"),
    (["git log --{dir}"], R.UNQUOTABLE, "decides an option of git"),
    (["git clone --config {dir} https://a.example"], R.UNQUOTABLE, "read as code by git"),
    (["docker exec db psql -c {dir}"], R.UNQUOTABLE, "read as code by psql"),
    *[([f"{start} {{dir}}"], R.UNQUOTABLE, "names the program that") for start in (
        "docker compose exec web", "docker-compose run web", "kubectl run x --image=y --command --", "heroku run", "mise exec --",
        "mise exec node@20 --", "direnv exec .", "op run --", "dotenv run", "dotenv -f .env", "foreman run", "pipenv run", "pixi run",
        "rye run", "rbenv exec", "pyenv exec", "asdf exec", "yarn run", "yarn dlx", "bunx", "bun run", "bun x", "uv tool run")],
    *[([f"{start} {{dir}}"], R.UNQUOTABLE, "read as code by") for start in (
        "go build -toolexec", "cargo --config", "cmake -D", "deno eval", "duckdb -c", "clickhouse-client -q", "redis-cli eval", "rails runner",
        "gs -c", "jq --argjson x", "curl --config", "sftp -b", "elixir -e", "mix run -e", "groovy -e", "scala -e", "ghc -e", "ocaml -e",
        "pwsh -Command", "powershell -c", "nix-shell --run", "node -r", "node --require", "node --import", "ruby -r", "perl -M", "lua -l",
        "php -d", "nix develop -c", "fly ssh console -C", "helm install x y --post-renderer", "aws ssm send-command --parameters")],
    (["latexmk -pdflatex={dir} x"], R.UNQUOTABLE, "read as code by latexmk"),
    (["cp a.txt\u00a0b.txt dest/"], R.SYNTAX, "cannot be seen"),
    (["echo 'a\u202eb'", "make"], R.SYNTAX, "cannot be seen"),
    (["echo a\u3164", "make"], R.SYNTAX, "cannot be seen"),
    (["echo 'a\n: step 2\nb'"], R.SYNTAX, "a step of its own"),
    (["make; : step 9"], R.SYNTAX, "a step of its own"),
    (["make; : 'step' 9"], R.SYNTAX, "a step of its own"),
    (["make; \\: step 9"], R.SYNTAX, "a step of its own"),
    (["make; ':' step 9"], R.SYNTAX, "a step of its own"),
    (["make; : $'step' 9"], R.SYNTAX, "a step of its own"),
    (["make; { \\: step 9; }"], R.SYNTAX, "a step of its own"),
    (["make; builtin : step 9"], R.SYNTAX, "a step of its own"),
    (["make", "{ x=': step 2'; $x; }"], R.SYNTAX, "a step of its own"),
    (["make", "{ $':' step 2; }"], R.SYNTAX, "a step of its own"),
    *[(["make", text], R.FRAGILE, f"sets {name},") for text, name in (
        ("from_step=9 && make test", "from_step"), ("export from_step=9", "from_step"), ("for from_step in 9; do echo $from_step; done", "from_step"),
        ("unset dry_run && make test", "dry_run"), ("read -r self < a.txt", "self"), ("printf -v _text x && make test", "_text"),
        ("stop() { true; }", "stop"), ("{ stopped () { true; }; }", "stopped"), ("echo $((from_step = 9))", "from_step"),
        ("echo ${unfinished:=x}", "unfinished"), ("declare -n x=from_step", "from_step"), ("BASH_XTRACEFD=7 make test", "BASH_XTRACEFD"),
        ("PS4= make test", "PS4"), ("export SHELLOPTS", "SHELLOPTS"), ("while true; do from_step=9; done", "from_step"))],
    (["echo 'unbalanced"], R.SYNTAX, "never closed"),
    (["make &&"], R.SYNTAX, "operator"),
    (["if make; then ls"], R.SYNTAX, "never closed"),
    (["find . -name x ( -print )"], R.SYNTAX, "parenthesis"),
    (["grep x < | sort"], R.SYNTAX, "redirection"),
    (["ls | xargs wc -l"], R.FRAGILE, "file names"),
    (["ps aux | grep node"], R.FRAGILE, "pgrep"),
    (["kill $(pgrep node)"], R.FRAGILE, "splits"),
    (["gcc $CFLAGS -o a a.c"], R.FRAGILE, "several words"),
    (["for f in $(cat list); do cp $f x; done"], R.FRAGILE, "word by word"),
    (["find . -name x -exec sh -c 'cat {}' \\;"], R.FRAGILE, "program's text"),
    (["ssh web 'mysql -p{{secret:password}} shop'"], R.SECRET, "ssh"),
    (["cat > a <<E\n{{secret:token}}\nE"], R.SECRET, ""),
]  # fmt: skip


@pytest.mark.parametrize(("steps", "reason", "words"), REFUSED, ids=lambda value: " ; ".join(value) if isinstance(value, list) else "")
def test_what_must_not_become_a_script_is_refused_with_its_reason(workshop, steps: list[str], reason: R, words: str) -> None:
    refusal = workshop.refused(*steps, values=[{"dir": "lib"}, {"dir": "src"}])
    assert (refusal.reason, refusal.pattern_id) == (reason, "abc"), refusal
    assert words in refusal.detail


@pytest.mark.parametrize(
    "step",
    [
        "ssh {host} uptime", "scp a.txt {host}:/srv/", "cmake --build={host}", "awk '{print $1}' {host}", "sed -n 1p {host}",
        "find {host} -type f", "python3 train.py {host}", "docker exec {host} ls", "jq .name {host}", "git switch -c {host}", "git log -- {host}",
        "NODE_ENV={host} ls -l", "cat a > {host}", "grep -e a {host}", "npm run {host}", "make TARGET={host}", "make {host}", "test -f {host} && ls -l", "export AWS_PROFILE={host} && make", "make lint || cp {host} b",
        "printf 'step %s' {host}", "export TARGET=step && make {host}", "for f in a b; do echo \"stop; $f\"; done; ls {host}", "docker ps --filter {host}", "pnpm build --filter={host}", "git log --diff-filter={host}", "black --diff {host}", "cat {host} | python3 count.py", "curl https://a.example/{host} | jq .",
        "find {host} -name '*.log' | xargs rm", "docker compose exec web ls {host}", "grep -c {host} a | perl -ne 'print'", "cat {host} | ssh web 'cat > a'", "TZ={host} date -u",
    ],
)  # fmt: skip
def test_an_ordinary_argument_becomes_a_parameter(workshop, step: str) -> None:
    assert len(workshop.made(step, values=[{"host": "a"}, {"host": "web"}]).parameters) == 1


@pytest.mark.parametrize("slot_text", ["*.png", "$HOME/x", "a b", "{a,b}", "x;y", "a'b", "$(ls)"])
def test_a_slot_that_holds_shell_syntax_is_refused(workshop, slot_text: str) -> None:
    refusal = workshop.refused("show {x}", values=[{"x": "one"}, {"x": slot_text}])
    assert refusal.reason in (R.UNQUOTABLE, R.SYNTAX, R.FRAGILE)


def test_a_name_that_is_no_program_is_refused_by_name(workshop) -> None:
    refusal = workshop.refused("make", "deploy_all prod", is_program=lambda name: name == "make")
    assert refusal.reason is R.UNKNOWN_PROGRAM
    assert "deploy_all" in refusal.detail


def test_paths_and_builtins_need_no_path_lookup(workshop) -> None:
    workshop.made("./run.sh a", "cd x", "~/bin/tool y", "echo z", is_program=lambda name: False)


def test_a_program_known_only_at_run_time_is_refused(workshop) -> None:
    assert workshop.refused("$MYTOOL x").reason is R.UNKNOWN_PROGRAM


def test_nothing_to_do_is_not_worth_a_script(workshop) -> None:
    assert workshop.refused("clear").reason is R.NOT_WORTHY


def test_an_optional_step_that_no_script_can_do_is_left_out(workshop) -> None:
    for step in ("sudo ls /root", "vimm_unknown x", "echo $(ls {dir})", "ps aux | grep node"):
        automation = workshop.made(
            "make", step, "show a", presence=(1.0, 0.8, 1.0), values=[{"dir": "a"}] * 10, is_program=lambda name: name != "vimm_unknown"
        )
        assert step.split()[0] not in automation.script.text.split(": step 1")[1]
        assert any(words.startswith("leaves out `") for words in automation.adds)


@pytest.mark.parametrize(
    "step",
    [
        "echo 'select * from t where d = {n}' | psql shop",
        'sqlite3 a.db <<< "select {n}"',
        "echo {n} | xargs rm",
        "cat dump-{n}.sql | mysql shop",
    ],
)
def test_what_another_program_reads_takes_only_the_class_of_the_values_seen(workshop, step: str) -> None:
    automation = workshop.made(step, values=[{"n": "12"}, {"n": "37"}])
    for hostile in ("-rf", "1; touch x", "1 2", "$(touch x)", "1\n.shell touch x"):
        result = workshop.run(automation, hostile)
        assert (result.returncode, b"would read more as code" in result.stderr) == (64, True), hostile
    assert workshop.refused(step, values=[{"n": "12"}, {"n": "a b"}]).reason is R.UNQUOTABLE
