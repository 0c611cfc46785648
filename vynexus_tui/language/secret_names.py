"""Names that say a secret follows: options, variables, keys, headers, fields, in any casing and with any sign before the value."""

import re
import string
from collections.abc import Iterator
from functools import lru_cache

from vynexus_tui.language.secret_rules import VALUE, any_of, lower
from vynexus_tui.language.secret_values import is_filled_in, is_secret

TRIGGERS = (
    *("pass", "pw", "psw", "secret", "token", "key", "credential", "creds", "psk", "auth", "cookie", "sig", "sess", "otp", "pin", "bearer"),
    *("jwt", "salt", "login", "appid", "app_id", "sid", "kennwort", "motdepasse", "contrasena", "mnemonic", "phrase", "code", "_pat"),
)
"""Lower case; without one of them no name says so."""

_KEY_OWNERS = (
    "api|secret|access|private|auth|account|encryption|signing|master|license|licence|shared|subscription|application|app|service|admin|deploy"
    "|storage|bot|integration|ingest|write|decryption|activation|sas|fernet|hmac|jwt|unseal|recovery|personal|tsig|rndc|cipher|wep|wpa|wifi|preshared|paper"
)
_PASS_OWNERS = (
    "db|user|root|admin|sql|mail|smtp|imap|ftp|http|proxy|store|key|require|sudo|become|rpc|wifi|vnc|rdp|zip|backup|ldap|bind|enc|new|old"
    "|login|vault|web|redis|mongo|mq|ca|cert|pfx|gpg|sa|pg|wp|ssl|tls|auth|client|server|dest|src|cluster|my|mysql|postgres|pdf|router"
)
_STRONG = re.compile(
    r"(?:password|passwd|basic_authorization|passwort|passphrase|passcode|passwrd|kennwort|motdepasse|contrasena|secret|token|psk|bearer|jwt|mnemonic|seed_?phrase"
    rf"|secret_key_base|(?:{_KEY_OWNERS})_?key|(?:redis|rediscli|valkey|neo4j|nexus)_auth|[a-z]*pass|(?:(?<![a-z])|{_PASS_OWNERS})(?:pwd|pw|psw|psswd))\d*$"
)
"""Stands for a secret whatever the value looks like. Names are lower case here, with `_` between their words."""
_WEAK = re.compile(
    r"(?:(?:^|_)(?:auth|sig|signature|phpsessid|jsessionid|sas|credentials?|creds?|xauth|csrf|pat|authorization)|_[a-z]*key|_auth|sonar_login)\d*$"
)
"""Stands for a secret only when the value looks like one."""
_BARE = re.compile(r"^(?:key|cookie|session_?id)\d*$")
"""Words as common as these only when it is random and nothing else."""
_AUTH_VARIABLE = re.compile(r"[A-Z][A-Z0-9]*_(?:[A-Z0-9]+_)*AUTH\Z")
_FAINT = re.compile(r"(?:^|_)(?:session|sess|sid|salt|login|app_?id|sub_?key|uuid_key|account|nonce|seed)$")
"""Stands for a secret only when the value is long and random."""
_DIGITS = re.compile(r"(?:^|_)(?:pin|otp|totp|one_time_pass\w*|(?:mfa|2fa|otp|auth|verification|pairing|unlock|totp|token|pass)_?code)$")
_HARMLESS = re.compile(
    r"(?:^|_)(?:(?:page|next|starting|previous|prev|continuation|sync|resume|cursor|pad|eos|bos|unk|cls|sep|mask|stop|special|image|num|max|min|start"
    r"|end|per|total|first|last|delimiter|id|cancellation|client_request)_token"
    r"|(?:existing|pull|external|image_?pull|tls|k8s|kubernetes)_secret"
    r"|(?:public|pub|primary|foreign|sort|partition|host|hash|range|idempotency|cache|object|group|order|index|row|composite|unique|join"
    r"|shift|control|ctrl|alt|meta|tab|enter|any|hot|short_?cut|s3|state|lock|socket|ssh|config|peer|known|registry|h|locale|map|dict|topic"
    r"|routing|answer|value|label|annotation|tag|metadata|filter|recipient|sign_with|signer|user_signing|gpg|signing_?key_?id|trusted)_?key"
    r"|(?:no|ask|prompt|show|use|reset|print|generate|has|is|with|enable|disable|ignore|skip|list|get|edit|update|send|recv|receive|l?sign|export|fetch|locate|search|refresh|find|delete|rotate|revoke|expire|forgot"
    r"|change|verify|check|require|force|allow|hide|without|invalidate|copy|remove|default|create|gen)_(?:\w+_)?"
    r"(?:password|passwd|token|secret|passphrase|pass|key|auth|credentials|session|pin|login|pw)"
    r"|stdin_?pass(?:word)?|by_?pass|ask_?pass|com_?pass|over_?pass|under_?pass|tres_?pass|sur_?pass|ssh_auth_sock|pass_through|git_author|mon_?key|tur_?key|don_?key|hockey|whiskey|disney|lackey|key_?cloak)$"
)
_HOST_AFTER = re.compile(r"^(?:(?:tf_token|bundle_+\w+)_\w+_(?:io|com|org|net|dev)|\w*account_key_\w+_(?:net|com|cn))$")
"""Variables that put a host after the word: TF_TOKEN_app_terraform_io."""

_CORE = any_of(TRIGGERS)
_NAME_CHARACTERS = string.ascii_letters + string.digits + "_.-[]"
_NAME_REST = re.compile(r"[\w.-]*+")
_NAME = re.compile(
    r"(-{0,2}[A-Za-z_](?:[\w.-]++|\[\d*\])*+)(\\?[\"']?(?:\][\"']?)?)"
    r"(?:(?P<equals>[ ]?(?::=|=>?)[ ]?(?![=~>])|={2}(?![=>]))|(?P<colon>\s?:[ \t]?(?![:=/]))|(?P<blank>\s++))"
)
"""A name and what stands between it and the value."""
_FED_VALUE = re.compile(rf"(?:<\(\s*+(?:echo|printf)\s++(?:-[neE]+\s++|[\"']%s(?:\\+n)?[\"']\s++)*+)?+{VALUE}")
_LINE = re.compile(r"[^\s'\"$`#<{][^\n]*+")
_QUOTED_REST = re.compile(r"[^\s&;,'\"$`\\]++")
_LONG_HARMLESS = 200
_SEEN_BEFORE = 80
_SETTER = re.compile(r"(?:\bset[x]?(?:\s++-{1,2}\w++)*+|\b(?:config|configure)\s++set|\bset)\s++[\"']?(?://\S*+)?\Z", re.IGNORECASE)
"""What stands right before a name whose value follows without any sign."""
_CONFIG = re.compile(r"\bconfig(?:\s++--?[\w-]++)*+\s++\Z")
"""The same for names of several parts: `git config a.password x`."""
_ASKED = re.compile(
    r"\b(?:psql|pg_\w+|pgbench|createdb|createuser|dropdb|dropuser|vacuumdb|reindexdb|mysql\w*|mariadb\w*|lpass|ipa)\s[^|;\n]*\Z"
)
"""Programs whose --password takes no value and asks."""
_NAMED_IN_AWS = re.compile(r"--(?:api-key|[\w-]*(?:client|request|pagination|task)-token)")
_AWS = re.compile(r"(?:\s|\A)aws\s[^|;\n]*+\Z")
_LONGEST_AWS = 600
"""The keys of aws are of objects and records, and its client tokens tell requests apart."""
_PLAIN = re.compile(r"[A-Za-z_./-]++(?:\s|\Z)")
_FIELD_VALUE = re.compile(r"[A-Za-z_][\w.-]*+=[^=]")
_FIELDS = re.compile(
    r"\b(?:set|add|put|update|create|modify|config|configure|connect|machine|user|username|login|account|ssid|enable|auth|neighbor|peer|server"
    r"|host|radius|tacacs|chap|pap)\b|\s-{1,2}\w[\w-]*+\s++\Z",
    re.IGNORECASE,
)
"""Words of commands that are given names and values in turn."""
_TOLD = re.compile(
    r"(?:--grep|--filter|--title|--message|--description|--comment|--subject|--query|--search|--notes|--reason|--?i?name|--pattern|--text"
    r"|--labels?|--annotation|--tags?|--help|--selector|--jsonpath|--format|--output)[= ]\s*+(?:\"[^\"]*+|'[^']*+|\S++)\Z|\s-[ktG]\s++(?:\"[^\"]*+|'[^']*+)\Z"
)
"""Options that search for words or tell something."""
_CHUNK = re.compile(r"(?:[^'\"\\;|&\n]++|'[^']*+'|\"(?:[^\"\\]|\\.)*+\"|\\.)++|['\"\\;|&\n]", re.DOTALL)
_SEARCHES = re.compile(
    r"\s*+\(?\s*+(?:(?:sudo|xargs|time|then|do|env|watch|exec|command|\w++=\S*+|-\w++)\s++)*+()(?:[ef]?grep|zgrep|rg|ag|ack|man|apropos|whatis|tldr|info"
    r"|locate|which|type|awk|logger|notify-send|say|mail(?![^|;&\n]*\s-S)|ls|cd|vim?|nvim|nano|less|more|code|mkdir|touch|rm|figlet|cat|head|tail|wc|diff|cp|mv"
    r"|git\s++(?:-\w\s++\S++\s++)?+(?:commit|log|grep|tag|stash|notes|branch|checkout|switch|diff|show|merge|blame|rebase|revert|shortlog|bisect)"
    r"|gh\s++(?:issue|pr|release|search)|glab\s++(?:issue|mr)|npm\s++(?:search|view)|kubectl\s++(?:get|describe|delete|explain|logs|top|label|annotate|taint)"
    r"|(?:redis|valkey|keydb)-cli\s++(?:-\w\s++\S++\s++)?+(?i:h?get\w*|h?del|p?ttl|h?exists|p?expire|h?keys|type|unlink|scan|smembers|lrange|incr|object)"
    r"|(?:jira|todo|task|bd)\s++(?:issue\s++)?(?:add|create|new))(?![\w./-])"
)
"""Commands that search, tell or name files: what looks like a name with a value in them is neither."""
_SED_END = re.compile(r"[/|#][gIiMp]*+\Z")
_NEXT_FIELD = re.compile(r",(?=[\w.\[\]-]+=)")


def without_named(text: str, mark: str) -> str:
    """`text` with every value that a name calls a secret replaced by `mark` with its kind."""
    lowered = lower(text)
    first = _CORE.search(lowered)
    if not first or not (spans := list(_named(text, lowered, first))):
        return text
    searched = _searched(text)
    out: list[str] = []
    kept = 0
    for begin, end, kind in spans:
        if not any(first <= begin < last for first, last in searched):
            out += [text[kept:begin], mark.format(kind)]
            kept = end
    return "".join(out) + text[kept:]


def _searched(text: str) -> list[tuple[int, int]]:
    """Where the commands that only search, tell or name files stand."""
    spans: list[tuple[int, int]] = []
    starts_command = True
    for match in _CHUNK.finditer(text):
        if starts_command and (found := _SEARCHES.match(match.group())) and "<<" not in match.group():
            # What is assigned before the command is not what it searches for.
            spans.append((match.start() + found.start(1), match.end()))
        starts_command = match.group() in (";", "|", "&", "\n")
    return spans


def _named(text: str, lowered: str, first: re.Match[str]) -> Iterator[tuple[int, int, str]]:
    """The values that names call secrets: begin, end, kind."""
    is_file, is_written = "\n" in text, ">" in text or "tee " in text
    at = 0
    word: re.Match[str] | None = first
    while word := word or _CORE.search(lowered, at):
        begin, at, word = _name_begin(text, word.start(), at), word.end(), None
        name = _NAME.match(text, begin)
        if name is None:
            at = max(at, _NAME_REST.match(text, at).end())  # type: ignore[union-attr]
            continue
        at = name.end(1)
        calls = _meaning(name[1][-100:])
        if calls is None or text[max(0, begin - 2) : begin] in ("{{", "${"):
            continue
        grade = _grade(text, name, calls[0], is_file=is_file, is_written=is_written)
        span = _value_span(text, name, is_file=is_file) if grade else None
        if span is None:
            continue
        if is_secret(text[span[0] : span[1]], grade or "value") and text[span[1] : span[1] + 1] != "(":
            if calls[1] == "password" or not is_filled_in(text[span[0] : span[1]]):
                yield *span, calls[1]
            at = span[1]
        elif span[1] - span[0] > _LONG_HARMLESS:
            at = span[1]


def _name_begin(text: str, at: int, least: int) -> int:
    """Where the name begins that holds what stands at `at`; each character is looked at once."""
    at = least + len(text[least:at].rstrip(_NAME_CHARACTERS))
    while not (text[at].isalpha() or text[at] in "_-"):
        at += 1
    return at


def _value_span(text: str, name: re.Match[str], *, is_file: bool) -> tuple[int, int] | None:
    begins_line = name.start() == 0 or text[name.start() - 1] == "\n" or text[max(0, name.start() - 7) : name.start()] == "export "
    if is_file and name["equals"] and begins_line and (line := _LINE.match(text, name.end())) and " " not in line.group():
        return line.span()
    quote = text[max(0, name.start() - 1) : name.start()]
    if name["equals"] and quote in ("'", '"') and (whole := _QUOTED_REST.match(text, name.end())) and text.startswith(quote, whole.end()):
        return whole.span()  # A whole argument within its quotes: `-e "PASSWORD=a(b)"`.
    value = _FED_VALUE.match(text, name.end())
    if value is None or value.lastindex is None:
        return None
    begin, end = value.span(value.lastindex)
    if value.end() == end:
        # A bare value may hold the next field (`a=x,b=y`) or the end of a substitution (`s/…/a=x/`).
        found = value.group(value.lastindex)
        if comma := _NEXT_FIELD.search(found):
            end = begin + comma.start()
        elif (sed := _SED_END.search(found)) and text[: name.start()].count("/") + text[: name.start()].count("|") > 1:
            end = begin + sed.start()
    return begin, end


def _grade(text: str, name: re.Match[str], strength: str, *, is_file: bool, is_written: bool) -> str | None:
    """How much the value must look like a secret here; None where no value follows."""
    before = text[max(0, name.start() - _SEEN_BEFORE) : name.start()]
    if "-" in before and _TOLD.search(before):
        return None
    is_option, is_strong = name[1].startswith("-"), strength == "value"
    if is_option and (strength == "bare" or _NAMED_IN_AWS.fullmatch(name[1])) and _is_of_aws(text, name.start()):
        return None
    if name["equals"]:
        if name["equals"] == "= ":
            return None
        doubtful = (
            name["equals"] == "==" or name[1] in ("--secret", "-secret", "--credentials") or (name["equals"] == " = " and not is_file)
        )
        return "opaque" if is_strong and doubtful and text[name.end() : name.end() + 1] not in "'\"\\" else strength
    if name["colon"]:
        if is_option or before.endswith((":", "$", "-") if name["colon"][-1:] == " " else (":", "/", "$", "-")):
            return None
        is_quoted = bool(name[2]) or text[name.end() : name.end() + 1] in ("'", '"')
        is_line = (is_file or is_written) and (not before or before[-1] in "\n'\" ")
        if is_quoted or (is_line and name["colon"][-1:] == " ") or not is_strong:
            return strength
        return "word" if name["colon"] == ":" and "pass" in name[1].lower() else "mixed"
    if before.endswith("$"):
        return None
    if is_option:
        asks = name[1] == "--password" and _ASKED.search(before)
        return "mixed" if asks else "opaque" if name[1] in ("--secret", "-secret", "--credentials", "-credential") else strength
    return _blank_grade(text, name, before, "value" if is_strong else "random" if strength == "mixed" else strength)


def _is_of_aws(text: str, at: int) -> bool:
    begin = text.rfind("aws ", max(0, at - _LONGEST_AWS), at)
    return begin >= 0 and bool(_AWS.match(text, max(0, begin - 1), at) or _AWS.match(text, begin, at))


def _blank_grade(text: str, name: re.Match[str], before: str, strength: str) -> str | None:
    """The same where nothing but space stands between name and value; `set key1 value2` says too little."""
    if _FIELD_VALUE.match(text, name.end()):
        return None
    tail = before.lower()
    if ("set" in tail and _SETTER.search(before)) or ("config" in tail and "." in name[1] and _CONFIG.search(before)):
        return strength
    if _PLAIN.match(text, name.end()):
        return None  # Neither grade below takes it, and most words after a name are such.
    return ("mixed" if strength == "value" else strength) if _FIELDS.search(before) else None


@lru_cache(maxsize=4096)
def _meaning(name: str) -> tuple[str, str] | None:
    """The grade a value after this name needs and its kind; None when the name says nothing."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    words = re.sub(r"[\W_]+", "_", words).strip("_").lower()
    if _HARMLESS.search(words) or name in ("PWD", "OLDPWD"):
        return None
    strength = (
        "uuid"
        if words.endswith("secret_id")
        else "value"
        if _STRONG.search(words) or _HOST_AFTER.search(words)
        else "code"
        if _DIGITS.search(words)
        else "bare"
        if _BARE.search(words)
        else "auth"
        if _AUTH_VARIABLE.fullmatch(name)
        else "mixed"
        if _WEAK.search(words)
        else "random"
        if _FAINT.search(words)
        else None
    )
    return (strength, _kind(words)) if strength else None


def _kind(words: str) -> str:
    marks = (("pass", "password"), ("pw", "password"), ("psk", "password"), ("token", "token"), ("bearer", "token"), ("jwt", "token"))
    more = (("key", "key"), ("cookie", "cookie"), ("sess", "cookie"), ("sid", "cookie"))
    return next((kind for mark, kind in marks + more if mark in words), "secret")
