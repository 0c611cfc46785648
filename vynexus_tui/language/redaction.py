"""Replace secrets by `{{secret:kind}}` before a command reaches the store, a script, a log or the screen (invariant 4).

Only the value goes; the words around it stay, so that patterns still match and a script can ask for the value by name.
References (`$TOKEN`, `$(cat file)`) are no secrets and stay. One table of rules; each is tried only where one of its
trigger words occurs, so a harmless command costs a few substring searches (about 3 us) and no regular expression.
Every expression is linear: possessive or disjoint repeats, no nested ones.
"""

import re
from typing import NamedTuple

SECRET_MARK = re.compile(r"\{\{secret:([a-z0-9-]+)\}\}")
"""What a secret became; group 1 is its kind."""


class _Rule(NamedTuple):
    kind: str
    triggers: tuple[str, ...]
    """Lower case; one of them must occur in the text."""
    pattern: re.Pattern[str]
    """The value is the group that took part; without groups, the whole match."""
    program: re.Pattern[str] | None = None
    """The rule holds only for what follows this word in the same pipeline member."""


# A value as the shell would read it: in "", in '', or bare. Never a reference, an option, or what was redacted before.
_FRESH = r"(?!\{\{secret:)"
_VALUE = (
    rf"(?:\$?'{_FRESH}([^'\n]++)'?"
    rf'|\\?"{_FRESH}(?![$`])((?:[^"\\\n]|\\[^"\n])++)\\?"?'
    rf"|{_FRESH}(?![-$`])([^\s'\"`;&|<>()\\]++))"
)
_SEGMENT = re.compile(r"(?:'[^']*+'|\"(?:[^\"\\]|\\.)*+\"|\\.|[^'\"\\;|\n])++|['\"\\]", re.DOTALL)

_LONG_NAMES = "password passwd passphrase token secret secret_key_base apikey api_key api-key credentials credential".split()
_SHORT_NAMES = (
    "pass pwd pw access_key access-key accesskey secret_key secret-key secretkey private_key private-key auth_key auth-key account_key"
    " account-key accountkey encryption_key encryption-key signing_key signing-key".split()
)
"""These must stand alone or after a separator: `--bypass` and `cwd` name no secret."""
# Lookbehinds, so that a whole name is read once and its end is judged after: prefixes need no backtracking.
_NAMED = "(?:" + "|".join([f"(?<={n})" for n in _LONG_NAMES] + [f"(?<={n})(?<![a-z0-9]{n})" for n in _SHORT_NAMES]) + ")"
_KEY_NAMED = "(?<=_KEY)" + "".join(f"(?<!{n}_KEY)" for n in ("PRIMARY", "FOREIGN", "PUBLIC", "SORT", "PARTITION", "HOST"))
_HARMLESS = r"(?:id=|type=|/|~|\.{1,2}/|(?:true|false|null|none|yes|no|on|off)\b|\d{1,2}\b)"
"""What follows such a name without being a secret: paths, switches, docker's `--secret id=`."""


def _token(kind: str, expression: str, *triggers: str) -> _Rule:
    return _Rule(kind, triggers, re.compile(expression))


_TOKENS = (
    _token("aws-key-id", r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b", "akia", "asia", "abia", "acca"),
    _token(
        "github-token",
        r"\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})",
        "ghp_",
        "gho_",
        "ghu_",
        "ghs_",
        "ghr_",
        "github_pat_",
    ),
    _token(
        "gitlab-token",
        r"(?<![\w-])gl(?:pat|dt|rt|ptt|cbt|soat|agent|oas|imt|feed)-[\w-]{16,}",
        "glpat-",
        "gldt-",
        "glrt-",
        "glptt-",
        "glcbt-",
        "glsoat-",
        "glagent-",
        "gloas-",
    ),
    _token("slack-token", r"(?<![\w-])(?:xox[a-z]|xapp)-[A-Za-z0-9-]{10,}", "xox", "xapp-"),
    _token("slack-webhook", r"(?<=hooks\.slack\.com/)(?:services|workflows)/[\w/]{12,}", "hooks.slack.com/"),
    _token("discord-webhook", r"(?<=/api/webhooks/)\d+/[\w-]{20,}", "/api/webhooks/"),
    _token("stripe-key", r"\b(?:(?:sk|rk|pk)_(?:test|live)|whsec)_[A-Za-z0-9]{10,}", "sk_", "rk_", "pk_", "whsec_"),
    _token("npm-token", r"\bnpm_[A-Za-z0-9]{30,}", "npm_"),
    _token("pypi-token", r"(?<![\w-])pypi-(?=[\w-]*[A-Z0-9])[\w-]{32,}", "pypi-"),
    _token("anthropic-key", r"(?<![\w-])sk-ant-[\w-]{16,}", "sk-ant-"),
    _token("openai-key", r"(?<![\w-])sk-(?!ant-)(?=[\w-]*[A-Z0-9])[\w-]{20,}", "sk-"),
    _token("huggingface-token", r"\bhf_[A-Za-z0-9]{20,}", "hf_"),
    _token("google-key", r"\b(?:AIza[\w-]{30,}|ya29\.[\w-]{20,}|GOCSPX-[\w-]{20,})", "aiza", "ya29.", "gocspx-"),
    _token("jwt", r"\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?", "eyj"),
    _token("sendgrid-key", r"\bSG\.[\w-]{16,}\.[\w-]{16,}", "sg."),
    _token("digitalocean-token", r"\bdo[opr]_v1_[a-f0-9]{32,}", "_v1_"),
    _token("docker-token", r"\bdckr_pat_[\w-]{20,}", "dckr_pat_"),
    _token("vault-token", r"\bhv[sbr]\.[\w-]{20,}", "hvs.", "hvb.", "hvr."),
    _token("netlify-token", r"\bnf[pcuob]_[A-Za-z0-9]{30,}", "nfp_", "nfc_", "nfu_", "nfo_", "nfb_"),
    _token("pulumi-token", r"(?<![\w-])pul-[a-f0-9]{40}", "pul-"),
    _token("telegram-token", r"\b\d{8,10}:AA[\w-]{30,}", ":aa"),
    _token("age-key", r"\bAGE-SECRET-KEY-1[A-Z0-9]{20,}", "age-secret-key-1"),
    _token("shopify-token", r"\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}", "shpat_", "shpca_", "shppa_", "shpss_"),
    _token("fly-token", r"\b(?:fo1_[\w-]{20,}|fm[12]r?_[\w+/=-]{20,})", "fo1_", "fm1_", "fm2_", "fm1r_", "fm2r_"),
    _token("twilio-key", r"\bSK[0-9a-f]{32}\b", "sk"),
    _token("databricks-token", r"\bdapi[a-f0-9]{32}", "dapi"),
    _token(
        "private-key", r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:(?!-----END)[^'\"])*+(?:-----END[^'\"\n]*+)?", "private key"
    ),
)


def _near(kind: str, expression: str, *triggers: str, program: str = "") -> _Rule:
    """A rule about the words around the value; those of one program are case-sensitive (`unzip -p`, `unzip -P`)."""
    word = re.compile(rf"(?<![\w./-])(?:[\w.~-]*+/)*+(?:{program})(?![\w.-])") if program else None
    return _Rule(kind, triggers, re.compile(expression, 0 if program else re.IGNORECASE), word)


_BY_NAME = "by-name"
"""The kind is what the name before the value says: password, token, key or secret."""
_SECRET_WORDS = ("pass", "pw", "secret", "token", "key", "credential")
_FREE = rf"{_FRESH}(?![$`])"
_FED_OPTIONS = r"(?:--password-stdin|--with-token|--passphrase-fd)"
_FED_PROGRAMS = (
    r"(?:passwd|smbpasswd|cryptsetup|pass\s++insert|gh\s++secret\s++set|(?:docker|podman)\s++secret\s++create|secret-tool\s++store)"
    r"(?![\w./-])"
)
"""What reads a secret from its standard input."""
_PAIR = rf"(?:\"[\w.-]++={_FREE}([^\"\n]++)|'[\w.-]++={_FREE}([^'\n]++)|[\w.-]++={_VALUE})"
_CURL_FLAGS = r"(?<=\s)-[aGgIiJjkLlNnOqRSsfv#0-9]{0,8}"
"""Options without a value, which may stand before the last one in a bundle: `-sSu me:...`."""
_CONTEXTS = (
    _near(
        "authorization",
        r"\bauthorization\\?[\"']?\s*+[:=]\s*+\\?[\"']?(?:(?:bearer|basic|token|digest|apikey|negotiate|key)\s++)?+"
        rf"{_FREE}([^\s'\"\\][^'\"\\\n]*+)",
        "authorization",
    ),
    _near("bearer-token", rf"\bbearer\s++{_FREE}([\w.~+/=-]{{12,}})", "bearer "),
    _near(
        "api-key",
        r"\b(?:x-(?:api-key|auth-token|access-token|vault-token|amz-security-token|goog-api-key)|private-token|job-token|api-?key)"
        rf"\s*+:\s*+{_FREE}([^\s'\"]++)",
        "-key",
        "-token",
        "apikey",
    ),
    _near("cookie", rf"\bcookie\s*+:\s*+{_FREE}([^'\"\n]++)", "cookie"),
    _near("password", rf"(?<=://)[^\s/@:'\"$]*+:(?![@]){_FREE}([^\s/'\"]+)(?=@)", "://"),
    _near(_BY_NAME, rf"(?<![\w-])--?[a-z][\w-]*+{_NAMED}(?:\s*+=\s*+|\s++)(?!{_HARMLESS}){_VALUE}", *_SECRET_WORDS),
    _near(_BY_NAME, rf"(?<![\w$-])(?!(?:OLD)?PWD=)\w++(?:{_NAMED}|{_KEY_NAMED})\s?+=(?!=)(?!{_HARMLESS}){_VALUE}", *_SECRET_WORDS),
    _near(_BY_NAME, rf"\bset\s++(?:-{{1,2}}\w++\s++)*+\w++{_NAMED}\s++(?!=)(?!{_HARMLESS}){_VALUE}", "set "),
    _near(
        _BY_NAME,
        rf"\b(?:aws_secret_access_key|aws_session_token|_authToken|_password)[ =]\s*+{_VALUE}",
        "aws_se",
        "_authtoken",
        "_password",
    ),
    _near(_BY_NAME, rf"(?<=[\"'])[\w-]++{_NAMED}\\?[\"']\s*+:\s*+\\?[\"']{_FREE}([^'\"\\\n]++)", *_SECRET_WORDS),
    _near(_BY_NAME, rf"[?&](?:[\w-]++{_NAMED}|(?:key|auth|sig|signature))={_FREE}(?!\{{)([^&\s'\"#;|<>()]++)", "?", "&"),
    _near("password", rf"\bpass:{_VALUE}", "pass:"),
    _near("password", rf"\b(?:echo|printf)\s++(?:-[neE]+\s++)*+{_VALUE}\s*+\|\s*+sudo\s++(?:-\w+\s++)*(?-i:-\w*S)", "sudo -"),
    _near("password", rf"\bsudo\s++(?-i:-\w*S)\b[^<\n]*+<<<\s*+{_VALUE}", "sudo -"),
    _near(
        "password",
        rf"\b(?:echo|printf)\s++(?:-[neE]+\s++)*+[\"']?[\w.-]++:{_FREE}([^\s'\"|]++)[\"']?\s*+\|\s*+(?:sudo\s++)?chpasswd",
        "chpasswd",
    ),
    _near(
        "password",
        rf"\b(?:echo|printf)\s++(?:-[neE]+\s++|[\"']?%s(?:\\+n)?[\"']?\s++)*+{_VALUE}\s*+\|"
        rf"\s*+(?:sudo\s++(?:-\w++\s++)*+)?+(?:{_FED_PROGRAMS}|(?=[^|\n]{{0,300}}?{_FED_OPTIONS}))",
        "-stdin",
        "with-token",
        "-fd",
        "passwd",
        "cryptsetup",
        "pass ",
        "secret",
    ),
    _near("password", rf"(?:{_FED_OPTIONS}|(?<![\w./-]){_FED_PROGRAMS})[^<|\n]{{0,200}}+<<<\s*+{_VALUE}", "<<<"),
    _near("password", rf"\b(?:machine|login)\s++[\w.@+-]++\s++password\s++{_VALUE}", "password "),
    _near("password", rf"\s-\w{{0,12}}?(?:store|key)pass\s++{_VALUE}", "storepass", "keypass"),
    _near("password", rf"pass(?:word)?-?command[\s=]++[\"']?(?:echo|printf)\s++{_FREE}([^\s'\"]++)", "command"),
    _near("cookie", rf"(?:{_CURL_FLAGS}b|--cookie)[\s=]*+{_PAIR}", "curl", program="curl"),
    _near("password", rf"\s-[kK]\s++{_VALUE}", "openssl", program="openssl"),
    _near("secret", rf"\s--from-literal[\s=]++{_PAIR}", "--from-literal", program=r"create\s++secret"),
    _near("secret", rf"\s{_PAIR}", "fly", program=r"fly(?:ctl)?\s++secrets\s++set"),
    _near("secret", rf"\s(?:-b|--body)[\s=]*+{_VALUE}", "gh secret", program=r"gh\s++secret\s++set"),
    _near("password", rf"\s-[NP]\s*+{_VALUE}", "ssh-keygen", program="ssh-keygen"),
    _near(
        "password", rf"\s[\"']?[\w.]++/{_FREE}([^\s@/'\"]++)", "sqlplus", "sqlldr", "expdp", "impdp", program="sqlplus|sqlldr|expdp|impdp"
    ),
    _near("password", rf"\s-u\s*+[\"']?[^\s,'\"$]++,{_FREE}([^\s'\"]++)", "lftp", program="lftp"),
    _near("password", rf"\s(?:[\w.-]++(?<=psk)|[\w.-]*+(?<=password))\s++{_VALUE}", "nmcli", program="nmcli"),
    _near("password", rf"\A\s++(?:\"[^\"\n]*+\"|'[^'\n]*+'|[^\s'\"]++)\s++{_VALUE}", "wpa_pass", program="wpa_passphrase"),
    _near(
        "secret",
        r"\A(?:\s++(?:--(?:vault-id|name|vault-password-file|encrypt-vault-id)|-n)(?:\s++|=)(?:'[^'\n]*+'|\S++)|\s++-[\w-]++)*+"
        rf"\s++{_VALUE}",
        "ansible-vault",
        program=r"ansible-vault\s++encrypt_string",
    ),
    _near(
        "password",
        rf"\A(?:\s++-salt\s++\S++|\s++-\S++)*+\s++{_VALUE}",
        *("bw ", "rclone", "snyk", "fly", "openssl"),
        program=r"openssl\s++passwd|bw\s++unlock|bw\s++login\s++[^\s-]\S*+|rclone\s++obscure|snyk\s++auth|fly(?:ctl)?\s++auth\s++token",
    ),
    _near(
        "password",
        rf"(?:{_CURL_FLAGS}[uU]|--user|--proxy-user)[\s=]*+[\"']?(?!\$)[^\s:'\"]++:(?!\d+\b(?!\w)){_FREE}([^\s'\"]++)",
        "curl",
        "wget",
        "lftp",
        program="curl|wget|lftp",
    ),
    _near("password", rf"\s-a[\s=]*+[\"']?(?!\$)[^\s:'\"/]++:(?!//){_FREE}([^\s'\"]++)", "http", program="https?|xh"),
    _near("password", rf"\s-p(?![\s=]|rint){_VALUE}", "mysql", "mariadb", program=r"(?:mysql|mariadb)\w*(?:-dump|-admin)?"),
    _near("password", rf"\s-p\s*+{_VALUE}", "sshpass", program="sshpass"),
    _near("password", rf"\s-p[\s=]*+{_VALUE}", "login", program="login"),
    _near("password", rf"\s(?:-a|--pass)[\s=]*+{_VALUE}", "redis", "valkey", program="(?:redis|valkey)-cli"),
    _near(
        "password",
        rf"\s-[a-zA-Z]*n[a-zA-Z]*\s++[^\s-]\S*+\s++{_VALUE}",
        "htpasswd -",
        program=r"htpasswd(?=\s+-(?:nb|bn|[a-zA-Z]*n\w*b|[a-zA-Z]*b\w*n))",
    ),
    _near(
        "password",
        rf"\s-[a-zA-Z]*b[a-zA-Z]*(?:\s++-\w+)*+\s++[^\s-]\S*+\s++[^\s-]\S*+\s++{_VALUE}",
        "htpasswd -",
        program=r"htpasswd(?!\s+-\w*n)",
    ),
    _near(
        "password", rf"\s-U[\s=]*+[\"']?[^\s%'\"]++%{_FREE}([^\s'\"]++)", "smb", "rpcclient", program="smbclient|smbmap|rpcclient|smbget"
    ),
    _near("password", rf"\s-p\s*+{_VALUE}", "mongo", program=r"mongo\w*"),
    _near("password", rf"\s-P\s*+{_VALUE}", "zip", "sqlcmd", program="zip|unzip|sqlcmd"),
    _near("password", rf"\s-p(?![\s=]){_VALUE}", "7z", program="7z[ar]?"),
    _near("password", rf"\s-w\s++{_VALUE}", "ldap", program=r"ldap\w+"),
)
_ALL_TRIGGERS = dict.fromkeys(t for rule in (*_TOKENS, *_CONTEXTS) for t in rule.triggers)
_TRIGGERS = tuple(t for t in _ALL_TRIGGERS if not any(other in t for other in _ALL_TRIGGERS if other != t))
"""Without those that hold another one: the shorter finds them too."""


def redact(command: str) -> str:
    """`command` with every secret's value replaced by `{{secret:kind}}`. Idempotent; the same object when nothing was found."""
    lowered = command.lower()
    if not any(map(lowered.__contains__, _TRIGGERS)):
        return command
    for rule in (*_TOKENS, *_CONTEXTS):
        if any(map(lowered.__contains__, rule.triggers)):
            command = _apply(rule, command)
    return command


def redact_output(text: str) -> str:
    """What a program printed, a diff or a log, without secrets: the rules that need no program name around the value."""
    lowered = text.lower()
    for rule in (*_TOKENS, *_CONTEXTS):
        if rule.program is None and any(map(lowered.__contains__, rule.triggers)):
            text = _apply(rule, text)
    return text


def _apply(rule: _Rule, text: str) -> str:
    if rule.program is None:
        return rule.pattern.sub(lambda match: _replaced(rule.kind, match), text)
    return _SEGMENT.sub(lambda segment: _apply_after_program(rule, segment.group()), text)


def _apply_after_program(rule: _Rule, segment: str) -> str:
    found = rule.program.search(segment) if rule.program else None
    if not found:
        return segment
    return segment[: found.end()] + rule.pattern.sub(lambda match: _replaced(rule.kind, match), segment[found.end() :])


def _replaced(kind: str, match: re.Match[str]) -> str:
    group = match.lastindex or 0
    before, after = (
        match.group()[part] for part in (slice(match.start(group) - match.start()), slice(match.end(group) - match.start(), None))
    )
    if kind == _BY_NAME:
        name = before.lower()
        kind = next(
            (word for mark, word in (("pass", "password"), ("pw", "password"), ("token", "token"), ("key", "key")) if mark in name),
            "secret",
        )
    return f"{before}{{{{secret:{kind}}}}}{after}"
