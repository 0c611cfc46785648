"""The table of programs: which option or which position takes a secret.

An option may be glued to its value (`-pX`), apart (`-p X`, `-p=X`) or either; positions count words that are no options.
"""

import re
from typing import NamedTuple

from vynexus_tui.language.secret_rules import FRESH, VALUE, Rule

_WORD = r"(?:\"[^\"\n]*+\"|'[^'\n]*+'|[^\s'\"|;&<>]++)"


class _Way(NamedTuple):
    """How a program is given its secret, and the texts of which one must occur for that."""

    expression: str
    needs: tuple[str, ...] = ()


def _flags(flags: tuple[str, ...]) -> tuple[str, ...]:
    """The letters every spelling of the flags begins with."""
    return tuple(found[0] for flag in flags if (found := re.match(r"[\w/-]*", flag)))


def _opt(*flags: str) -> _Way:
    """`-p X`, `-p=X` or `-pX`."""
    return _Way(rf"(?<=[\s\"'])[\"']?(?:{'|'.join(flags)})(?:\s*+=\s*+|\s++)?+{VALUE}", _flags(flags))


def _apart(*flags: str) -> _Way:
    """`-p X` or `-p=X`; glued it would be another option."""
    return _Way(rf"(?<=[\s\"'])(?:{'|'.join(flags)})(?:\s*+=\s*+|\s++){VALUE}", _flags(flags))


def _glued(*flags: str) -> _Way:
    """`-pX`: apart, the option asks."""
    return _Way(rf"(?<=[\s\"'])[\"']?(?:{'|'.join(flags)})(?![\s=]){VALUE}", _flags(flags))


def _pair(separator: str, *flags: str) -> _Way:
    """`-u name:X`."""
    no_port = r"(?!//|\d+\b(?!\w))" if separator == ":" else ""
    return _Way(
        rf"(?<=\s)(?:{'|'.join(flags)})[\s=]*+\\?[\"']?(?!\$)[^\s:'\"{separator}=]*+{separator}{no_port}{FRESH}([^\s'\"\\]++)", (separator,)
    )


def _arg(position: int, options: str = r"-{1,2}[\w-]++(?:=\S*+)?") -> _Way:
    """The word at this place after the program, options apart."""
    skip = rf"(?:\s++{options}(?=\s))*+"
    return _Way(r"\A" + rf"{skip}\s++(?!-){_WORD}" * (position - 1) + rf"{skip}\s++{VALUE}")


_CURL_FLAGS = r"-[aGgIiJjkLlNnOqRSsfv#0-9]{0,8}"
"""Options without a value, which may stand before the last one in a bundle: `-sSu me:...`."""
_FIELD = rf"(?:\"[\w.-]++={FRESH}([^\"\n]++)\"|'[\w.-]++={FRESH}([^'\n]++)'|[\w.-]++={VALUE})"


class _Taker(NamedTuple):
    programs: str
    """Names, one space apart; what may follow each is `after`."""
    way: _Way | str
    after: str = ""
    kind: str = "password"
    grade: str = "any"


_TAKERS = (
    # Databases, brokers, directories.
    _Taker(
        "mysql mariadb mysqldump mariadb-dump mysqladmin mariadb-admin mysqlimport mysqlshow mysqlcheck mysqlsh mycli mytop "
        "mydumper xtrabackup innobackupex mysql_upgrade mysqlbinlog mysqlpump mysqlslap myloader pt-query-digest mariadbd "
        "mysql_secure_installation",
        _glued("-p(?!rint|rotocol|ort)"),
    ),
    _Taker("mysqladmin mariadb-admin", rf"\spassword\s++{VALUE}"),
    _Taker("mycli litecli mydumper myloader mssql-cli pgcli innobackupex", _apart("-p", "-P"), grade="mixed"),
    _Taker("redis-cli valkey-cli keydb-cli redis-benchmark", _opt("-a", "--pass")),
    _Taker("redis-cli valkey-cli keydb-cli", rf"\s(?:AUTH|auth)(?:\s++[\w-]++)?\s++{VALUE}"),
    _Taker("mongo mongosh mongodump mongorestore mongoimport mongoexport mongostat mongotop mongofiles", _opt("-p(?!ort)")),
    _Taker(
        "cqlsh clickhouse cypher-shell rabbitmqadmin beeline nodetool dsbulk influx sqlcl solr es2csv nuodb vsql gsql hdbsql "
        "arangosh couchbase-cli cbq db2 isql-fb taos tdengine hive trino presto snowsql impala-shell kcadm.sh asadm aql "
        "memcached-cli tarantoolctl nats mqtt-cli mqttx cbimport cbexport cbbackupmgr cbc",
        _apart("-p", "--pw", "-w", "--secret"),
        grade="word",
    ),
    _Taker("vsql fbsql isql-fb gbak gfix hdbsql", _opt("-w", "-password", "-pas\\w*", "-p"), grade="word"),
    _Taker("sqlcmd bcp tsql osql fisql sqsh isql freebcp mssql-cli defncopy", _opt("-P")),
    _Taker("isql iusql", _arg(3), grade="word"),
    _Taker(
        "sqlplus sqlldr expdp impdp rman sqlcl dgmgrl",
        rf"[\s=][\"']?[\w.#$]++/(?!/){FRESH}([^\s@/'\"]++)",
        grade="word",
    ),
    _Taker("db2", r"\busing\s++" + VALUE, after=r"\s++[\"']?connect\s++to\s++\S++\s++user\s++\S++"),
    _Taker("ldapsearch ldapadd ldapmodify ldapdelete ldappasswd ldapwhoami ldapcompare ldapmodrdn ldapexop ldapvi", _opt("-w")),
    _Taker("ldappasswd", _opt("-s", "-a")),
    _Taker("slappasswd dsconf dsidm pdbedit samba-tool", _apart("-s", "-w", "--newpassword"), grade="word"),
    _Taker("samba-tool", _arg(2), after=r"\s++user\s++(?:create|add)", grade="mixed"),
    _Taker("rabbitmqctl", _arg(2), after=r"\s++(?:-\w\s++\S++\s++)?(?:add_user|change_password|authenticate_user)"),
    _Taker("mosquitto_pub mosquitto_sub mosquitto_rr mqtt", _apart("-P", "-pw")),
    _Taker("mosquitto_passwd", r"\s-[a-zA-Z]*b[a-zA-Z]*" + _arg(3).expression[2:]),
    # Remote machines and shares.
    _Taker("sshpass", _opt("-p")),
    _Taker("plink pscp psftp putty kitty plink.exe pscp.exe psftp.exe putty.exe", _apart("-pw", "-passphrase")),
    _Taker(
        "xfreerdp xfreerdp3 wlfreerdp sdl-freerdp mstsc rdesktop wfreerdp remmina cmdkey signtool runas psexec psexec64 wmic "
        "schtasks net1 sc.exe",
        rf"(?<=[\s'\"])/(?:p|rp|pass|password|gp|pth)(?::|\s++){VALUE}",
        grade="word",
    ),
    _Taker(
        "rdesktop psexec psexec64 psexec.exe evil-winrm crackmapexec netexec nxc cme hydra winrs x11vnc tightvncviewer "
        "vncsnapshot smbmap medusa ncrack",
        _apart("-p", "-passwd"),
        grade="word",
    ),
    _Taker("net", rf"\\\\\S++\s++{VALUE}", after=r"\s++use", grade="value"),
    _Taker("net", _arg(2), after=r"\s++user", grade="word"),
    _Taker(
        "smbclient smbmap rpcclient smbget smbcacls smbtree net smbcquotas wmiexec winexe wmic nmblookup",
        _pair("%", "-U", "--user"),
    ),
    _Taker(
        "impacket-psexec impacket-wmiexec impacket-smbexec impacket-secretsdump impacket-smbclient impacket-mssqlclient "
        "impacket-atexec impacket-dcomexec impacket-getuserspns impacket-getnpusers psexec.py wmiexec.py smbexec.py "
        "secretsdump.py smbclient.py mssqlclient.py atexec.py getuserspns.py gettgt.py impacket-gettgt",
        rf"\s[\"']?[\w./\\-]++:[\"']?{FRESH}([^\s'\"@]++)[\"']?(?=@|\s|\Z)",
    ),
    _Taker("lftp", rf"-u\s*+[\"']?[^\s,'\"$]++,{FRESH}([^\s'\";]++)"),
    _Taker("ncftp ncftpput ncftpget", _apart("-p"), grade="word"),
    _Taker("mount.cifs mount", rf"\bpass(?:word|wd)?\d?={FRESH}([^\s,'\"]++)"),
    _Taker("ipmitool", _opt("-P")),
    _Taker(
        "ipmiutil ipmi-power ipmipower ipmi-chassis racadm ipmiconsole bmc-info ipmi-sensors ilorest redfishtool onecli hponcfg storcli",
        _apart("-P", "-p"),
        grade="word",
    ),
    _Taker(
        "snmpwalk snmpget snmpset snmpbulkwalk snmpgetnext snmptrap snmpbulkget snmptable snmpdf snmpinform snmpstatus", _apart("-A", "-X")
    ),
    _Taker(
        "snmpwalk snmpget snmpset snmpbulkwalk snmpgetnext snmptrap snmpbulkget snmptable snmpdf snmpinform snmpstatus",
        _apart("-c"),
        kind="secret",
        grade="community",
    ),
    # Wireless, disks, archives, documents, signing.
    _Taker("nmcli", rf"\s(?:[\w.-]*+(?:(?<=[.\s]psk)|(?<=password))|wep-key\d|[\w.-]++(?<=wep-key\d))\s++{VALUE}"),
    _Taker("wpa_passphrase", _arg(2)),
    _Taker("wpa_cli", rf"\b(?:psk|password|wep_key\d)\s++(?:'\")?{VALUE}", grade="word"),
    _Taker("iwctl connmanctl", _opt("--passphrase", "-P")),
    _Taker("iwconfig", rf"\s(?:key|enc)\s++(?:s:)?(?!on|off|open|restricted|any){VALUE}", kind="key"),
    _Taker("networksetup", _arg(3), after=r"\s++-setairportnetwork"),
    _Taker("netsh", rf"\bkey(?:material)?={VALUE}"),
    _Taker("openssl", _apart("-k", "-K", "-psk", "-pass(?!in|out)", "-hmac", "-macopt", "-srppass", "-key(?=\\s++\\w++:)"), grade="key"),
    _Taker("openssl", rf"-macopt\s++(?:hex)?key:{VALUE}", kind="key"),
    _Taker("openssl", _arg(1, r"(?:-salt\s++\S++|-\S++)"), after=r"\s++passwd"),
    _Taker("zip unzip zipcloak funzip zipnote", _opt("-P(?!r)")),
    _Taker("7z 7za 7zr 7zz 7z.exe p7zip", _glued("-p")),
    _Taker("rar unrar unar lsar arj", _glued("-hp", "-p(?!-)")),
    _Taker("unar lsar zpaq", _apart("-p", "-password", "-key")),
    _Taker("qpdf", rf"--encrypt\s++(?!--){VALUE}"),
    _Taker("qpdf", r"--encrypt\s++(?!--)" + _WORD + rf"\s++{VALUE}"),
    _Taker("pdftk", rf"\b(?:input_pw|owner_pw|user_pw)\s++(?:\w=)?{VALUE}"),
    _Taker(
        "pdftotext pdftoppm pdfinfo pdfimages pdftocairo pdftohtml pdffonts gs",
        _apart("-upw", "-opw", "-sPDFPassword", "-sUserPassword", "-sOwnerPassword"),
        grade="word",
    ),
    _Taker(
        "keytool jarsigner apksigner signtool osslsigncode productsign codesign zipalign signcode",
        _apart(r"-\w{0,12}?(?:store|key)pass", "-pass", "/p", "-storepasswd"),
        grade="value",
    ),
    _Taker("keytool", _apart("-new"), grade="value"),
    _Taker(
        "apksigner apkanalyzer jarsigner uber-apk-signer", _apart(r"--(?:ks|key)-?pass(?:word)?", "--ksPass", "--ksKeyPass"), grade="value"
    ),
    _Taker("ssh-keygen ssh-keyscan", _opt("-N", "-P")),
    _Taker("security", _apart("-p", "-w", "-P", "-k", "-X"), after=r"\s++(?:import|add-\S+|set-key\S*|\w+-keychain)(?=\s)", grade="word"),
    _Taker("steghide outguess openstego", _apart("-p"), grade="word"),
    _Taker("ccrypt aescrypt", _apart("-K", "-p"), grade="word"),
    _Taker("pk12util certutil", _apart("-W", "-K", "-importpfx\\s++-p"), grade="word"),
    _Taker("p11tool pkcs11-tool softhsm2-util ykman", _apart("--pin", "--so-pin", "--new-pin", "--puk"), grade="value"),
    # Cloud, registries, packages, continuous integration.
    _Taker(
        "docker podman nerdctl helm crane oras buildah skopeo oc az twine poetry rancher cf ibmcloud argocd regctl",
        _opt("-p(?![a-z])", "-psw", "--pw"),
        after=r"[^|;\n]{0,200}?\b(?:login|publish|upload|registry\s++login|service-principal|push|auth|repo\s++add)\b",
    ),
    _Taker("login", _opt("-p(?![a-z]+[ =-])"), grade="word"),
    _Taker("twine flit maturin", _apart("-p"), grade="word"),
    _Taker(
        "skopeo buildah podman crane ctr nerdctl oras dockertags",
        rf"(?:--(?:src-|dest-)?creds|--user|-u)[\s=]++[\"']?[^\s:'\"$]++:{FRESH}([^\s'\"]++)",
    ),
    _Taker("vault", rf"\s(?:-\S++\s++)*+{VALUE}", after=r"\s++(?:login|unwrap|operator\s++unseal)", kind="token", grade="mixed"),
    _Taker(
        "consul etcdctl nomad zk",
        rf"\s[\w./-]*(?:pass(?:word|wd)?|secret|token|key|pwd|credentials?)\s++{VALUE}",
        after=r"\s++(?:kv\s++)?(?:put|set)",
        grade="word",
    ),
    _Taker("etcdctl influx arangosh couch elasticdump httpstat ab wrk vegeta newman k6 siege hey", _pair(":", "--user", "-A", "-a")),
    _Taker(
        "aws", _apart("--value"), after=r"\s++ssm\s++put-parameter(?=[^|;\n]{0,200}?(?:SecureString|pass|secret|token|key))", kind="secret"
    ),
    _Taker(
        "az",
        _apart("--value", "-p"),
        after=r"\s++(?:keyvault\s++secret\s++set|login|acr\s++login|sql|mysql|postgres)\b",
        kind="secret",
        grade="word",
    ),
    _Taker("chamber ssm confd", _arg(3), after=r"\s++write", kind="secret"),
    _Taker(
        "doppler infisical railway vercel netlify wrangler flyctl fly heroku encore supabase dokku",
        rf"\s{_FIELD}",
        after=r"\s++(?:apps?:)?(?:secrets?\s++(?:set|add)|variables?\s++--?set|variables?\s++set|secrets:set|secrets\s++import)",
        kind="secret",
        grade="word",
    ),
    _Taker(
        "netlify railway cf gitpod gp",
        rf"\s[A-Za-z_]*+(?:PASS|SECRET|TOKEN|KEY|PWD)\w*+\s++{VALUE}",
        after=r"\s++(?:env:set|variables|set-env|env)",
        kind="secret",
    ),
    _Taker(
        "kubectl oc create",
        rf"(?:\s|\A)--from-literal[\s=]++{_FIELD}",
        after=r"[^|;\n]{0,200}?\bsecret\b[^|;\n]{0,200}?(?=--from-literal)",
        kind="secret",
    ),
    _Taker(
        "gh glab",
        _apart("-b", "--body", "--value", "-v"),
        after=r"\s++secret\s++(?:set|update|create)",
        kind="secret",
        grade="word",
    ),
    _Taker("glab", _arg(2), after=r"\s++variable\s++(?:set|update)", kind="secret", grade="word"),
    _Taker(
        "circleci buildkite-agent travis drone woodpecker-cli tkn semaphore sem bitrise codemagic",
        _arg(1),
        after=r"\s++(?:setup\s++--token|encrypt|login|secret\s++(?:add|create))",
        kind="secret",
        grade="mixed",
    ),
    _Taker("travis drone woodpecker-cli", rf"(?:--data|--value|--token|-t|-e)[\s=]++{VALUE}", kind="secret", grade="mixed"),
    _Taker("npm pnpm yarn bun", rf"_(?:authToken|auth|password)[\s=]++{VALUE}", after=r"\s++config\s++set", kind="token"),
    _Taker(
        "composer",
        rf"\s(?:http-basic|forgejo-token|bitbucket-oauth|gitlab-token|custom-headers)\.\S++\s++\S++\s++{VALUE}",
        after=r"\s++config",
        kind="password",
    ),
    _Taker("composer", rf"\s(?:github-oauth|gitlab-oauth|gitlab-token|bearer)\.\S++\s++{VALUE}", after=r"\s++config", kind="token"),
    _Taker("poetry", rf"\s(?:http-basic\.\S++\s++\S++|pypi-token\.\S++)\s++{VALUE}", after=r"\s++config"),
    _Taker("bundle", rf"\s[\w.:/-]++\s++[\"']?[\w.@-]++:{FRESH}([^\s'\"]++)", after=r"\s++config"),
    _Taker("nuget nuget.exe choco", _arg(1), after=r"\s++setapikey", kind="key", grade="mixed"),
    _Taker(
        "nuget nuget.exe choco dotnet",
        _apart("-k", "--api-key", "-ApiKey", "-p", "-Password", "--password"),
        after=r"\s++(?:nuget\s++)?(?:push|sources?|add\s++source|apikey)\b",
        kind="key",
        grade="word",
    ),
    _Taker("nuget nuget.exe", rf"\s\S*?\.nupkg\s++{VALUE}", after=r"\s++push", kind="key", grade="mixed"),
    _Taker("dotnet", rf"\s[\"']?[\w:.-]++[\"']?\s++{VALUE}", after=r"\s++user-secrets\s++set", kind="secret"),
    _Taker(
        "cargo snyk wandb ngrok fly flyctl doctl railway sentry-cli deployctl surge expo eas codecov apify modal zenml comet "
        "neptune clearml dvc lightning vastai runpodctl replicate together gitpod infracost checkov vault tfc bw rclone mvn "
        "hcloud scw civo linode-cli snapcraft kaggle hf huggingface-cli datalad pulumi teleport tailscale zerotier-cli "
        "cloudflared ngc polyaxon llm stripe twilio shodan censys vt vtcli wpscan gau httpx nuclei amass nikto",
        _arg(1),
        after=r"\s++(?:login|auth\s++(?:token|login|init|add)|authtoken|config\s++add-authtoken|auth|obscure|init\s++--token|set-token|set-key|add-authtoken|config\s++apikey\s++set|config\s++set\s++apikey|apikey\s++set|config\s++set\s++api|keys\s++set\s++\S++)(?![\w:-])",
        kind="token",
        grade="mixed",
    ),
    _Taker("mvn mvnw", _apart("--encrypt-master-password", "-emp", "--encrypt-password", "-ep")),
    _Taker("rclone", _arg(1), after=r"\s++obscure"),
    _Taker("snyk", _arg(1), after=r"\s++auth", kind="token", grade="word"),
    _Taker("bw", _arg(1), after=r"\s++unlock"),
    _Taker("fly flyctl cargo", _arg(1), after=r"\s++(?:auth\s++token|login)", kind="token"),
    _Taker("bw bitwarden", _arg(2), after=r"\s++login"),
    _Taker("kaggle", _apart("-v"), after=r"\s++config\s++set[^|;\n]{0,200}?\skey\b", kind="key"),
    _Taker("llm", _apart("--value"), after=r"\s++keys\s++set", kind="key"),
    _Taker(
        "rclone",
        rf"\s(?:pass|password|key|secret_access_key|token|client_secret|bearer_token|api_key|service_account_credentials|password2)[\s=]++{VALUE}",
        after=r"\s++config\s++(?:create|update|password)",
    ),
    _Taker("mc mcli", r"\A\s++\S++\s++\S*?://\S++\s++\S++\s++" + VALUE, after=r"\s++(?:alias\s++set|config\s++host\s++add)", kind="key"),
    _Taker(
        "s3cmd s5cmd swift b2 rados radosgw-admin obsutil ossutil coscli qshell aliyun",
        _apart("--secret_key", "-K", "-k", "--secret-key", "--secret", "-i\\s++\\S++\\s++-k"),
        kind="key",
        grade="mixed",
    ),
    _Taker("b2 qshell", _arg(2), after=r"\s++(?:account\s++authorize|authorize[-_]account|account)", kind="key", grade="mixed"),
    _Taker("netlify vercel now surge", _apart("--auth", "-t", "--token", "-a"), kind="token", grade="mixed"),
    _Taker("jenkins-cli jenkins-cli.jar jcli http https xh httpie xhs mvnd", _pair(":", "-auth", "-a", "--auth")),
    _Taker("http https xh xhs", _apart("-a", "--auth"), kind="bearer-token", grade="mixed"),
    _Taker("gem", _apart("-k", "--key", "--otp"), kind="key", grade="mixed"),
    _Taker(
        "ansible-vault",
        r"\A(?:\s++(?:--(?:vault-id|name|vault-password-file|encrypt-vault-id|stdin-name)|-n)(?:\s++|=)(?:'[^'\n]*+'|\S++)|\s++-[\w-]++)*+"
        + rf"\s++{VALUE}",
        after=r"\s++encrypt_string",
        kind="secret",
    ),
    _Taker("sops", r"--set\s++'?\\?\"?(?:\[\\?[\"'][\w.-]++\\?[\"']\])++\s++" + rf"\\?\"{FRESH}([^\"\\\n]++)", kind="secret"),
    _Taker("yq jq dasel", rf"(?i:pass\w*|secret|token|\w*key|pwd|pw)\"?\]?\s*+=\s*+\\?\"{FRESH}([^\"\n\\$]++)", kind="secret"),
    _Taker("p4", _apart("-P"), grade="word"),
    # The web.
    _Taker("curl curl.exe curlie", rf"(?<=\s)(?:{_CURL_FLAGS}b|--cookie)[\s=]*+{_FIELD}", kind="cookie"),
    _Taker(
        "curl curl.exe wget lftp curlie aria2c httpie youtube-dl yt-dlp",
        _pair(":", rf"{_CURL_FLAGS}[uU]", "--user", "--proxy-user", "--http-user"),
    ),
    _Taker("curl curl.exe", _pair(":", "-E", "--cert", "--proxy-cert"), grade="cert"),
    _Taker("youtube-dl yt-dlp gallery-dl", _apart("-p", "--video-password", "--ap-password")),
    _Taker("htpasswd", r"\A(?:\s++-[ncbBCmdspv25i]*n[a-zA-Z]*)(?:\s++-\S++|\s++\d+(?=\s))*+\s++[^\s-]\S*+\s++" + VALUE),
    _Taker("htpasswd", r"\A(?:\s++-[a-mo-zA-Z]*b[a-mo-zA-Z]*)(?:\s++-\S++)*+\s++[^\s-]\S*+\s++[^\s-]\S*+\s++" + VALUE),
    _Taker(
        "swaks sendemail mailsend s-nail mutt mailx sendEmail msmtp fetchmail getmail imapsync offlineimap",
        _apart("-ap", "--auth-password", "-xp", "--password1", "--password2", "-pass", "--passw"),
        grade="value",
    ),
    _Taker("curl", rf"(?<=\s)(?:-u|--user)[\s=]*+[\"']?{FRESH}([\w.-]{{16,}}):(?=[\"'\s]|\Z)", kind="key", grade="random"),
    _Taker("doveadm", _apart("-p"), after=r"\s++pw"),
    _Taker("doveadm", _arg(2), after=r"\s++auth\s++(?:test|login)"),
    _Taker("saslpasswd2 setup.sh dms", _arg(2), after=r"\s++email\s++(?:add|update)"),
    # Accounts, machines, wallets, devices.
    _Taker("useradd usermod adduser newusers groupmod", _apart("-p", "--password")),
    _Taker("dscl", rf"-passwd\s++\S++\s++(?:{_WORD}\s++(?=\S++\s*+$))?{VALUE}"),
    _Taker("security", _apart("-p"), after=r"\s++(?:unlock|create|set)-keychain"),
    _Taker("virsh qm pct vncdo incus virt-install vboxmanage", _apart("--newpassword", "--cipassword"), grade="word"),
    _Taker("virsh", _arg(3), after=r"\s++set-user-password"),
    _Taker("locksettings", _arg(1), after=r"\s++set-(?:password|pin|pattern)"),
    _Taker(
        "bitcoin-cli litecoin-cli dogecoin-cli bitcoin-cli.exe dash-cli zcash-cli",
        _arg(1),
        after=r"[^|;\n]{0,200}?\bwalletpassphrase(?!change)",
    ),
    _Taker(
        "bitcoin-cli litecoin-cli dogecoin-cli dash-cli zcash-cli",
        _arg(1),
        after=r"[^|;\n]{0,200}?\b(?:encryptwallet|importprivkey|walletpassphrasechange|sethdseed\s++\w++)",
        kind="key",
    ),
    _Taker("bitcoin-cli litecoin-cli dogecoin-cli dash-cli", _arg(2), after=r"[^|;\n]{0,200}?\bwalletpassphrasechange"),
    _Taker(
        "cast forge geth hardhat brownie solana near anchor sui aptos seth ethkey",
        _apart("--private-key", "--mnemonic", "--pk", "--seed", "--password", "--unsafe-password", "--mnemonic-passphrase"),
        kind="key",
        grade="value",
    ),
    _Taker("cast", _arg(1), after=r"\s++wallet\s++(?:address|import|sign)", kind="key", grade="random"),
    _Taker(
        "rcon mcrcon rcon-cli srcds_run srcds rconclt", _apart("-p", "--password", r"\+rcon_password", r"\+sv_password", "-P"), grade="word"
    ),
    _Taker("wg awg", rf"(?:private-key|preshared-key)\s++<\(\s*+(?:echo|printf)\s++{VALUE}", kind="key"),
    _Taker("tailscale headscale netbird zerotier", _apart("--auth-?key", "--setup-key", "-k"), kind="key", grade="value"),
    _Taker("expect", rf"\bset\s++(?:pass\w*|pw|pwd)\s++\\?{VALUE}"),
    _Taker(
        "nordvpn expressvpn mullvad openfortivpn globalprotect vpnc protonvpn-cli sstpc pptpsetup",
        _apart("-p", "--password", "--token", "-u\\s++\\S++\\s++-p"),
        grade="word",
    ),
    _Taker("mullvad nordvpn", _arg(1), after=r"\s++(?:account\s++login|login\s++--token)", grade="word"),
    _Taker("smbclient", rf"\A\s++[\"']?[/\\]{{2,4}}[^\s'\"]++[\"']?\s++{VALUE}", grade="word"),
    _Taker("steamcmd", rf"\+login\s++\S++\s++(?!\+){VALUE}"),
    _Taker("confluent", _arg(2), after=r"\s++api-key\s++store", kind="key"),
    _Taker("xcrun altool notarytool", _apart("-p", "--password")),
    _Taker("codecov codacy coveralls deepsource", _apart("-t", "--token"), kind="token", grade="mixed"),
    _Taker("knife zabbix-cli zabbix_sender chef", _apart("-P", "-p"), grade="mixed"),
    _Taker("govc", _pair(":", "-l")),
    _Taker("nsupdate dig delv", rf"\s-y\s*+(?:[\w-]++:)?[\w.-]++:{VALUE}", kind="key"),
    _Taker("oathtool", r"(?<=\s)([A-Za-z2-7]{16,}=*|[0-9a-f]{20,})(?=\s|\Z)", kind="key"),
    _Taker("mkpasswd", _arg(1, r"(?:-m|-S|-R|-s)\s++\S++|\s*+-{1,2}[\w-]++(?:=\S*+)?"), grade="word"),
    _Taker("cloudflared", _arg(1), after=r"\s++service\s++install", kind="token"),
    _Taker("radtest", _arg(2)),
    _Taker("radtest", _arg(5)),
    _Taker("kopia", _apart("-p"), grade="mixed"),
)


def _as_rule(taker: _Taker) -> Rule:
    names = taker.programs.split()
    word = re.compile(rf"(?<![\w.$@=-])(?:{'|'.join(map(re.escape, names))})(?=[\s\"']|\Z){taker.after}")
    way = taker.way if isinstance(taker.way, _Way) else _Way(taker.way)
    return Rule(taker.kind, tuple(names), re.compile(way.expression), taker.grade, word, way.needs)


TAKERS = tuple(map(_as_rule, _TAKERS))
