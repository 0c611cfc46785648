"""Programs that start the program named among their operands: where that name stands, and what reads its input as code."""

PROGRAM_OPERAND = {
    "npx": 1, "bunx": 1, "uvx": 1, "dotenv": 1, "pipx run": 2, "uv run": 2, "uv tool run": 3, "poetry run": 2, "pipenv run": 2,
    "pixi run": 2, "rye run": 2, "pdm run": 2, "hatch run": 2, "conda run": 2, "mamba run": 2, "bundle exec": 2, "npm exec": 2, "pnpm exec": 2,
    "pnpm dlx": 2, "yarn exec": 2, "yarn run": 2, "yarn dlx": 2, "bun run": 2, "bun x": 2, "direnv exec": 3,
    "rbenv exec": 2, "pyenv exec": 2, "asdf exec": 2, "dotenv run": 2, "foreman run": 2, "op run": 2, "nix run": 2,
    "heroku run": 2, "toybox": 1, "docker exec": 3, "docker run": 3, "podman exec": 3, "podman run": 3,
    "docker compose exec": 4, "docker compose run": 4, "podman compose exec": 4, "podman compose run": 4, "docker-compose exec": 3,
    "docker-compose run": 3, "kubectl exec": 3, "kubectl run": 3, "oc exec": 3,
}  # fmt: skip
"""By the first words of a command, which of its operands names the program."""
BEHIND_MARK = frozenset({"mise exec", "mise x", "guix shell", "nix shell", "nix develop"})
"""Their program follows `--` or `-c`."""
_CONTAINER = tuple(
    """-p -v -e -w -u -h -m -l -c -f --name --network --volume --env --publish --workdir --user --mount --platform --memory --cpus --env-file
    --label --gpus --restart --hostname --file --project-name --profile""".split()
)
OPTIONS_WITH_VALUES: dict[str, dict[str, int]] = {
    "awk": {"-F": 1, "-v": 1},
    "gawk": {"-F": 1, "-v": 1},
    "jq": {"--arg": 2, "--argjson": 2, "--slurpfile": 2, "--indent": 1},
    **dict.fromkeys(("docker", "podman", "docker-compose"), dict.fromkeys(_CONTAINER, 1)),
    **dict.fromkeys(("kubectl", "oc"), dict.fromkeys(("-n", "-c", "--namespace", "--container", "--context", "--image"), 1)),
    **dict.fromkeys(("uv", "uvx"), dict.fromkeys(("--with", "-p", "--python", "--extra", "--group", "--package", "--from"), 1)),
    **dict.fromkeys(("conda", "mamba"), dict.fromkeys(("-n", "-p", "--name", "--prefix"), 1)),
    "ssh": dict.fromkeys("-p -i -l -L -R -D -J -o -F -b -c -E -e -I -m -O -Q -S -W -w -B".split(), 1),
    "npx": {"-p": 1, "--package": 1},
    "watchexec": dict.fromkeys(("-w", "-e", "-i", "-d", "-s", "-f", "--watch", "--exts", "--ignore"), 1),
    "dotenv": {"-f": 1, "--file": 1},
    "foreman": {"-e": 1, "-f": 1},
    "op": {"--env-file": 1},
    "heroku": {"-a": 1, "--app": 1},
    "redis-cli": dict.fromkeys(("-h", "-p", "-n", "-a", "-u"), 1),
    "psql": dict.fromkeys(("-h", "-p", "-U", "-d", "--host", "--port", "--username", "--dbname", "-v", "-P"), 1),
    "mysql": dict.fromkeys(("-h", "-P", "-u", "-D"), 1),
}
"""How many of the following words an option takes."""


def operands(words: tuple[str, ...]) -> list[int]:
    """Where the operands of a command stand: neither options nor their values."""
    with_values, found, at = OPTIONS_WITH_VALUES.get(words[0], {}), [], 1
    while at < len(words):
        if words[at].startswith("-") and len(words[at]) > 1:
            at += 1 + with_values.get(words[at], 0)
            continue
        found.append(at)
        at += 1
    return found


def runner_of(words: tuple[str, ...]) -> tuple[str, int] | None:
    """The name of a command that starts a program named among its operands, and where that stands (len(words): nowhere); or None."""
    if not words or words[0] not in _RUNNERS:
        return None
    at = operands(words)
    for size in (3, 2, 1):
        name = " ".join((words[0], *(words[i] for i in at[: size - 1])))
        if name in BEHIND_MARK:
            return name, next((i + 1 for i, word in enumerate(words) if word in ("--", "-c", "--command")), len(words))
        if number := PROGRAM_OPERAND.get(name):
            return name, at[number - 1] if len(at) >= number else len(words)
    return None


_RUNNERS = frozenset(name.split()[0] for name in (*PROGRAM_OPERAND, *BEHIND_MARK))
