"""The tables redaction works by: shapes of tokens, words that name secrets, programs that take them, places that hold them.

A rule is tried only where one of its trigger words occurs. Every expression is linear: possessive or disjoint repeats, none nested.
"""

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple


def lower(text: str) -> str:
    """`text` in small letters, each at the place it had: a capital dotted I would become two."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else "".join(c.lower() if c.isascii() else c for c in text)


def any_of(words: Iterable[str]) -> re.Pattern[str]:
    """Finds the longest of the words at the first place that has one; they are joined by their first letters, so that a place costs one step and not one per word."""
    return re.compile(_joined(set(words)))


def _joined(words: set[str]) -> str:
    if words == {""}:
        return ""
    if "" in words:
        return f"(?:{_joined(words - {''})})?"
    groups = {word[0]: {w[1:] for w in words if w[0] == word[0]} for word in sorted(words)}
    branches = [re.escape(first) + _joined(rests) for first, rests in groups.items()]
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"


class LatePattern:
    """An expression, whatever the casing, compiled when it is first tried: all places together take 40 ms, and most starts try none."""

    __slots__ = ("_compiled", "_expression")

    def __init__(self, expression: str) -> None:
        self._expression = expression
        self._compiled: re.Pattern[str] | None = None

    def sub(self, replacement: Callable[[re.Match[str]], str], text: str) -> str:
        """As re.Pattern.sub."""
        if self._compiled is None:
            self._compiled = re.compile(self._expression, re.IGNORECASE)
        return self._compiled.sub(replacement, text)


class Rule(NamedTuple):
    """Where a secret stands: the value is the group that took part; without groups, the whole match."""

    kind: str
    triggers: tuple[str, ...]
    """Lower case; one of them must occur in the text."""
    pattern: re.Pattern[str] | LatePattern
    grade: str = "any"
    """How much the value itself must look like a secret, see `secret_values.is_secret`."""
    needs: tuple[str, ...] = ()
    """One of them must occur too, in this casing."""


# A value as the shell would read it: in nested quotes, in '', in "", or bare. Never an option, or what was redacted before.
FRESH = r"(?!\{\{secret:)"
VALUE = (
    rf"(?:'\\''{FRESH}([^'\n]++)'\\''|'\"'\"'{FRESH}([^'\"\n]++)'\"'\"'"
    rf"|\$?'{FRESH}(?!\s|\\''|[;|&)]+(?:[\s\"']|\Z))([^'\n]++)(?:'|\Z)"
    rf"|\\\"{FRESH}(?!\s)([^\"\\\n]++)(?:\\\"|\Z)"
    rf'|\\?"{FRESH}(?![\s`]|[;|&)]+(?:[\s"\x27]|\Z))((?:[^"\\\n]|\\[^\n])++)(?:"|\Z)'
    rf"|{FRESH}(?![-`<>&|;{{\[(])((?:[^\s'\"`;&|<>()\\]|\\[^\s'\"\\nr])++))"
)
SEGMENT = re.compile(r"(?:[^'\"\\;|&\n]++|&(?!&)|'[^']*+'|\"(?:[^\"\\]|\\.)*+\"|\\.)++|['\"\\]", re.DOTALL)
"""One member of a pipeline or a list: what stands between `;`, `|`, `&&` and newlines outside quotes."""


# --- Ways in which a program is given its secret

WORD = r"(?:\"[^\"\n]*+\"|'[^'\n]*+'|[^\s'\"|;&<>]++)"


class Way(NamedTuple):
    """How a program is given its secret, and the texts of which one must occur for that."""

    expression: str
    needs: tuple[str, ...] = ()


_BEFORE = r"\s\"'"


def _flags(flags: tuple[str, ...]) -> tuple[str, ...]:
    """The letters every spelling of the flags begins with."""
    return tuple(found[0] for flag in flags if (found := re.match(r"[\w/-]*", flag)))


def _any_flag(flags: tuple[str, ...], before: str) -> str:
    """One of the flags behind one of these characters; a search that begins with a dash skips what has none."""
    if all(flag.startswith("-") for flag in flags):
        return rf"-(?<=[{before}]-)(?:{'|'.join(flag[1:] for flag in flags)})"
    return rf"(?<=[{before}])(?:{'|'.join(flags)})"


def opt(*flags: str) -> Way:
    """`-p X`, `-p=X` or `-pX`."""
    return Way(_any_flag(flags, _BEFORE) + rf"(?:\s*+=\s*+|\s++)?+{VALUE}", _flags(flags))


def apart(*flags: str) -> Way:
    """`-p X` or `-p=X`; glued it would be another option."""
    return Way(_any_flag(flags, _BEFORE) + rf"(?:\s*+=\s*+|\s++){VALUE}", _flags(flags))


def glued(*flags: str) -> Way:
    """`-pX`: apart, the option asks."""
    return Way(_any_flag(flags, _BEFORE) + rf"(?![\s=]){VALUE}", _flags(flags))


def pair(separator: str, *flags: str) -> Way:
    """`-u name:X`."""
    letters = _flags(flags)
    needs = letters if "-" not in letters else (separator,)
    no_port = r"(?!//|\d+\b(?!\w))" if separator == ":" else ""
    return Way(
        _any_flag(flags, r"\s")
        + rf"[\s=]*+\\?[\"']?(?!\$)(?:\{{\{{secret:[\w-]++\}}\}}|[^\s:'\"{separator}={{]*+){separator}{no_port}[\"']?{FRESH}([^\s'\"\\]++)",
        needs,
    )


def arg(position: int, options: str = r"-{1,2}[\w-]++(?:=\S*+)?") -> Way:
    """The word at this place after the program, options apart."""
    skip = rf"(?:\s++{options}(?=\s))*+"
    return Way(r"\A" + rf"{skip}\s++(?!-){WORD}" * (position - 1) + rf"{skip}\s++{VALUE}")


CURL_FLAGS = r"-[aGgIiJjkLlNnOqRSsfv#0-9]{0,8}"
"""Options without a value, which may stand before the last one in a bundle: `-sSu me:...`."""
FIELD = rf"(?:\"[\w.-]++={FRESH}([^\"\n]++)\"|'[\w.-]++={FRESH}([^'\n]++)'|[\w.-]++={VALUE})"


# --- Shapes of tokens: a vendor's prefix and what follows it -------------------------------------------------------------------


def _token(kind: str, expression: str, *triggers: str) -> Rule:
    return Rule(kind, triggers, re.compile(expression), "token")


# Vendors whose tokens all read prefix, long random rest; the kind is the same for all.
_PREFIXES = (
    "figd_ figo_ lin_api_ lin_oauth_ ntn_ secret_ sntrys_ sntryu_ glsa_ glc_ phc_ phx_ dp.pt. dp.st. dp.ct. dp.sa. rdme_ sbp_ sb_secret_"
    " tskey-auth- tskey-api- tskey-client- PMAK- NRAK- NRII- EAAA sq0atp- sq0csp- ATATT3 ATCTT3 ATBB AKCp CFPAT- EZAK EZTK key- r8_ gsk_"
    " pplx- xai- pscale_tkn_ pscale_pw_ pscale_oauth_ dt0c01. dt0s01. FLWSECK rubygems_ sgp_ ops_ey bkua_ CCIPAT_ shippo_live_ shippo_test_"
    " duffel_live_ duffel_test_ nvapi- lsv2_pt_ lsv2_sk_ re_ pat_ tvly- fc- rpa_ sha256~ EAACEdEose LTAI patv1. mcp_ vercel_ bot_ ory_at_"
    " fw_ co_ cio doo_ rnd_ nsk_ cfut_ apify_api_ dsec_ xkeysib- wandb_v1_ inv_sk_ hvb. ctx7sk- e2b_ am_us_ csk- esecret_ AQVN t1. y0_ dapi"
).split()

TOKENS = (
    _token("aws-key-id", r"(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])", "akia", "asia", "abia", "acca"),
    _token(
        "github-token",
        r"(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,})",
        "ghp_",
        "gho_",
        "ghu_",
        "ghs_",
        "ghr_",
        "_pat_",
    ),
    _token("gitlab-token", r"(?<![\w-])gl(?:pat|dt|rt|rtr|ptt|cbt|soat|agent|oas|imt|feed|ft|wt|sa)-[\w.-]{16,}", "gl"),
    _token("slack-token", r"(?<![\w-])(?:xox[a-z]|xapp|xwfp)-[A-Za-z0-9.-]{10,}", "xox", "xapp-", "xwfp-"),
    _token("stripe-key", r"(?<![A-Za-z0-9])(?:(?:sk|rk|pk)_(?:test|live)|whsec)_[A-Za-z0-9+/=]{10,}", "_test_", "_live_", "whsec_"),
    _token("npm-token", r"(?<![A-Za-z0-9])npm_[A-Za-z0-9]{30,}", "npm_"),
    _token("pypi-token", r"(?<![\w-])pypi-(?=[\w-]*[A-Z0-9])[\w-]{32,}", "pypi-"),
    _token("anthropic-key", r"(?<![\w-])sk-ant-[\w-]{16,}", "sk-ant-"),
    _token("openai-key", r"(?<![\w-])sk-(?!ant-)(?=[\w-]*[A-Z0-9])[\w-]{20,}", "sk-"),
    _token("huggingface-token", r"(?<![A-Za-z0-9])(?:hf|api_org)_[A-Za-z0-9]{20,}", "hf_", "api_org_"),
    _token(
        "google-key",
        r"(?<![A-Za-z0-9])(?:AIza[\w-]{30,}|ya29\.[\w-]{20,}|GOCSPX-[\w-]{20,}|1//0[\w-]{20,})",
        "aiza",
        "ya29.",
        "gocspx-",
        "1//0",
    ),
    _token("jwt", r"(?<![A-Za-z0-9])eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?", "eyj"),
    _token("sendgrid-key", r"(?<![A-Za-z0-9])SG\.[\w-]{16,}\.[\w-]{16,}", "sg."),
    _token("digitalocean-token", r"(?<![A-Za-z0-9])do[opr]_v1_[a-f0-9]{32,}", "_v1_"),
    _token("docker-token", r"(?<![A-Za-z0-9])dckr_(?:pat|oat)_[\w-]{20,}", "dckr_"),
    _token("vault-token", r"(?<![A-Za-z0-9])hv[sbr]\.[\w-]{20,}", "hvs.", "hvb.", "hvr."),
    _token("netlify-token", r"(?<![A-Za-z0-9])nf[pcuob]_[A-Za-z0-9]{30,}", "nfp_", "nfc_", "nfu_", "nfo_", "nfb_"),
    _token("pulumi-token", r"(?<![\w-])pul-[a-f0-9]{40}", "pul-"),
    _token("telegram-token", r"(?<!\d)\d{8,10}:AA[\w-]{30,}", ":aa"),
    _token("age-key", r"(?<![A-Za-z0-9])AGE-SECRET-KEY-1[A-Z0-9]{20,}", "age-secret-key-1"),
    _token("shopify-token", r"(?<![A-Za-z0-9])shp(?:at|ca|pa|ss|tka)_[a-fA-F0-9]{32}", "shp"),
    _token("fly-token", r"(?<![A-Za-z0-9])(?:fo1_[\w-]{20,}|fm[12]r?_[\w+/=-]{20,})", "fo1_", "fm1", "fm2"),
    _token(
        "twilio-key",
        r"(?<![A-Za-z0-9])SK[0-9a-f]{32}(?![A-Za-z0-9])",
        "sk0",
        "sk1",
        "sk2",
        "sk3",
        "sk4",
        "sk5",
        "sk6",
        "sk7",
        "sk8",
        "sk9",
        "ska",
        "skb",
        "skc",
        "skd",
        "ske",
        "skf",
    ),
    _token("databricks-token", r"(?<![A-Za-z0-9])dapi[a-f0-9]{32}(?:-\d)?", "dapi"),
    _token("age-key", r"(?<![A-Za-z0-9])nsec1[02-9ac-hj-np-z]{50,}", "nsec1"),
    _token(
        "token",
        rf"(?<![\w-])(?:{'|'.join(map(re.escape, _PREFIXES))})(?=[\w.-]{{0,50}}?\d)[\w.-]{{16,}}={{0,2}}\w*+",
        *map(str.lower, _PREFIXES),
    ),
)
