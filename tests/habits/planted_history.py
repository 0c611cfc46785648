"""A made-up Debian `.bash_history` with known habits in it: no dates, no exit codes, immediate repeats dropped (ignoreboth).

Nine habits of a web developer lie in everyday noise. The noise uses the same programs as the habits, comes in streaks
(`cd`, then `ls`), interrupts the habits, and now and then a step is left out.
"""

import random
from dataclasses import dataclass, field

_WORDS = (
    "login invoice search cart header footer profile export import cache queue worker mailer report billing session upload avatar "
    "banner theme router schema webhook audit limiter locale ticket coupon stock parser"
).split()
_FILES = [f"src/{w}.py" for w in _WORDS] + [f"tests/test_{w}.py" for w in _WORDS[:12]] + ["README.md", "setup.cfg", "notes.txt", "Makefile"]
_FOLDERS = ["~/work/shop", "~/work/api", "src", "tests", "..", "~", "~/Downloads", "/etc/nginx", "/var/log", "deploy", "docs"]
_NOISE = [
    (14, "ls"), (6, "ls -la"), (12, "cd {folder}"), (6, "cd .."), (15, "git status"), (9, "git diff"), (4, "git log --oneline"),
    (10, "vim {file}"), (5, "cat {file}"), (4, "less {file}"), (3, "clear"), (2, "pwd"), (2, "htop"), (3, "grep -rn {word} src"),
    (2, "rm {file}"), (2, "mv {file} {file}"), (2, "cp {file} /tmp/"), (5, "python3 {file}"), (6, "pytest"), (4, "pytest {file}"),
    (4, "make"), (3, "make test"), (3, "git add {file}"), (3, 'git commit -m "{message}"'), (3, "git push"), (3, "git pull"),
    (3, "docker ps"), (2, "docker logs {word}"), (2, "ssh web"), (1, "ssh db01.lan"), (2, "man {program}"), (2, "which {program}"),
    (2, "tail -f /var/log/nginx/error.log"), (2, "df -h"), (1, "du -sh *"), (2, "ps aux | grep {word}"), (1, "kill {number}"),
    (1, "sudo apt update"), (1, "sudo apt install {program}"), (2, "echo $PATH"), (1, "history | grep {word}"), (1, "chmod +x {word}.sh"),
    (1, "./{word}.sh"), (1, "mkdir {word}"), (1, "touch {file}"), (1, "wc -l {file}"), (1, "pip install {program}"), (1, "curl -I {word}.lan"),
    (1, "npm test"), (1, "docker compose ps"), (1, "find . -name '*{word}*'"), (1, "git stash"), (1, "git stash pop"), (1, "code ."),
]  # fmt: skip
_AFTER = {"cd {folder}": "ls", "vim {file}": "pytest", "git status": "git diff", "ls": "cd {folder}"}
"""What a person often types next, without meaning a routine."""
_HABITS = [
    ("start a branch", 12, ["git checkout main", "git pull --rebase origin main", "git checkout -b feat/{word}-{word2}"]),
    ("publish work", 24, ["git add -A", 'git commit -m "{message}"', "git push"]),
    ("ship the image", 9, [
        "docker build -t registry.lan/shop:{version} .", "docker push registry.lan/shop:{version}",
        "kubectl set image deploy/shop shop=registry.lan/shop:{version}", "kubectl rollout status deploy/shop",
    ]),
    ("shrink a picture", 11, ["convert {stem}.png -resize 1200x {stem}.jpg", "jpegoptim {stem}.jpg", "scp {stem}.jpg web:/srv/img/"]),
    ("back up", 10, ["pg_dump -Fc shop -f shop-{date}.dump", "gzip shop-{date}.dump", "rclone copy shop-{date}.dump.gz remote:backups/"]),
    ("integration tests", 14, ["docker compose up -d db", "pytest -x tests/integration", "docker compose down"]),
    ("mirror photos", 9, ["rsync -av --delete ~/photos/{word}/ nas:/volume1/photos/{word}/"]),
    ("read the log", 8, ["journalctl -u nginx --since today --no-pager"]),
    ("new tool", 8, ["git clone https://git.example.org/team/{word}.git", "cd {word}", "python3 -m venv .venv", "pip install -r requirements.txt"]),
]  # fmt: skip


@dataclass
class PlantedHabit:
    """One habit of the answer key."""

    name: str
    steps: list[str]
    """Templates with {slot}."""
    occurrences: list[list[int]] = field(default_factory=list)
    """0-based line numbers of each occurrence."""

    @property
    def bindings(self) -> list[tuple[int, int, str]]:
        """(step, later step, slot) for every slot that several steps share."""
        users: dict[str, list[int]] = {}
        for number, step in enumerate(self.steps):
            for name in {part.partition("}")[0] for part in step.split("{")[1:]}:
                users.setdefault(name, []).append(number)
        return [(steps[0], later, name) for name, steps in users.items() for later in steps[1:]]

    @property
    def lines(self) -> set[int]:
        return {line for occurrence in self.occurrences for line in occurrence}


def build_untimed_history(seed: int, lines: int = 2000) -> tuple[list[str], list[PlantedHabit]]:
    """The lines of a history file and the habits planted in it, the same for the same seed."""
    rng = random.Random(seed)
    scale = lines / 2000
    key = [PlantedHabit(name, steps) for name, _, steps in _HABITS]
    jobs = [habit for habit, (_, count, _) in zip(key, _HABITS, strict=True) for _ in range(max(4, round(count * scale)))]
    rng.shuffle(jobs)
    starts = sorted(rng.sample(range(max(1, lines - 4 * len(jobs))), len(jobs)))
    typed: list[str] = []
    previous = ""

    def write(text: str) -> int:
        if not typed or typed[-1] != text:
            typed.append(text)
        return len(typed) - 1

    noise_count = 0
    for start, habit in zip(starts, jobs, strict=True):
        while noise_count < start:
            previous = _noise_template(rng, previous)
            write(_fill(previous, rng, {}))
            noise_count += 1
        values: dict[str, str] = {}
        occurrence = []
        steps = list(habit.steps)
        if len(steps) > 2 and rng.random() < 0.06:
            steps.pop(rng.randrange(1, len(steps)))
        for number, step in enumerate(steps):
            while number and rng.random() < 0.18:
                write(_fill(_noise_template(rng, ""), rng, {}))
            occurrence.append(write(_fill(step, rng, values)))
        habit.occurrences.append(occurrence)
    while len(typed) < lines:
        previous = _noise_template(rng, previous)
        write(_fill(previous, rng, {}))
    return typed, key


def _noise_template(rng: random.Random, previous: str) -> str:
    if previous in _AFTER and rng.random() < 0.35:
        return _AFTER[previous]
    return rng.choices([text for _, text in _NOISE], weights=[weight for weight, _ in _NOISE])[0]


def _fill(template: str, rng: random.Random, values: dict[str, str]) -> str:
    """`template` with its slots filled; a slot that has a value in `values` keeps it."""
    while "{" in template:
        name = template[template.index("{") + 1 : template.index("}")]
        if name not in values:
            values[name] = _value(name, rng)
        template = template.replace("{" + name + "}", values[name], 1)
        if not name.startswith(("word", "stem", "version", "date", "message")):
            del values[name]
    return template


def _value(name: str, rng: random.Random) -> str:
    word = rng.choice(_WORDS)
    return {
        "word": word,
        "word2": f"{rng.choice(_WORDS)}{rng.randint(1, 40)}",
        "file": rng.choice(_FILES),
        "folder": rng.choice(_FOLDERS),
        "stem": f"{word}-{rng.randint(1, 900)}",
        "version": f"{rng.randint(1, 4)}.{rng.randint(0, 30)}.{rng.randint(0, 9)}",
        "date": f"2024-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}",
        "message": " ".join(rng.choices(["fix", "add", "drop", "tidy", "speed up", "document", "test", *_WORDS], k=rng.randint(2, 5))),
        "program": rng.choice(["jq", "ripgrep", "tmux", "curl", "rsync", "awk", "sed", "tree", "ncdu", "fzf"]),
        "number": str(rng.randint(300, 32000)),
    }[name]
