"""Whether a value decides where a command takes effect: which cluster, account or machine. Such a value is never assumed."""

import re

from vynexus_tui.automation.steps import ScriptStep
from vynexus_tui.language.lexing import Command
from vynexus_tui.language.program_facts import command_words

_NAMES = frozenset(
    """context profile namespace env environment stage region workspace account project cluster subscription tenant host hostname server
    inventory database db kubeconfig""".split()
)
"""Last word of an option or variable that names a destination: --kube-context, AWS_PROFILE, NODE_ENV."""
_SUFFIX = re.compile("[-_](?:name|id|url)$")
_SHORT = {
    **dict.fromkeys("kubectl helm oc stern flux argo".split(), "n"), **dict.fromkeys("psql pg_dump pg_restore".split(), "hd"),
    **dict.fromkeys("mysql mariadb mysqldump redis-cli".split(), "h"), **dict.fromkeys("ansible ansible-playbook".split(), "il"),
    **dict.fromkeys("heroku fly flyctl".split(), "a"), **dict.fromkeys("pulumi sls serverless".split(), "s"), "docker": "H",
}  # fmt: skip
"""Letters of short options of which the same is true; of another program -n is a number."""
_CHOOSERS = tuple(
    tuple(words.split())
    for words in (
        "terraform workspace select", "tofu workspace select", "terragrunt workspace select", "kubectl config use-context", "oc project",
        "docker context use", "pulumi stack select", "gcloud config configurations activate", "gcloud config set", "firebase use",
        "vercel switch", "kubectx", "kubens", "ssh",
    )
)  # fmt: skip
"""The argument of these is where everything after them happens."""
_COPIERS = frozenset({"scp", "rsync", "aws", "gsutil", "rclone"})
"""Their arguments with a colon are at another machine."""


def chooses_destination(step: ScriptStep, start: int) -> bool:
    """Whether what begins at text[start] of a step is such a value."""
    for command in step.commands:
        for word in command.assignments:
            if word.start <= start < word.end:
                return _names_destination(word.text.partition("=")[0])
        for at, word in enumerate(command.words):
            if word.start <= start < word.end:
                return _is_destination(command, at, start - word.start)
    return False


def _is_destination(command: Command, at: int, offset: int) -> bool:
    words, word = command_words(command), command.words[at].text
    index = at - (len(command.words) - len(words))
    prefix, rest = word[:offset], word[offset:]
    if "=" in prefix or index <= 0:
        return _names_destination(word.partition("=")[0])
    program, option = words[0], prefix or words[index - 1]
    if prefix.endswith(("://", "@")) or (program in _COPIERS and ":" in rest):
        return True
    if re.fullmatch("-[a-zA-Z]", option) and option[1] in _SHORT.get(program, ""):
        return True
    if option.startswith("--") and _names_destination(option):
        return True
    return any(words[: len(chooser)] == chooser and index >= len(chooser) for chooser in _CHOOSERS)


def _names_destination(name: str) -> bool:
    """Of an option or a variable, by the last word of its name."""
    return re.split("[-_]", _SUFFIX.sub("", name.strip("-").lower()))[-1] in _NAMES
