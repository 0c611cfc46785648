"""Does this text, in a place where a secret may stand, look like one? References, placeholders, paths and plain words do not."""

import re
from collections.abc import Callable
from itertools import pairwise

_REFERENCE = re.compile(
    r"\\?\$(?!\d\w?\$|2[abxy]\$|argon2|y\$|apr1\$|P\$|scrypt\$|pbkdf2)(?:[({\w@!$?#'\"-]|\Z)|`|<[^>]*>?\Z|\{\{|\$?\{[^}\"]*\}\Z|%\w+%|%[sdvq@]\Z|%\(|!\w+!\Z|![A-Z]\w+\b"
    r"|\[[\w .:-]*\]\Z|@[\w./~{$-]*\Z|[:*?.\u2026xX#_=/+,-]+\Z|:\w+\Z"
    r"|(?:op|ssm|sm|aws-?sm|awssm|gcpsm|gcp-sm|secretsmanager|keyring|keychain|kms|sops|bws|doppler|infisical|vault|ref\+\w+|berglas|azurekeyvault|azkv|https?|s3|gs|file|ssh)://"
    r"|(?:arn|env|file|fd|cmd|exec|literal|keyctl):(?!\d)|projects/|\d{1,5}(?::\d{1,5}){1,2}(?:/\w+)?\Z|\d{1,3}(?:\.\d{1,3}){3}",
)
_PLACEHOLDER = re.compile(
    r"(?:(?:<|\[|\{)?(?:your|the|some|insert|enter|put|add|replace|paste|redacted|example|sample|dummy|placeholder|fill|actual|real)(?:[-_ ]\w[\w-]*+|)\Z"
    r"|your[A-Z_-]?\w*+\Z|\w*[-_]here\Z|[*x\u2022.]{3,}|redacted|removed|masked|hidden|omitted|censored|(?:todo|tbd|fixme|n/?a|none|null|nil|undefined|unset|empty"
    r"|true|false|yes|no|on|off|enabled?|disabled?|required|optional|prompt|ask|stdin|auto|random|locked|default|never|always|latest|str|string|int|bool|bytes|any"
    r"|self|this|input|getpass|os\.environ\w*|basic|bearer|digest|oauth2?|oidc|password|passwd|token|secret|api_?key|passphrase|plain)\Z)",
    re.IGNORECASE,
)
_FILLED = re.compile(
    r"x{5}|X{5}|\*{3}|\u2022{3}|#{4}|\.{3}|_{5}|(?:\A|[-_.])(?:your[-_A-Z]|my[-_](?:\w+[-_])?(?:secret|token|key)\b)|[Ee]xample|(?<![A-Z0-9])EXAMPLE|[Pp]laceholder|PLACEHOLDER"
    r"|(?<![A-Za-z0-9])(?:[Cc]hange_?[Mm]e|CHANGE_?ME|[Rr]edacted|REDACTED)(?![A-Za-z0-9])|[-_]here\Z"
)
"""What documents write in place of a token, also behind a vendor's prefix."""
_FILLERS = (
    "xxxxx",
    "***",
    "\u2022\u2022\u2022",
    "####",
    "...",
    "_____",
    "your",
    "my-",
    "my_",
    "example",
    "placeholder",
    "change",
    "redacted",
    "here",
)
"""One of these is in what the expression above finds; looking for them costs a tenth."""
_NO_VALUE = re.compile(
    r"(?:~|\.{1,2})/|[A-Za-z]:[\\/]|/(?:[\w.@+-]+/)+[\w.@+-]*\Z|/[\w.-]+\Z|[\w./@+-]*\.(?:txt|pem|key|json|ya?ml|crt|cer|p12|pfx|p8|jks|keystore|env|cfg|conf|ini|toml|gpg|asc"
    r"|sops|enc|sig|minisig|bundle|parquet|avro|gz|xz|zst|bz2|deb|rpm|whl|jar|tfstate|py|ts|tsx|js|go|rs|md|pub|der|csv|log|sh|xml|html|tfvars|properties|dat|bin|db|png|jpe?g|gif|svg|webp|pdf|zip|t?gz|tar|mp4|age|kdbx|php|rb|java|sql|netrc|pw|pass|secret)\Z"
    r"|/\w{1,20}:|[\w-]+:(?:latest|\d{1,3})\Z|/{1,2}[gIiMpe]{0,3}\Z|\d{1,3}[a-z%]?\Z|\d{1,3}(?:\.\d+)+\Z|(?:os|process|self|config|settings|env|secrets|vars?|local|module|args?|opts?|options|req|request|data|each|random_\w+|aws_\w+"
    r"|Deno|import|System)\.[A-Za-z_][\w.\[\]]*+\Z|(?:id|type|src|source|name|key)=",
)
_EXPRESSION = re.compile(r"\.[*+]|\[\^|\\[wdsSbWD]|\(\?|\\[(1-9]|\[(?:A-Z|a-z|0-9|:alnum:)")
"""Regular expressions, in what searches and replaces."""
_CALL = re.compile(r"[A-Za-z_][A-Za-z_.]*\([^()]*\)\Z")
_SPECIAL = re.compile(r"[!@#%^&*$]")
_VERSION = re.compile(r"v?\d+(?:\.\d+)+[\w.-]*\Z|[a-z]+(?:[-_.]?v?\d{1,4})?\Z|\d{4}-\d\d-\d\d|\d{8}T\d+Z?\Z|[0-9]+\Z")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+\Z")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
_STRUCTURE = re.compile(r"[/.{}\[\]:=,@ ]")
_LETTERS = re.compile(r"[A-Za-z][a-z]+|[A-Z]+")
_VOWEL = re.compile(r"[aeiouAEIOU]")
_MECHANISM = re.compile(
    r"(?i:\A[a-z]+[-_]?v?\d?\Z|scram|sasl|ntlm|cram|digest|md5|sha-?\d|oauth|oidc|openid|saml|ldap|kerberos|krb|gssapi|\bm?tls|basic|auth0|pam_|x509|iam|proxy|none)"
)
"""Ways to log in, or a word."""
_SPLIT = re.compile(r"[-_./:,@ ]")


def is_secret(value: str, grade: str) -> bool:
    """Whether `value` is a secret in a place of this grade.

    any: all but references and placeholders; value: no path, switch or number either; word: no number; mixed: letters with
    digits or signs among them; strict: a made-up password; random: long and without order; code: digits; community: not SNMP's
    public one; bare: random, of no words, paths or fields; auth: no mechanism and no plain words; cert: no path, after a certificate's name; key: like value; whole: the place says it all; opaque: mixed or a UUID;
    uuid: only that; made: strict or random; cookies: what a Cookie header holds, one of it a secret.
    """
    if grade == "token":
        return not is_filled_in(value) and not (len(value) >= 16 and len(set(value[-16:].lower())) <= 2)
    if grade == "cookies":
        return _has_secret_cookie(value)
    if not value or _REFERENCE.match(value) or _PLACEHOLDER.match(value) or "{{secret:" in value:
        return False
    if grade == "whole":
        return True
    if grade == "any":
        return not (value.startswith(("~/", "./", "../")) or _EXPRESSION.search(value))
    if _EXPRESSION.search(value) or _CALL.match(value) or (_NO_VALUE.match(value) and not _is_random(value)):
        return False
    return _GRADES[grade](value)


def is_filled_in(value: str) -> bool:
    """Whether what stands for a token only shows its shape: `ghp_XXXX...`, `xoxb-your-token`."""
    lowered = value.lower()
    return any(map(lowered.__contains__, _FILLERS)) and bool(_FILLED.search(value))


def is_key_material(word: str) -> bool:
    """Whether a line that is nothing but this word is a key: long, of all kinds of characters, without order."""
    return 40 <= len(word) <= 4096 and bool(_KEY_MATERIAL.fullmatch(word)) and not word.startswith(_PUBLIC) and _is_shuffled(word)


_KEY_MATERIAL = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=[^\d]*\d[^\d]*\d)[A-Za-z0-9+/_-]{38,}={0,2}")
_PUBLIC = ("AAAAB3NzaC1", "AAAAC3NzaC1", "AAAAE2VjZHNh", "sha256-", "sha384-", "sha512-", "SHA256", "Qm")


def _is_shuffled(word: str) -> bool:
    kinds = ["u" if c.isupper() else "l" if c.islower() else "d" if c.isdigit() else "s" for c in word[:120]]
    changes = sum(a != b for a, b in pairwise(kinds))
    return changes > 0.42 * len(kinds)


def _is_random(value: str) -> bool:
    if len(value) < 16 or " " in value:
        return False
    digits = sum(c.isdigit() for c in value)
    if digits < 2 or digits == len(value) or _UUID.match(value):
        return False
    if re.fullmatch(r"[0-9a-fA-F]{16,}", value):
        return True
    pieces = [p for p in _SPLIT.split(value) if p]
    # Words joined by signs (`my-app-2024-backup`, a path) have no digit inside their letters.
    return any(len(p) >= 8 and re.search(r"[a-zA-Z]\d+[a-zA-Z]|\d[a-zA-Z]+\d", p) for p in pieces) or (
        len(value) >= 24 and _is_shuffled(value)
    )


def _is_mixed(value: str) -> bool:
    if len(value) < 6 or " " in value or _VERSION.match(value) or _UUID.match(value) or _MAIL.match(value):
        return False
    if not re.search(r"[A-Za-z]", value):
        return False
    pieces = _SPLIT.split(value)
    inside = any(
        re.search(r"[A-Za-z]", p) and re.search(r"\d", p) and not re.fullmatch(r"v?\d{1,3}[a-z]?|[a-z]{1,12}\d", p) for p in pieces
    )
    return inside or (
        " " not in value and bool(_SPECIAL.search(value)) and "=" not in value[:-2] and not value.startswith(("?", "*", "+", "~", "="))
    )


def _is_strict(value: str) -> bool:
    classes = (r"[a-z]", r"[A-Z]", r"\d", r"[!#$%^&*?~@]")
    return len(value) >= 8 and " " not in value and sum(bool(re.search(c, value)) for c in classes) >= 3 and not _VERSION.match(value)


def _is_bare(value: str) -> bool:
    """What a name as common as `key` needs to be one: S3 objects, cache entries, sort fields and translations are keys too."""
    if not _is_random(value) or _STRUCTURE.search(value.rstrip("=")):
        return False
    return not any(len(run) >= 5 and len(_VOWEL.findall(run)) >= 2 for run in _LETTERS.findall(value))


def _is_auth(value: str) -> bool:
    """`REDIS_AUTH=some-words-7` is a password; `SMTP_AUTH=login`, `MONGO_AUTH=SCRAM-SHA-256` and `AUTH=oauth2-proxy` are not."""
    pieces = re.split(r"[-_]", value)
    return not _MECHANISM.search(value) and (_is_mixed(value) or (len(pieces) > 2 and pieces[-1].isdigit()))


def _has_secret_cookie(cookies: str) -> bool:
    """Beside references a word like `theme=dark` is no secret; alone it may be one."""
    values = [cookie.partition("=")[2] or cookie for cookie in map(str.strip, cookies.split(";")) if cookie]
    literal = [value for value in values if "$" not in value and "`" not in value]
    return any(is_secret(value, "any" if len(literal) == len(values) else "mixed") for value in literal)


_GRADES: dict[str, Callable[[str], bool]] = {
    "value": lambda value: True,
    "word": lambda value: len(value) >= 3 and not value.isdigit(),
    "mixed": _is_mixed,
    "bare": _is_bare,
    "auth": _is_auth,
    "strict": _is_strict,
    "random": _is_random,
    "code": lambda value: (value.isdigit() and 4 <= len(value) <= 10) or ("=" not in value and _is_strict(value)) or _is_bare(value),
    "community": lambda value: value not in ("public", "private"),
    "opaque": lambda value: bool(_UUID.match(value)) or _is_mixed(value),
    "made": lambda value: _is_strict(value) or _is_random(value),
    "uuid": lambda value: bool(_UUID.match(value)),
    "cert": lambda value: "/" not in value and "\\" not in value,
    "key": lambda value: True,
}
