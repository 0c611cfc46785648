"""The table of places: what surrounds a secret whatever the program: headers, URLs, SQL, pipes, here-strings."""

from vynexus_tui.language.secret_rules import FRESH, VALUE, LatePattern, Rule

_ECHO = r"\b(?:echo|printf|yes)\s++(?:-[neE]+\s++|[\"']?%s(?:\\+n)?[\"']?\s++)*+"
_PIPED = r"\s*+\|\s*+(?:(?:sudo|ssh|env|exec|(?:docker|podman|kubectl)(?:\s++compose)?\s++exec)\s++(?:-{1,2}\w++\s++)*+)?+"
_FED_OPTIONS = (
    r"(?:--(?:password|passwd-on|pw|token|auth|api-key)-stdin|--passwd-on-stdin|--with-token|--pass(?:phrase|word)-fd|-{1,2}stdinpass|--stdin\b"
    r"|--stdin-name|--set-password\b|--data-file=-|--from-file=[\w.-]*+=?/dev/stdin|--(?:secret|key|password)-file[= ](?:-|/dev/stdin)|-pass(?:in)?\s++(?:stdin|fd:0)"
    r"|\s-gS\s|secret=-)"
)
_FED_PROGRAMS = (
    r"(?:passwd|smbpasswd|chpasswd|vncpasswd|ldappasswd|mosquitto_passwd|saslpasswd2|cryptsetup|veracrypt|encfs|gocryptfs|kinit|kadmin\S*+|su"
    r"|g?o?pass\s++insert|(?:npx\s++)?(?:gh|wrangler)\s++secret\s++(?:set|put)|(?:docker|podman)\s++secret\s++create|secret-tool\s++store"
    r"|wg\s++(?:pubkey|set)|op\s++signin|bw\s++(?:unlock|login)|lpass\s++login|vault\s++login\s++-|cargo\s++login|kubeseal|(?:mount\.)?ecryptfs\S*+"
    r"|zfs\s++(?:load-key|create)|zpool\s++create|pdbedit|vercel\s++env\s++add|pulumi\s++config\s++set|fly(?:ctl)?\s++secrets\s++import"
    r"|systemd-creds\s++encrypt|openconnect|keepassxc-cli|(?:[\w./-]*/)?\w++-keystore\s++add|ipa-\w++-install|p4\s++login|argon2|wpa_passphrase|caddy\s++hash-password|fdesetup\s++\w++)(?![\w./-])"
)
"""What reads a secret from its standard input."""
_ASKING = r"\b(?:borg|restic|realm\s++(?:join|leave)|ipa|adcli|juju\s++(?:login|register)|kpcli|kinit|svn|ssh-add|ssh-keygen|gpg2?|age|\S*reset-password)\s"
"""What asks for a secret when it needs one, and reads other text too."""
_QUOTED = r"\\?[\"'][^'\"\n]{0,80}[\"']"
_HEADER_WORDS = "".join(f"(?<={word})|" for word in ("-key", "-token", "apikey", "-secret", "-password", "-auth", "-signature", "-jwt"))[
    :-1
]
_SHORT_WORD = r"[^\s'\"|;&<>-][^\s'\"|;&<>]{0,80}+"
_WRITTEN = r"(?:>>?|\|\s*+(?:sudo\s++)?tee(?:\s++-a)?)"
_SECRET_FILE = r"[^\s|;&]{0,200}?(?:pass|cred|secret|token|\bpw)(?!\S*\.pub\b)[\w.-]*+(?=\s|\Z|['\"])"

_KEY_FILE = (
    r"[\"']?[^\s|;&'\"]{0,200}?(?<![\w-])(?:[\w-]{0,60}[_.-])?(?<!cache.)(?<!sort.)(?<!public.)(?<!pub.)(?:private|secret|master|preshared|api)?"
    r"(?:key|auth|psk)(?:file)?(?:\.(?:txt|conf|b64|key|bin|hex|dat|env))?(?=\s|\Z|['\"&;|])"
)


def _place(kind: str, triggers: str, expression: str, grade: str = "any", *, needs: str = "") -> Rule:
    """A place; its triggers one space apart, `~` for a space within one."""
    words, needed = (tuple(word.replace("~", " ") for word in text.split()) for text in (triggers, needs))
    return Rule(kind, words, LatePattern(expression), grade, needed)


PLACES = (
    _place(
        "private-key",
        "private~key",
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
    _place("password", "@", rf"(?<=://)[^\s/@:'\"$]*+:(?![@]){FRESH}([^\s/'\"]+)(?=@)", needs="://"),
    _place("password", "@", rf"(?<=://)[^\s/@:'\"$?]*+:(?![@]|\d{{2,5}}/){FRESH}([^\s@'\"?]{{1,200}})(?=@)", "mixed", needs="://"),
    _place("password", "@", rf"(?<=[\s'\"=])[\w.+-]{{1,60}}:{FRESH}([^\s@:/'\"$]++)@[\w.-]++(?::\d{{2,5}}(?!\w)|/)", "mixed", needs=":"),
    _place(
        "password",
        "@",
        rf"\s-{{1,2}}(?:u|url|user)[\s=]++[\"']?[\w.+-]{{1,60}}[@\\][\w.-]{{1,60}}:{FRESH}([^\s@:/'\"$]++)(?=@\w)",
        "word",
        needs=":",
    ),
    _place("token", "anaconda.org", r"anaconda\.org/t/([\w-]{16,})"),
    _place("token", "cloudsmith.io/ fury.io/", r"(?:dl\.cloudsmith|fury)\.io/([\w-]{16,})(?=/)", "mixed"),
    _place("webhook", "/hooks/ /with/key/", r"(?:/hooks(?:/catch/\d++)?|/with/key)/([\w-]{16,}(?:/[\w-]{16,})?)", "random"),
    _place("token", "@", rf"(?<=://){FRESH}([\w.~-]{{20,}})(?::x-oauth-basic|:)?(?=@)", "random", needs="://"),
    # Headers.
    _place(
        "authorization",
        "authorization",
        r"\b(?:proxy-)?authorization\\?[\"']?\s*+(?:=>|[:=])\s*+\\?[\"']?(?:(?:bearer|basic|token|digest|apikey|api-key|negotiate|key|bot"
        rf"|geniekey|splunk|ssws)[\s:=]++|token\s++token=\\?[\"']?)?+{FRESH}([^\s'\"\\]++)",
    ),
    _place("bearer-token", "bearer~", rf"\bbearer\s++\\?[\"']?{FRESH}([\w.~+/-]{{12,}}+=*+)(?!\w)"),
    _place(
        "api-key",
        "-key: -token: apikey: -secret: -password: -auth: -signature: -jwt:",
        rf"(?<=[\"'])[a-z][\w-]*+(?:{_HEADER_WORDS})(?<!idempotency-key)(?<!websocket-key)(?<!cache-key)(?<!surrogate-key)(?<!public-key)(?<!routing-key)(?<!sort-key)(?<!host-key):\s*+{FRESH}([^\s'\"\\]++)",
        "value",
    ),
    _place(
        "cookie",
        "session session-id: sessionid: -sid:",
        rf"(?<=[\"'])[a-z][\w-]*+(?:(?<=-session)|(?<=session-id)|(?<=sessionid)|(?<=-sid)):\s*+{FRESH}([^\s'\"\\]++)",
        "opaque",
    ),
    _place("cookie", "cookie", rf"\b(?:set-)?cookie\s*+:\s*+{FRESH}([^'\"\n]++)", "cookies"),
    # What is fed to a program that reads a secret.
    _place("password", "pass:", rf"\bpass:{VALUE}"),
    _place("password", "sudo~-", rf"{_ECHO}{VALUE}\s*+\|\s*+sudo\s++(?=(?:[^|;\n]{{0,80}}?\s)?(?:(?-i:-[a-zA-Z]*S[a-zA-Z]*)|--stdin)\s)"),
    _place("password", "sudo~-", rf"\bsudo\s++(?=(?:[^|;<\n]{{0,80}}?\s)?(?-i:-[a-zA-Z]*S[a-zA-Z]*)\s)[^<\n]{{0,300}}+<<<\s*+{VALUE}"),
    _place(
        "password",
        "chpasswd base64",
        rf"{_ECHO}\\?[\"']?[\w.@+-]++:{FRESH}([^\s'\"|]++)\\?[\"']?\s*+\|[^|]{{0,60}}?\b(?:chpasswd|base64)\b",
    ),
    _place("password", "chpasswd", rf"\bchpasswd\b[^<\n]{{0,60}}+<<<\s*+[\"']?[\w.@-]++:{FRESH}([^\s'\"]++)"),
    _place(
        "password",
        "echo~ printf~ yes~",
        rf"{_ECHO}(?!\\?[\"']?[\w.-]++(?::|=(?![='\"\s]))){VALUE}{_PIPED}(?:{_FED_PROGRAMS}|(?=[^|\n]{{0,300}}?{_FED_OPTIONS}))",
        needs="|",
    ),
    _place(
        "password",
        "echo~ printf~",
        rf"{_ECHO}{VALUE}(?=\s*+;?\s*+(?:(?:echo|printf|sleep)\s++[^|;)\n]{{0,100}}+;?\s*+){{0,3}}+[)}}]{_PIPED}{_FED_PROGRAMS})",
        needs="|",
    ),
    _place(
        "password",
        "<(",
        rf"(?:pass|pw|secret|cred|token|auth|key-?file)[\w-]*+[\s=]\s*+<\(\s*+(?:echo|printf)\s++(?:-[neE]+\s++|[\"']?%s(?:\\+n)?[\"']?\s++)*+{VALUE}",
    ),
    _place("password", "base64", rf"{_ECHO}{VALUE}\s*+\|\s*+base64(?!\s++(?:-d|-D|--d))", "strict"),
    _place("password", "<<<", rf"(?:{_FED_OPTIONS}|(?<![\w./-]){_FED_PROGRAMS})[^<|\n]{{0,200}}+<<<\s*+{VALUE}"),
    _place(
        "password",
        "<<",
        rf"(?:{_FED_OPTIONS}|(?<![\w./-]){_FED_PROGRAMS})[^<|\n]{{0,200}}+<<-?\s*+[\"']?\w++[\"']?[ \t]*+\n(?![\w.-]++:){FRESH}([^\n]++)(?=\n)",
        "mixed",
    ),
    _place("password", "<<<", rf"{_ASKING}[^<|\n]{{0,200}}+<<<\s*+{VALUE}", "mixed"),
    _place("password", "<<<", rf"\b(?:unlock|login|passw(?:or)?d|auth|decrypt|unseal|seal)\b[^<|\n]{{0,200}}+<<<\s*+{VALUE}", "mixed"),
    _place(
        "password", "<<<", rf"(?:pass|cred|secret)\S{{0,100}}\s*+<<<\s*+[\"']?(?:[^\s:'\"]{{0,80}}:){{1,4}}+{FRESH}([^\s'\":]++)", "mixed"
    ),
    _place(
        "password",
        "echo printf",
        r"pass(?:word|phrase)?[-_]?(?:command|cmd|eval)[\s=]++(?:'\\''|\\?[\"'])?\s*+(?:echo|printf)\s++(?:-n\s++|-e\s++|'?%s'?\s++)*+"
        rf"{FRESH}\\?[\"']?([^\s'\"\\]++)",
        needs="pass PASS Pass",
    ),
    # What is written to a file named for it.
    _place(
        "password",
        "echo~ printf~",
        rf"{_ECHO}\\?[\"']?(?:[^\s:'\"\n|>]{{1,80}}[\s:]){{1,6}}(?<=:){FRESH}([^\s'\"|:]++)\\?[\"']?\s*+{_WRITTEN}\s*+{_SECRET_FILE}",
        "mixed",
        needs="> tee",
    ),
    _place(
        "password",
        "echo~ printf~",
        rf"{_ECHO}(?!\\?[\"']?[\w.-]++(?::|=(?![='\"\s]))){VALUE}\s*+{_WRITTEN}\s*+{_SECRET_FILE}",
        "mixed",
        needs="> tee",
    ),
    _place(
        "password",
        "echo~ printf~",
        rf"{_ECHO}\\?[\"'][^\s:'\"\n|>%\\]{{1,80}}(?:\\++n|\n){FRESH}([^\s'\"|\\]++)(?:\\++n|\n)?\\?[\"']\s*+{_WRITTEN}\s*+(?:{_SECRET_FILE}|{_KEY_FILE})",
        "mixed",
        needs="> tee",
    ),
    _place(
        "key",
        "echo~ printf~",
        rf"{_ECHO}(?!\\?[\"']?[\w.-]++(?::|=(?![='\"\s]))){VALUE}\s*+{_WRITTEN}\s*+{_KEY_FILE}",
        "made",
        needs="> tee",
    ),
    # Languages: SQL, expect, function calls, configuration of networks.
    _place("password", "identified", rf"\bidentified\s++(?:with\s++\S++\s++)?by\s++(?:password\s++)?{VALUE}"),
    _place(
        "password",
        "password= password~",
        rf"\b(?:user|role|login|for|with|encrypted)\b[^;\n]{{0,80}}?\bpassword(?:\s*+=\s*+|\s++)(?:\(\s*+|N)?(?=\\?['\"]){VALUE}",
        needs="' \"",
    ),
    _place("password", "password( password~(", rf"\bpassword\s*+\(\s*+(?:'\\'')?'{FRESH}([^'\n]++)'"),
    _place("password", "password~for", rf"\bset\s++password\s++for\s++[^=;\n]{{1,80}}+=\s*+(?=\\?['\"]){VALUE}"),
    _place("key", "pragma", rf"\bpragma\s++(?:re)?key\s*+=\s*+{VALUE}"),
    # Functions that are given a name and a password in turn.
    _place(
        "password",
        ".auth( password( .login( auth=( basicauth( authenticate(",
        rf"(?:\.auth|changeuserpassword|\.login|auth=|basicauth|authenticate)\(\s*+{_QUOTED}\s*+,\s*+(?=\\?['\"]){VALUE}",
        "word",
    ),
    _place(
        "password",
        "connect( pdo(",
        rf"(?:(?:py)?mysqli?(?:db)?[._]connect|new\s++(?:mysqli|pdo))\((?:\s*+{_QUOTED}\s*+,){{2}}\s*+(?=\\?['\"]){VALUE}",
    ),
    _place(
        "key",
        "restore recover seed mnemonic",
        r"\b(?:restore|recover|seed|mnemonic)[^|;'\"\n]{0,100}+\\?[\"']((?-i:[a-z]{3,8}(?: [a-z]{3,8}){11,23}))(?=\\?[\"'])",
    ),
    # What routers and switches are told.
    _place(
        "password",
        "enable~ username~ neighbor~",
        rf"\b(?:enable|username\s++\S++(?:\s++privilege\s++\d++)?|neighbor\s++\S++)\s++(?:secret|password)\s++(?:\d\s++)?{VALUE}",
        "word",
    ),
    _place("password", "machine~ login~", rf"\b(?:machine|login)\s++[\w.@+-]++\s++password\s++{VALUE}"),
    _place(
        "password",
        "send",
        rf"ass(?:word|phrase|code)[^\n]{{0,60}}?\bsend(?:\s++--)?\s++(?:\\?\"|\{{)?{FRESH}([^\"\\\r\n}}$]++)(?:\\*+[rn]|\}})",
    ),
    _place("password", "expect", rf"\bsend(?:\s++--)?\s++\\?\"{FRESH}([^\"\\\s$]++)\\++r", "mixed"),
    _place(
        "password",
        "crypt( hash( hashpw( securestring word(",
        r"\b(?:b?crypt|(?<!\| )password_hash|hashpw|generate_password_hash|make_password|ConvertTo-SecureString)\(?\s*+(?:-String\s++)?b?"
        rf"(?=\\?[\"']){VALUE}",
        "word",
    ),
    _place("password", "hash(", rf"(?=\\?[\"']){VALUE}\s*+\|\s*+password_hash"),
    _place("password", "conn", rf"(?:\n|[\"';])\s*+conn(?:ect)?\s++[\w.#$]++/(?!/){FRESH}([^\s@/'\"]++)(?=@\w)", "word"),
    _place(
        "password",
        "ap-secrets",
        rf"{_ECHO}[\"'](?:[^\s'\"]{{1,80}}\s++){{2}}{FRESH}([^\s'\"]++)[^|>]{{0,80}}{_WRITTEN}\s*+\S{{0,80}}ap-secrets",
    ),
    _place("password", "user(", rf"\bcreate_(?:super)?user\((?:[^,()\n]{{0,80}},){{2}}\s*+(?:password=)?{VALUE}"),
    _place("secret", "snmp-server", rf"\bsnmp-server\s++community\s++{VALUE}", "community"),
    _place(
        "password",
        "-pass _pass :pass",
        r"\b(?:set|reset|change|user|update)\w{0,12}[-_:](?:\w{1,12}[-_])?(?:password|passwd)(?:\s++-{1,2}\w++)*+"
        rf"(?:\s++[\w@.-]++(?=\s++[^-]))?\s++{VALUE}",
        "mixed",
    ),
    _place("secret", "value", rf"(?:\bsecrets?|password|token|api[-_]?key)\b[^|;\n]{{0,200}}?\s--?value[\s=]++{VALUE}", "word"),
    _place(
        "secret", "--value", rf"\s--value[\s=]++{VALUE}\\?[\"']?\s[^|;\n]{{0,100}}?(?:password|secret|token|api_?key)(?![\w-])", "mixed"
    ),
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
    _place(
        "password",
        "-u~ -user",
        rf"\s-{{1,2}}(?:u|user|username)[ =]{_SHORT_WORD}\s++-{{1,2}}(?-i:p|P|w|pw)\s++{VALUE}",
        "mixed",
        needs="~-p ~-P ~-w ~--p ~--P ~--w",
    ),
    _place("password", "ftp", rf"(?:\n|\\n|;\s|\")\s*+user\s++{_SHORT_WORD}\s++{VALUE}(?=[ \t]*+(?:\n|\\n|\Z|;))"),
    _place("secret", "--set-secret --secret-", rf"--(?:set-secret|secret-(?:string|value|data))[\s=]++{VALUE}"),
)
"""What needs no program's name; tried in this order."""
