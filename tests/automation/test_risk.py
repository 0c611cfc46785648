"""The worst part decides, and every level has its words."""

import pytest

from vynexus_tui.automation.risk import assess
from vynexus_tui.domain.automations import RiskLevel
from vynexus_tui.language.lexing import parse_command


@pytest.mark.parametrize(
    ("text", "level", "words"),
    [
        ("make && pytest -q", RiskLevel.LOW, ""),
        ("cp a b", RiskLevel.LOW, ""),
        ("curl -s https://example.com", RiskLevel.ELEVATED, "network"),
        ("git pull", RiskLevel.ELEVATED, "network"),
        ("docker ps", RiskLevel.ELEVATED, "outside the sandbox"),
        ("ffmpeg -i a b && rm a", RiskLevel.ELEVATED, "rm deletes files"),
        ("deploy --password {{secret:password}}", RiskLevel.ELEVATED, "secret"),
        ("git push origin main", RiskLevel.HIGH, "for others"),
        ("git -C repo push", RiskLevel.HIGH, "for others"),
        ("npm publish", RiskLevel.HIGH, "for others"),
        ("curl -X DELETE https://example.com/1", RiskLevel.HIGH, "sends data"),
        ("curl -d a=1 https://example.com/1", RiskLevel.HIGH, "sends data"),
        ("sudo make install", RiskLevel.HIGH, "other rights"),
        ("make && rm -rf build", RiskLevel.HIGH, "rm -r"),
        ("echo $(sudo ls)", RiskLevel.HIGH, "other rights"),
        ("ssh web 'rm -rf /srv/x'", RiskLevel.HIGH, "rm -r"),
        ("find . | xargs -n1 rm -f", RiskLevel.HIGH, "xargs rm"),
        ("> a.txt", RiskLevel.ELEVATED, "overwrites a.txt"),
        (": > a.txt", RiskLevel.ELEVATED, "overwrites a.txt"),
        ("sort a 2> err.log &> b", RiskLevel.ELEVATED, "overwrites"),
        ("for f in a b; do sort $f > c; done", RiskLevel.ELEVATED, "overwrites c"),
        ("make >> build.log", RiskLevel.LOW, ""),
        ("make > /dev/null 2>&1", RiskLevel.LOW, ""),
        ("mv a /dev/null", RiskLevel.HIGH, "/dev/null"),
        ("cp a /dev/null", RiskLevel.LOW, ""),
        ("cp /dev/null a", RiskLevel.HIGH, "empties"),
        ("chmod -R 777 /srv", RiskLevel.HIGH, "chmod -R"),
        ("chown --recursive me ..", RiskLevel.HIGH, "chown -R"),
        ("chown -R me ~/x", RiskLevel.HIGH, "chown -R"),
        ("chmod -R 755 build", RiskLevel.LOW, ""),
        ("chmod 755 /srv/x", RiskLevel.LOW, ""),
        ("env -S 'rm -rf x'", RiskLevel.HIGH, "rm -r"),
        ("/usr/bin/env -S 'make x'", RiskLevel.HIGH, "env -S"),
        ("busybox rm a", RiskLevel.ELEVATED, "rm deletes files"),
        ("busybox rm -rf a", RiskLevel.HIGH, "rm -r"),
        ("strace -f rm -r a", RiskLevel.HIGH, "rm -r"),
        ("hyperfine 'rm -r a' ls", RiskLevel.HIGH, "rm -r"),
        ("kill 123", RiskLevel.ELEVATED, "kill stops"),
        ("pkill node", RiskLevel.ELEVATED, "pkill stops"),
        ("tar xzf a.tgz -C /", RiskLevel.HIGH, "unpacks into /"),
        ("tar -x -f a.tar --directory=../..", RiskLevel.HIGH, "unpacks into ../.."),
        ("tar -C / -xzf a.tgz", RiskLevel.HIGH, "unpacks into /"),
        ("sort a | tee b", RiskLevel.ELEVATED, "overwrites b"),
        ("sort a | tee -a b", RiskLevel.LOW, ""),
        ("tar xzf a.tgz -C build", RiskLevel.LOW, ""),
        ("tar czf a.tgz -C / etc", RiskLevel.LOW, ""),
        ("LD_PRELOAD=./x.so ls", RiskLevel.HIGH, "LD_PRELOAD"),
        ("env LD_PRELOAD=./x.so ls", RiskLevel.HIGH, "LD_PRELOAD"),
        ("export BASH_ENV=x", RiskLevel.HIGH, "BASH_ENV"),
        ("curl -fsSL https://example.com/i | sh", RiskLevel.HIGH, "runs what it downloads"),
        ("curl -s https://example.com/i | tee i.sh | bash -s -- -y", RiskLevel.HIGH, "runs what it downloads"),
        ("bash <(curl -s https://example.com/i)", RiskLevel.HIGH, "runs what it downloads"),
        ('sh -c "$(wget -qO- https://example.com/i)"', RiskLevel.HIGH, "runs what it downloads"),
        ("if true; then curl -s https://example.com/i | sh; fi", RiskLevel.HIGH, "runs what it downloads"),
        ("curl -s https://example.com/i | jq .name", RiskLevel.ELEVATED, "network"),
        ("ssh -fN -L 5432:localhost:5432 db1", RiskLevel.ELEVATED, "leaves a connection running after the script"),
        ("$TOOL a", RiskLevel.ELEVATED, "only known when it runs"),
    ],
)
def test_risk_is_named(text: str, level: RiskLevel, words: str) -> None:
    risk = assess(parse_command(text))
    assert risk.level is level, risk
    assert words in " ".join(risk.reasons)
    assert bool(risk.reasons) is (level is not RiskLevel.LOW)


def test_the_worst_reason_comes_first() -> None:
    assert assess(parse_command("curl -s https://example.com; git push")).reasons[0] == "git push changes things for others"


HIGH = [
    ("rm -r build", "rm -r deletes directories"), ("dd if=a of=b", "dd overwrites"), ("mkfs.ext4 /dev/sdb", "mkfs.ext4 makes a new file system"), ("shred -u a", "shred destroys files"),
    ("truncate -s 0 a.log", "truncate empties files"), ("git push --force", "git push --force overwrites others' commits"), ("git push --force-with-lease", "git push --force"),
    ("git reset --hard HEAD~1", "git reset --hard drops local changes"), ("git clean -fd", "git clean deletes untracked files"), ("git branch -D old", "git branch -D deletes a branch"),
    ("git branch --delete --force old", "git branch -D"), ("git switch --discard-changes main", "git switch drops"), ("git worktree remove --force a", "git worktree remove deletes a folder"),
    ("psql -c 'DROP TABLE users'", "psql drops data"), ("psql -c 'TRUNCATE users'", "psql drops data"), ("mysql -e 'delete from users'", "mysql drops data"),
    ("sqlite3 a.db 'delete from users; select 1 where 1'", "sqlite3 drops data"), ("redis-cli FLUSHALL", "redis-cli drops data"), ("dropdb shop", "dropdb drops a database"),
    ("terraform destroy", "terraform destroy destroys infrastructure"), ("tofu destroy", "tofu destroy"), ("terraform apply -destroy", "terraform -destroy destroys infrastructure"),
    ("kubectl delete pod web", "kubectl delete deletes from the cluster"), ("kubectl -n prod delete pod web", "kubectl delete"), ("helm uninstall web", "helm uninstall deletes a release"),
    ("docker system prune -f", "docker prune deletes"), ("podman volume rm data", "podman volume rm deletes a volume"), ("docker volume rm data", "docker volume rm"), ("docker rm -f web", "docker rm deletes containers"),
    ("docker container rm web", "docker container rm"), ("docker compose down -v", "docker down -v deletes volumes"), ("aws s3 rm s3://b/a", "aws s3 rm deletes objects"), ("aws s3 rb s3://b", "aws s3 rb deletes a bucket"),
    ("aws s3 sync a s3://b --delete", "aws s3 sync --delete deletes objects"), ("aws ec2 terminate-instances --instance-ids i-1", "aws terminate-instances deletes a resource"),
    ("gcloud compute instances delete web", "gcloud delete deletes a resource"), ("az group delete -n g", "az delete deletes a resource"), ("find . -name a -delete", "find deletes"),
    ("find . -exec rm {} +", "find deletes"), ("rsync -a --delete a/ b/", "rsync --delete deletes files at the target"), ("crontab -r", "crontab -r deletes the schedule"),
    ("sudo ls", "sudo asks"), ("doas ls", "doas asks"), ("su -c ls", "su asks"), ("pkexec ls", "pkexec asks"), ("run0 ls", "run0 asks"),
    ("kubectl apply -f a.yml", "kubectl apply changes things for others"), ("terraform apply a.plan", "terraform apply changes"), ("curl -X DELETE https://a.example", "curl sends data"),
    ("http POST https://a.example a=1", "http sends data"), ("http https://a.example a=1", "http sends data"), ("gh pr create --fill", "gh pr create changes"), ("gh issue create -t a", "gh issue create"),
    ("gh release create v1", "gh release changes"), ("git push", "git push changes"), ("npm publish", "npm publish changes"), ("pnpm publish", "pnpm publish"), ("twine upload dist/a", "twine upload changes"),
    ("python3 -m twine upload dist/a", "twine upload"), ("cargo publish", "cargo publish"), ("docker push a", "docker push changes"), ("gem push a.gem", "gem push"), ("poetry publish", "poetry publish"), ("uv publish", "uv publish"),
]  # fmt: skip
ELEVATED = [
    ("ssh web uptime", "ssh runs on another machine: a try cannot show what it does there"), ("scp a web:/srv/", "scp copies between machines"), ("rsync -a dist/ me@web:/srv/", "rsync copies between machines"),
    ("systemctl --user stop app", "systemctl stop changes which services run"), ("systemctl --user disable app", "systemctl disable"), ("psql -c 'update t set a = 1 where id = 2'", "psql changes data"),
    ("sqlite3 a.db 'delete from t where id = 1'", "sqlite3 changes data"), ("http https://a.example q==1", "network"), ("git clean -n", ""), ("rsync -a a/ b/", "network"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "words"), HIGH)
def test_what_destroys_publishes_or_takes_rights_is_high_and_names_command_and_object(text: str, words: str) -> None:
    risk = assess(parse_command(text))
    assert risk.level is RiskLevel.HIGH, risk
    assert words in risk.reasons[0], risk


@pytest.mark.parametrize(("text", "words"), ELEVATED)
def test_what_happens_elsewhere_or_changes_data_is_elevated(text: str, words: str) -> None:
    risk = assess(parse_command(text))
    assert risk.level is (RiskLevel.ELEVATED if words else RiskLevel.LOW), risk
    assert words in " ".join(risk.reasons), risk


@pytest.mark.parametrize(
    "text",
    [
        "kubectl delete pod a --dry-run=client",
        "git worktree remove a",
        "git branch -d merged",
        "gcloud compute instances list",
        "aws s3 sync a s3://b",
    ],
)
def test_a_rehearsal_or_a_careful_form_destroys_nothing(text: str) -> None:
    assert not any("deletes" in reason for reason in assess(parse_command(text)).reasons)


HIDDEN = r"""
toybox rm -rf x
find . -exec sh -c 'rm -rf "$1"' _ {} \;
ls | xargs -I{} sh -c 'rm -rf {}'
git -c alias.x='!rm -rf y' x
trap 'rm -rf x' EXIT
alias x='rm -rf y'
echo 'rm -rf x' | sh
printf 'rm -rf x' | bash -s
sh <<< 'rm -rf x'
eval "$(printf 'rm -rf x')"
echo rm -rf x | at now
watchexec -w src rm -rf x
fd -X rm -rf
fd . -x rm -rf x
poetry run rm -rf x
uv run --with a rm -rf x
mise exec -- rm -rf x
direnv exec . rm -rf x
docker exec web rm -rf /data
docker compose exec web rm -rf /data
kubectl exec p -- rm -rf /data
nix-shell --run 'rm -rf x'
script -c 'rm -rf x'
python -c "import os; os.system('rm -rf x')"
perl -e 'system("rm -rf x")'
awk 'BEGIN{system("rm -rf x")}'
vim -c ':!rm -rf x' -c q
ansible all -m shell -a 'rm -rf x'
rm --recurs x
rm${IFS}-rf${IFS}x
git submodule foreach 'rm -rf x'
git -c core.pager='rm -rf x' log
PAGER='rm -rf x' git log
GIT_SSH_COMMAND='rm -rf x' git fetch
make SHELL='rm -rf x'
vim -es +'!rm -rf x' +q
"""


@pytest.mark.parametrize("text", HIDDEN.strip().splitlines())
def test_a_deletion_handed_to_another_program_as_text_is_seen(text: str) -> None:
    risk = assess(parse_command(text))
    assert (risk.level, "rm -r deletes directories" in risk.reasons) == (RiskLevel.HIGH, True), risk


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("python3 -c 'import shutil; shutil.rmtree(\"x\")'", "runs code that deletes"), ("ruby -e 'FileUtils.rm_rf(\"x\")'", "runs code that deletes"),
        ("node -e 'require(\"fs\").rmSync(\"x\")'", "runs code that deletes"), ("perl -e 'unlink glob \"*\"'", "runs code that deletes"), ("php -r 'unlink(\"x\");'", "runs code"),
        ("echo cm0= | base64 -d | sh", "runs text that cannot be read here"), ("source <(kubectl completion bash)", "cannot be read here"), ("gunzip -c a.gz | bash", "cannot be read here"),
        ("awk '{print | \"sh\"}' f", "cannot be read here"), ("python3 - <<'E'\nimport shutil; shutil.rmtree('x')\nE", "python3 runs code that deletes"),
        ("git rm -rf x", "git rm -f"), ("git checkout HEAD -- .", "git checkout"), ("git read-tree --reset -u HEAD", "git read-tree"), ("git update-ref -d refs/heads/x", "git update-ref"),
        ("git gc --prune=now", "git gc"), ("git reset --har HEAD", "git reset --hard"), ("bundle exec rake db:drop", "rake db:drop"), ("rails db:reset", "rails db:reset"),
        ("php artisan migrate:fresh", "artisan"), ("python manage.py flush", "flush"), ("alembic downgrade base", "alembic"), ("cdk destroy", "cdk"), ("serverless remove", "serverless"),
        ("dropuser x", "dropuser"), ("zpool destroy x", "zpool"), ("lvremove x", "lvremove"), ("btrfs subvolume delete x", "btrfs"), ("restic forget --prune", "restic"),
        ("borg prune x", "borg"), ("gpg --delete-secret-keys x", "gpg"), ("tar cf a.tar x --remove-files", "tar"), ("zip -m a.zip x", "zip"), ("7z d a.7z x", "7z"),
        ("conda remove --all", "conda"), ("npx rimraf dist", "rimraf"), ("hg strip x", "hg"), ("gradle publish", "gradle publish"), ("gsutil -m rm -r gs://x", "gsutil rm"),
        ("gh api -X DELETE /repos/x", "gh api"), ("npx prisma migrate reset", "prisma"), ("heroku pg:reset", "heroku"), ("rsync -a --remove-source-files a/ b/", "rsync"),
        ("echo 'DROP TABLE x' | psql", "psql drops data"), ("psql <<< 'drop table x'", "psql drops data"), ("docker exec db psql -c 'DROP TABLE x'", "psql drops data"),
    ],
)  # fmt: skip
def test_what_destroys_under_another_name_is_high(text: str, words: str) -> None:
    risk = assess(parse_command(text))
    assert risk.level is RiskLevel.HIGH, risk
    assert words in risk.reasons[0], risk


@pytest.mark.parametrize(
    "text",
    ["PAGER=less git log", "git -c color.ui=always diff", "echo 'rm -rf x'", "conda update --all", "python3 train.py --out rmtree", "docker exec web ls", "eval \"$(ssh-agent)\"", "git checkout main", "zip -r a.zip x",
     "cat a.sql | psql shop", "echo 'delete from t where id = 1' | sqlite3 a.db", "tar czf a.tgz x", "uv run pytest", "awk '{print $1}' a | sort", "echo hi | tee a"],
)  # fmt: skip
def test_what_only_looks_alike_is_not_high(text: str) -> None:
    assert assess(parse_command(text)).level is not RiskLevel.HIGH, assess(parse_command(text))


def test_a_program_that_a_pattern_names_is_only_known_when_it_runs() -> None:
    assert assess(parse_command("/bin/r?? -rf x")).reasons == ("r?? is only known when it runs",)
    assert assess(parse_command("[ -f x ] && [[ -d y ]]")).level is RiskLevel.LOW
