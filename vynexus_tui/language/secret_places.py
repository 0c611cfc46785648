"""The table of places: what surrounds a secret whatever the program: headers, URLs, SQL, pipes, here-strings."""

import re

from vynexus_tui.language.secret_rules import FRESH, VALUE, Rule

_ECHO = r"\b(?:echo|printf|yes)\s++(?:-[neE]+\s++|[\"']?%s(?:\\+n)?[\"']?\s++)*+"
_PIPED = r"\s*+\|\s*+(?:(?:sudo|ssh|env|exec|(?:docker|podman|kubectl)(?:\s++compose)?\s++exec)\s++(?:-{1,2}\w++\s++)*+)?+"
_FED_OPTIONS = (
    r"(?:--(?:password|passwd-on|pw|token|auth|api-key)-stdin|--passwd-on-stdin|--with-token|--pass(?:phrase|word)-fd|--stdinpass|--stdin\b"
    r"|--stdin-name|--data-file=-|--from-file=[\w.-]*+=?/dev/stdin|--(?:secret|key|password)-file[= ](?:-|/dev/stdin)|-pass(?:in)?\s++(?:stdin|fd:0)"
    r"|\s-gS\s|secret=-)"
)
_FED_PROGRAMS = (
    r"(?:passwd|smbpasswd|chpasswd|vncpasswd|ldappasswd|mosquitto_passwd|saslpasswd2|cryptsetup|veracrypt|encfs|gocryptfs|kinit|kadmin\S*+|su"
    r"|g?o?pass\s++insert|(?:npx\s++)?(?:gh|wrangler)\s++secret\s++(?:set|put)|(?:docker|podman)\s++secret\s++create|secret-tool\s++store"
    r"|wg\s++(?:pubkey|set)|op\s++signin|bw\s++(?:unlock|login)|lpass\s++login|vault\s++login\s++-|cargo\s++login|kubeseal|(?:mount\.)?ecryptfs\S*+"
    r"|zfs\s++(?:load-key|create)|zpool\s++create|pdbedit|vercel\s++env\s++add|pulumi\s++config\s++set|fly(?:ctl)?\s++secrets\s++import"
    r"|systemd-creds\s++encrypt|openconnect|keepassxc-cli)(?![\w./-])"
)
"""What reads a secret from its standard input."""
_HEADER_WORDS = "".join(f"(?<={word})|" for word in ("-key", "-token", "apikey", "-secret", "-password", "-auth", "-signature"))[:-1]
_SHORT_WORD = r"[^\s'\"|;&<>-][^\s'\"|;&<>]{0,80}+"
_SECRET_FILE = r"[^\s|;&]{0,200}?(?:pass|cred|secret|token|\bpw)(?!\S*\.pub\b)[\w.-]*+(?=\s|\Z|['\"])"


def _place(kind: str, triggers: str, expression: str, grade: str = "any") -> Rule:
    """A place; its triggers one space apart, `_` for a space within one."""
    return Rule(kind, tuple(t.replace("_", " ") for t in triggers.split()), re.compile(expression, re.IGNORECASE), grade)


PLACES = (
    _place(
        "private-key",
        "private_key",
        r"(-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:(?!-----END)[^'\"])*+(?:-----END[^'\"\n]*+)?)",
        "whole",
    ),
    # Addresses that are secrets, or hold one.
    _place("webhook", "hooks.slack", r"(?<=hooks\.slack\.com/)((?:services|workflows|triggers)/[\w/]{12,})", "whole"),
    _place("webhook", "/webhooks/", r"(?<=/api/webhooks/)(\d++/[\w-]{20,})", "whole"),
    _place("webhook", "webhook.office", r"(?<=\.webhook\.office\.com/)([\w@/-]{20,})", "whole"),
    _place(
        "key",
        "infura.io/ alchemy.com/ quiknode.pro/",
        r"(?:infura\.io|alchemy\.com|quiknode\.pro)/(?:[\w.]{1,12}/){0,4}+([\w-]{28,})",
        "random",
    ),
    _place("password", "://", rf"(?<=://)[^\s/@:'\"$]*+:(?![@]){FRESH}([^\s/'\"]+)(?=@)"),
    _place("password", "://", rf"(?<=://)[^\s/@:'\"$?]*+:(?![@]|\d{{2,5}}/){FRESH}([^\s@'\"?]{{1,200}})(?=@)", "mixed"),
    _place("token", "://", rf"(?<=://){FRESH}([\w.~-]{{20,}})(?::x-oauth-basic|:)?(?=@)", "random"),
    # Headers.
    _place(
        "authorization",
        "authorization",
        r"\b(?:proxy-)?authorization\\?[\"']?\s*+(?:=>|[:=])\s*+\\?[\"']?(?:(?:bearer|basic|token|digest|apikey|api-key|negotiate|key|bot"
        rf"|geniekey|splunk|ssws)[\s:=]++|token\s++token=\\?[\"']?)?+{FRESH}([^\s'\"\\]++)",
    ),
    _place("bearer-token", "bearer_", rf"\bbearer\s++\\?[\"']?{FRESH}([\w.~+/=-]{{12,}})"),
    _place(
        "api-key",
        "-key: -token: apikey: -secret: -password: -auth: -signature:",
        rf"(?<=[\"'])[a-z][\w-]*+(?:{_HEADER_WORDS})(?<!idempotency-key)(?<!websocket-key):\s*+{FRESH}([^\s'\"\\]++)",
        "value",
    ),
    _place("cookie", "cookie", rf"\b(?:set-)?cookie\s*+:\s*+{FRESH}([^'\"\n]++)"),
    # What is fed to a program that reads a secret.
    _place("password", "pass:", rf"\bpass:{VALUE}"),
    _place("password", "sudo_-", rf"{_ECHO}{VALUE}\s*+\|\s*+sudo\s++(?=(?:[^|;\n]{{0,80}}?\s)?(?:(?-i:-[a-zA-Z]*S[a-zA-Z]*)|--stdin)\s)"),
    _place("password", "sudo_-", rf"\bsudo\s++(?=(?:[^|;<\n]{{0,80}}?\s)?(?-i:-[a-zA-Z]*S[a-zA-Z]*)\s)[^<\n]{{0,300}}+<<<\s*+{VALUE}"),
    _place(
        "password",
        "chpasswd base64",
        rf"{_ECHO}\\?[\"']?[\w.@+-]++:{FRESH}([^\s'\"|]++)\\?[\"']?\s*+\|[^|]{{0,60}}?\b(?:chpasswd|base64)\b",
    ),
    _place("password", "chpasswd", rf"\bchpasswd\b[^<\n]{{0,60}}+<<<\s*+[\"']?[\w.@-]++:{FRESH}([^\s'\"]++)"),
    _place(
        "password",
        "echo_ printf_ yes_",
        rf"{_ECHO}(?!\\?[\"']?[\w.-]++[:=]){VALUE}{_PIPED}(?:{_FED_PROGRAMS}|(?=[^|\n]{{0,300}}?{_FED_OPTIONS}))",
    ),
    _place("password", "base64", rf"{_ECHO}{VALUE}\s*+\|\s*+base64(?!\s++(?:-d|-D|--d))", "strict"),
    _place("password", "<<<", rf"(?:{_FED_OPTIONS}|(?<![\w./-]){_FED_PROGRAMS})[^<|\n]{{0,200}}+<<<\s*+{VALUE}"),
    _place("password", "<<<", rf"\b(?:unlock|login|passw(?:or)?d|auth|decrypt|unseal|seal)\b[^<|\n]{{0,200}}+<<<\s*+{VALUE}", "mixed"),
    _place(
        "password", "<<<", rf"(?:pass|cred|secret)\S{{0,100}}\s*+<<<\s*+[\"']?(?:[^\s:'\"]{{0,80}}:){{1,4}}+{FRESH}([^\s'\":]++)", "mixed"
    ),
    _place(
        "password",
        "echo printf",
        r"pass(?:word|phrase)?[-_]?(?:command|cmd|eval)[\s=]++(?:'\\''|\\?[\"'])?\s*+(?:echo|printf)\s++(?:-n\s++|-e\s++|'?%s'?\s++)*+"
        rf"{FRESH}\\?[\"']?([^\s'\"\\]++)",
    ),
    # What is written to a file named for it.
    _place(
        "password",
        "echo_ printf_",
        rf"{_ECHO}\\?[\"']?(?:[^\s:'\"\n|>]{{1,80}}[\s:]){{1,6}}+(?<=:){FRESH}([^\s'\"|:]++)\\?[\"']?\s*+>>?\s*+{_SECRET_FILE}",
        "mixed",
    ),
    _place(
        "password",
        "echo_ printf_",
        rf"{_ECHO}(?!\\?[\"']?[\w.-]++[:=]){VALUE}\s*+(?:>>?|\|\s*+(?:sudo\s++)?tee(?:\s++-a)?)\s*+{_SECRET_FILE}",
        "mixed",
    ),
    # Languages: SQL, expect, function calls, configuration of networks.
    _place("password", "identified", rf"\bidentified\s++(?:with\s++\S++\s++)?by\s++(?:password\s++)?{VALUE}"),
    _place(
        "password",
        "password",
        rf"\b(?:user|role|login|for|with|encrypted)\b[^;\n]{{0,80}}?\bpassword\s*+=?\s*+\(?\s*+(?:'\\'')?'{FRESH}([^'\n]++)'",
    ),
    _place("password", "password", rf"\bpassword\s*+\(\s*+'{FRESH}([^'\n]++)'"),
    _place("password", "password", rf"\b(?:machine|login)\s++[\w.@+-]++\s++password\s++{VALUE}"),
    _place(
        "password", "send", rf"ass(?:word|phrase|code)[^\n]{{0,60}}?\bsend(?:\s++--)?\s++(?:\\?\"|\{{)?{FRESH}([^\"\\\r\n}}$]++)\\*+[rn]"
    ),
    _place("password", "expect", rf"\bsend(?:\s++--)?\s++\\?\"{FRESH}([^\"\\\s$]++)\\++r", "mixed"),
    _place(
        "password",
        "crypt( hash( hashpw( securestring word(",
        r"\b(?:crypt|password_hash|hashpw|generate_password_hash|make_password|ConvertTo-SecureString)\(?\s*+(?:-String\s++)?b?"
        rf"(?=\\?[\"']){VALUE}",
        "word",
    ),
    _place("password", "user(", rf"\bcreate_(?:super)?user\((?:[^,()\n]{{0,80}},){{2}}\s*+(?:password=)?{VALUE}"),
    _place("secret", "snmp-server", rf"\bsnmp-server\s++community\s++{VALUE}", "community"),
    _place(
        "password",
        "password passwd",
        r"\b(?:set|reset|change|user|update)\w{0,12}[-_:](?:\w{1,12}[-_])?(?:password|passwd)(?:\s++-{1,2}\w++)*+"
        rf"(?:\s++[\w@.-]++(?=\s++[^-]))?\s++{VALUE}",
        "mixed",
    ),
    _place("secret", "value", rf"(?:\bsecrets?|password|token|api[-_]?key)\b[^|;\n]{{0,200}}?\s--?value[\s=]++{VALUE}", "word"),
    # A name and its value in two fields, two options, or a format and its argument.
    _place(
        "secret",
        "value",
        r"(?:key|name)\\?[\"']?\s*+[:=]\s*+\\?[\"']?[\w./-]{0,80}(?:pass(?:word|wd|phrase)?|secret|token|key|pwd)\\?[\"']?\s*+,"
        rf"\s*+\\?[\"']?(?:parameter)?value\\?[\"']?\s*+[:=]\s*+(?:\\?[\"'])?{FRESH}([^\s'\"\\,]++)",
        "word",
    ),
    _place(
        "password",
        "printf",
        r"\bprintf\s++[\"'][^'\"\n%]{0,80}(?:pass|password|passwd|secret|token|key|pwd)[\"']?\s?[=:]\s?%s(?:\\+n)?[\"']\s++"
        rf"{VALUE}",
        "value",
    ),
    _place("password", "-u_ -user", rf"\s-{{1,2}}(?:u|user|username)[ =]{_SHORT_WORD}\s++-{{1,2}}(?-i:p|P|w|pw)\s++{VALUE}", "mixed"),
    _place("password", "ftp", rf"(?:\n|;\s|\")\s*+user\s++{_SHORT_WORD}\s++{VALUE}(?=[ \t]*+(?:\n|\Z|;))"),
    _place("secret", "secret", rf"--(?:set-secret|secret-(?:string|value|data))[\s=]++{VALUE}"),
)
"""What needs no program's name; tried in this order."""
