"""What a command line would destroy: each reason names the command and what is lost. Pure tables and words; nothing is looked up."""

import re

from vynexus_tui.language.command_heads import command_head, operands_of
from vynexus_tui.language.commands_within import command_words, commands_within, inner_text
from vynexus_tui.language.lexing import Command, Part
from vynexus_tui.language.program_tables import (
    DATA_LOSS,
    DATABASE_CLIENTS,
    DELETES_RESOURCES,
    DESTRUCTIVE_HEADS,
    DESTRUCTIVE_OPTIONS,
    DESTRUCTIVE_PROGRAMS,
    HARMLESS_DEVICES,
    PLAIN_DELETION,
    WHOLE_DEVICE_PROGRAMS,
)
from vynexus_tui.language.texts_within import CODE_PROGRAMS

_RESOURCE_VERBS = re.compile(r"(?:delete|destroy|terminate|purge)(?:-[\w-]+)?|[\w:-]*:(?:destroy|delete|reset)")
_CODE_DELETES = re.compile(
    r"\b(?:rmtree|remove_tree|rm_rf?|rm_r|remove_entry\w*|rm(?:dir)?Sync|unlink(?:Sync)?|rimraf|removedirs)\b|\bos\.(?:remove|rmdir)\b|FileUtils\.rm|\bfs\.rm\b"
)
"""In the text of Python, Perl, Ruby, JavaScript and PHP."""


def destructive_reason(part: Part) -> str | None:
    """What would be lost, or None. The worst comes first: PLAIN_DELETION only when nothing else is lost."""
    commands = commands_within(part)
    reasons = [reason for command in commands if (reason := _destroys(command))]
    client = next((w[0] for command in commands if (w := command_words(command)) and w[0] in DATABASE_CLIENTS), None)
    if (
        client
        and (part.is_compound or "<<" in part.text or len(part.commands) > 1)
        and DATA_LOSS.search(part.text.replace("'", ";").replace('"', ";"))
    ):
        reasons.append(f"{client} drops data")
    coder = next((w[0] for command in commands if (w := command_words(command)) and w[0] in CODE_PROGRAMS), None)
    if coder and "<<" in part.text and _CODE_DELETES.search(part.text):
        reasons.append(f"{coder} runs code that deletes files")
    return next((r for r in reasons if r != PLAIN_DELETION), reasons[0] if reasons else None)


def whole_device_reason(part: Part) -> str | None:
    """What would be written over a whole device, from which nothing comes back, or None."""
    for command in commands_within(part):
        words = command_words(command)
        program = words[0] if words else ""
        if (program in WHOLE_DEVICE_PROGRAMS or program.startswith("mkfs.")) and not {"-l", "--list", "-p", "-n"} & set(words):
            return f"{program} writes to a whole device: nothing brings back what was on it"
        targets = [word[3:] for word in words[1:] if word.startswith("of=")] if program == "dd" else []
        targets += [redirect.target.value for redirect in command.redirects if redirect.target and ">" in redirect.operator]
        if device := next((target for target in targets if _is_device(target)), None):
            return f"{program or 'the redirection'} writes to {device}: nothing brings back what was on it"
    return None


def _is_device(path: str) -> bool:
    return path.startswith("/dev/") and not path.startswith(HARMLESS_DEVICES)


def _destroys(command: Command) -> str | None:
    words = command_words(command)
    if not words:
        return None
    program, options = words[0], {w for w in words[1:] if w.startswith("-")}
    letters = {c for o in options if not o.startswith("--") for c in o[1:]}
    if program in DESTRUCTIVE_PROGRAMS or program.startswith("mkfs."):
        return f"{program} {DESTRUCTIVE_PROGRAMS.get(program, DESTRUCTIVE_PROGRAMS['mkfs'])}"
    if program == "rm":
        return "rm -r deletes directories" if letters & {"r", "R"} or _has(options, "--recursive") else PLAIN_DELETION
    if reason := _by_option(words, letters, options):
        return reason
    if program == "find" and {"-delete", "rm"} & set(words):
        return "find deletes what it finds"
    if program == "xargs" and inner_text(words) and "rm" in words:
        return "xargs rm deletes what it is given"
    if program == "crontab" and "r" in letters:
        return "crontab -r deletes the schedule"
    if program == "git":
        return _git_destroys(words, command_head(command)[-1], options, letters) or _by_head(command, words)
    if reason := _deletes_resources(words, letters, options) or _by_head(command, words):
        return reason
    if program == "rsync" and any(o.startswith("--del") for o in options):
        return "rsync --delete deletes files at the target"
    if reason := _loses_to_a_device(command, words):
        return reason
    return f"{program} drops data" if program in DATABASE_CLIENTS and any(DATA_LOSS.search(w) for w in words[1:]) else None


def _by_option(words: tuple[str, ...], letters: set[str], options: set[str]) -> str | None:
    program = words[0]
    named = next((name for name in (" ".join(words[:2]), program) if name in DESTRUCTIVE_OPTIONS), None)
    if named and _has(options, DESTRUCTIVE_OPTIONS[named][0]):
        return f"{named} {' '.join(DESTRUCTIVE_OPTIONS[named])}"
    if program == "zip" and letters & {"d", "m"}:
        return "zip -m and -d delete files"
    if program in CODE_PROGRAMS and letters & set("ceEr") and any(_CODE_DELETES.search(word) for word in words[1:]):
        return f"{program} runs code that deletes files"
    return "gh api -X DELETE deletes a resource" if words[:2] == ("gh", "api") and "DELETE" in words else None


def _has(options: set[str], name: str) -> bool:
    """Whether an option is given, also begun only, as GNU programs and git allow."""
    return any(len(option) > 3 and name.startswith(option.partition("=")[0]) for option in options)


def _by_head(command: Command, words: tuple[str, ...]) -> str | None:
    if any(w in ("--dry-run", "--dry-run=client", "--dry-run=server") for w in words) or (words[:2] == ("git", "clean") and "-n" in words):
        return None
    operands = operands_of(words)
    named = " ".join(words[:3]), " ".join(words[:2]), " ".join(command_head(command)), " ".join((words[0], *operands[:1]))
    return next((f"{n} {DESTRUCTIVE_HEADS[n]}" for n in named if n in DESTRUCTIVE_HEADS), None)


def _loses_to_a_device(command: Command, words: tuple[str, ...]) -> str | None:
    if words[0] == "mv" and words[-1] == "/dev/null":
        return "mv to /dev/null deletes files"
    if words[0] == "cp" and operands_of(words)[:1] == ["/dev/null"]:
        return "cp from /dev/null empties files"
    targets = [r.target.value for r in command.redirects if r.target]
    return f"{words[0]} writes to a device" if any(map(_is_device, targets)) else None


def _deletes_resources(words: tuple[str, ...], letters: set[str], options: set[str]) -> str | None:
    program = words[0]
    if program in ("docker", "podman", "docker-compose", "nerdctl"):
        if "prune" in words:
            return f"{program} prune deletes what is not in use"
        if "down" in words and ("v" in letters or "--volumes" in options):
            return f"{program} down -v deletes volumes"
    if program in ("terraform", "tofu", "terragrunt") and {"-destroy", "--destroy"} & options:
        return f"{program} -destroy destroys infrastructure"
    if program == "aws" and words[1:3] in (("s3", "sync"), ("s3", "mv")) and "--delete" in options:
        return "aws s3 sync --delete deletes objects at the target"
    if program in DELETES_RESOURCES and (verb := next((w for w in words[1:] if _RESOURCE_VERBS.fullmatch(w)), None)):
        return f"{program} {verb} deletes a resource"
    return None


def _git_destroys(words: tuple[str, ...], action: str, options: set[str], letters: set[str]) -> str | None:
    operands = words[words.index(action) + 1 :] if action in words else ()
    if action == "push" and (
        any(o.startswith(("--force", "--mirror")) for o in options)
        or _has(options, "--force")
        or "f" in letters
        or any(w.startswith("+") for w in operands)
    ):
        return "git push --force overwrites others' commits"
    if action == "push" and (any(o.startswith("--delete") for o in options) or "d" in letters or any(w.startswith(":") for w in operands)):
        return "git push --delete deletes a branch at the remote"
    if action == "reset" and _has(options, "--hard"):
        return "git reset --hard drops local changes"
    if action in ("checkout", "switch") and (
        operands[:1] == (".",) or "--" in operands or "f" in letters or "--discard-changes" in options
    ):
        return f"git {action} drops local changes"
    if action == "branch" and ("D" in letters or (("d" in letters or "--delete" in options) and ("f" in letters or "--force" in options))):
        return "git branch -D deletes a branch"
    if action == "rm" and "f" in letters:
        return "git rm -f deletes files with their changes"
    if action == "read-tree" and _has(options, "--reset"):
        return "git read-tree --reset drops local changes"
    if action == "remove" and "worktree" in words:
        return "git worktree remove deletes a folder" if "f" in letters or "--force" in options else None
    return None
