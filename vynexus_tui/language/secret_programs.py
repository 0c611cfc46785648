"""The table of programs: which option or which position takes a secret.

An option may be glued to its value (`-pX`), apart (`-p X`, `-p=X`) or either; positions count words that are no options.
"""

from typing import NamedTuple

from vynexus_tui.language.secret_rules import CURL_FLAGS, FIELD, FRESH, VALUE, WORD, Way, apart, arg, glued, opt, pair


class Row(NamedTuple):
    """Programs that take a secret in the same way."""

    programs: str
    """Names, one space apart; what may follow each is `after`."""
    way: Way | str
    after: str = ""
    kind: str = "password"
    grade: str = "any"


ROWS = (
    # Databases, brokers, directories.
    Row(
        "mysql mariadb mysqldump mariadb-dump mysqladmin mariadb-admin mysqlimport mysqlshow mysqlcheck mysqlsh mycli mytop "
        "mydumper xtrabackup innobackupex mysql_upgrade mysqlbinlog mysqlpump mysqlslap myloader pt-query-digest mariadbd "
        "mysql_secure_installation",
        glued("-p(?!rint|rotocol|ort)"),
    ),
    Row("mysqladmin mariadb-admin", rf"\spassword\s++{VALUE}"),
    Row("mycli litecli mydumper myloader mssql-cli pgcli innobackupex", apart("-p", "-P"), grade="mixed"),
    Row("redis-cli valkey-cli keydb-cli redis-benchmark", opt("-a", "--pass")),
    Row("redis-cli valkey-cli keydb-cli", Way(rf"\s[\"']?>{FRESH}([^\s'\"]++)", (">",)), after=r"(?i:[^|;\n]{0,100}?\sacl\s++setuser)"),
    Row("redis-cli valkey-cli keydb-cli", rf"\s(?:AUTH|auth)(?:\s++[\w-]++)?\s++{VALUE}"),
    Row("mongo mongosh mongodump mongorestore mongoimport mongoexport mongostat mongotop mongofiles", opt("-p(?!ort)")),
    Row(
        "cqlsh clickhouse cypher-shell rabbitmqadmin beeline nodetool dsbulk influx sqlcl solr es2csv nuodb vsql gsql hdbsql "
        "arangosh couchbase-cli cbq db2 isql-fb taos tdengine hive trino presto snowsql impala-shell kcadm.sh asadm aql "
        "memcached-cli tarantoolctl nats mqtt-cli mqttx cbimport cbexport cbbackupmgr cbc",
        apart("-p", "--pw", "-w", "--secret"),
        grade="word",
    ),
    Row("vsql fbsql isql-fb gbak gfix hdbsql", opt("-w", "-password", "-pas\\w*", "-p"), grade="word"),
    Row("sqlcmd bcp tsql osql fisql sqsh isql freebcp mssql-cli defncopy", opt("-P")),
    Row("mysqlsh", rf"(?<=[\s'\"=])[\w.%+-]++:(?!//){FRESH}([^\s@'\"]++)(?=@)"),
    Row("influx ntfy gotify doctl flyctl fly", apart("-t", "--access-token"), kind="token", grade="mixed"),
    Row("kadmin kadmin.local ipa-client-install ipa-server-install ipa-replica-install", apart("-w", "-a", "--ds-password"), grade="word"),
    Row("isql iusql", arg(3), grade="word"),
    Row(
        "sqlplus sqlldr expdp impdp rman sqlcl dgmgrl",
        rf"[\s=][\"']?[\w.#$]++/(?!/)[\"']?{FRESH}([^\s@/'\"]++)",
        grade="word",
    ),
    Row("db2", r"\busing\s++" + VALUE, after=r"\s++[\"']?connect\s++to\s++\S++\s++user\s++\S++"),
    Row("ldapsearch ldapadd ldapmodify ldapdelete ldappasswd ldapwhoami ldapcompare ldapmodrdn ldapexop ldapvi", opt("-w")),
    Row("ldappasswd", opt("-s", "-a")),
    Row("slappasswd dsconf dsidm pdbedit samba-tool", apart("-s", "-w", "--newpassword"), grade="word"),
    Row("samba-tool", arg(2), after=r"\s++user\s++(?:create|add)", grade="mixed"),
    Row("rabbitmqctl", arg(2), after=r"\s++(?:-\w\s++\S++\s++)?(?:add_user|change_password|authenticate_user)"),
    Row("mosquitto_pub mosquitto_sub mosquitto_rr mqtt", apart("-P", "-pw")),
    Row("mosquitto_passwd", r"\s-[a-zA-Z]*b[a-zA-Z]*" + arg(3).expression[2:]),
    # Remote machines and shares.
    # Behind its first word that is no option stand another program's options.
    Row("sshpass", rf"\A(?:\s++-(?:[fdP]\s*+{WORD}|[evhV]++))*+\s++-p\s*+{VALUE}"),
    Row("plink pscp psftp putty kitty", apart("-pw", "-passphrase")),
    Row(
        "xfreerdp xfreerdp3 wlfreerdp sdl-freerdp mstsc rdesktop wfreerdp remmina cmdkey signtool runas psexec psexec64 wmic schtasks net1",
        rf"(?<=[\s'\"])/(?:p|rp|pass|password|gp|pth)(?::|\s++){VALUE}",
        grade="word",
    ),
    Row(
        "rdesktop psexec psexec64 evil-winrm crackmapexec netexec nxc cme hydra winrs x11vnc tightvncviewer "
        "vncsnapshot smbmap medusa ncrack",
        apart("-p", "-passwd"),
        grade="word",
    ),
    Row("net", rf"\\\\\S++\s++{VALUE}", after=r"\s++use", grade="value"),
    Row("net", rf"\s/user:\S++\s++{VALUE}", after=r"\s++use", grade="value"),
    Row("net", arg(2), after=r"\s++user", grade="word"),
    Row(
        "smbclient smbmap rpcclient smbget smbcacls smbtree net smbcquotas wmiexec winexe wmic nmblookup",
        pair("%", "-U", "--user"),
    ),
    Row(
        "impacket-psexec impacket-wmiexec impacket-smbexec impacket-secretsdump impacket-smbclient impacket-mssqlclient "
        "impacket-atexec impacket-dcomexec impacket-getuserspns impacket-getnpusers psexec.py getnpusers.py lookupsid.py getadusers.py finddelegation.py wmiexec.py smbexec.py "
        "secretsdump.py smbclient.py mssqlclient.py atexec.py getuserspns.py gettgt.py impacket-gettgt",
        rf"\s[\"']?[\w./\\-]++:[\"']?{FRESH}([^\s'\"@]++)[\"']?(?=@|\s|\Z)",
    ),
    Row("lftp", rf"-u\s*+[\"']?[^\s,'\"$]++,{FRESH}([^\s'\";]++)"),
    Row("ncftp ncftpput ncftpget", apart("-p"), grade="word"),
    Row("mount.cifs mount", rf"\bpass(?:word|wd)?\d?={FRESH}([^\s,'\"]++)"),
    Row("ipmitool", opt("-P")),
    Row(
        "ipmiutil ipmi-power ipmipower ipmi-chassis racadm ipmiconsole bmc-info ipmi-sensors ilorest redfishtool onecli hponcfg storcli",
        apart("-P", "-p"),
        grade="word",
    ),
    Row("snmpwalk snmpget snmpset snmpbulkwalk snmpgetnext snmptrap snmpbulkget snmptable snmpdf snmpinform snmpstatus", apart("-A", "-X")),
    Row(
        "snmpwalk snmpget snmpset snmpbulkwalk snmpgetnext snmptrap snmpbulkget snmptable snmpdf snmpinform snmpstatus",
        apart("-c"),
        kind="secret",
        grade="community",
    ),
    # Wireless, disks, archives, documents, signing.
    Row(
        "nmcli",
        rf"(?<!-g)(?<!-f)(?<!-fields)(?<!-values)\s(?:[\w.-]*+(?:(?<=[.\s]psk)|(?<=password))|wep-key\d|[\w.-]++(?<=wep-key\d))\s++{VALUE}",
    ),
    Row("wpa_passphrase", arg(2)),
    Row("wpa_cli", rf"\b(?:psk|password|wep_key\d)\s++(?:'\")?{VALUE}", grade="word"),
    Row("iwctl connmanctl", opt("--passphrase", "-P")),
    Row("iwconfig", rf"\s(?:key|enc)\s++(?:s:)?(?!on|off|open|restricted|any){VALUE}", kind="key"),
    Row("iw", rf"\skeys?\s++(?:d:)?\d:{VALUE}", kind="key"),
    Row("networksetup", arg(3), after=r"\s++-setairportnetwork"),
    Row("netsh", rf"\bkey(?:material)?={VALUE}"),
    Row("openssl", apart("-k", "-K", "-psk", "-pass(?!in|out)", "-hmac", "-macopt", "-srppass", "-key(?=\\s++\\w++:)"), grade="key"),
    Row("openssl", rf"-macopt\s++(?:hex)?key:{VALUE}", kind="key"),
    Row("openssl", arg(1, r"(?:-salt\s++\S++|-\S++)"), after=r"\s++passwd"),
    Row("zip unzip zipcloak funzip zipnote", opt("-P(?!r)")),
    Row("7z 7za 7zr 7zz p7zip", glued("-p")),
    Row("rar unrar unar lsar arj", glued("-hp", "-p(?!-)")),
    Row("unar lsar zpaq", apart("-p", "-password", "-key")),
    Row("qpdf", rf"--encrypt\s++(?!--){VALUE}"),
    Row("qpdf", r"--encrypt\s++(?!--)" + WORD + rf"\s++{VALUE}"),
    Row("pdftk", rf"\b(?:input_pw|owner_pw|user_pw)\s++(?:\w=)?{VALUE}"),
    Row(
        "pdftotext pdftoppm pdfinfo pdfimages pdftocairo pdftohtml pdffonts gs",
        apart("-upw", "-opw", "-sPDFPassword", "-sUserPassword", "-sOwnerPassword"),
        grade="word",
    ),
    Row(
        "keytool jarsigner apksigner signtool osslsigncode productsign codesign zipalign signcode",
        apart(r"-\w{0,12}?(?:store|key)pass", "-pass", "/p", "-storepasswd"),
        grade="value",
    ),
    Row("keytool", apart("-new"), grade="value"),
    Row("apksigner apkanalyzer jarsigner uber-apk-signer", apart(r"--(?:ks|key)-?pass(?:word)?", "--ksPass", "--ksKeyPass"), grade="value"),
    Row("ssh-keygen ssh-keyscan", opt("-N", "-P")),
    Row("security", apart("-p", "-w", "-P", "-k", "-X"), after=r"\s++(?:import|add-\S+|set-key\S*|\w+-keychain)(?=\s)", grade="word"),
    Row("steghide outguess openstego", apart("-p"), grade="word"),
    Row("ccrypt aescrypt", apart("-K", "-p"), grade="word"),
    Row("pk12util certutil", apart("-W", "-K", "-importpfx\\s++-p"), grade="word"),
    Row("p11tool pkcs11-tool softhsm2-util ykman", apart("--pin", "--so-pin", "--new-pin", "--puk"), grade="value"),
    # Cloud, registries, packages, continuous integration.
    Row(
        "docker podman nerdctl helm crane oras buildah skopeo oc az twine poetry rancher cf ibmcloud argocd regctl",
        opt("-p(?![a-z])", "-psw", "--pw"),
        after=r"(?!\s++(?:run|exec|create|compose|build|start|logs|ps|install|upgrade|template)\s)[^|;\n]{0,200}?\b(?:login|publish|upload|registry\s++login|service-principal|push|auth|repo\s++add)\b",
    ),
    Row("login", opt("-p(?![a-z]+[ =-])"), grade="word"),
    Row("twine flit maturin", apart("-p"), grade="word"),
    Row(
        "skopeo buildah podman crane ctr nerdctl oras dockertags",
        rf"(?:--(?:src-|dest-)?creds|--user|-u)[\s=]++[\"']?[^\s:'\"$]++:{FRESH}([^\s'\"]++)",
    ),
    Row("vault", rf"\s(?:-\S++\s++)*+{VALUE}", after=r"\s++(?:login|unwrap|operator\s++unseal)", kind="token", grade="mixed"),
    Row("vault", rf"\s{FIELD}", after=r"\s++(?:kv\s++(?:put|patch)|write\s++secret/\S++)", kind="secret", grade="made"),
    Row(
        "consul etcdctl nomad zk",
        rf"\s[\w./-]*(?:pass(?:word|wd)?|secret|token|(?<!sort.)(?<!cache.)(?<!public.)key|pwd|credentials?)\s++{VALUE}",
        after=r"\s++(?:kv\s++)?(?:put|set)",
        grade="word",
    ),
    Row("etcdctl influx arangosh couch elasticdump httpstat ab wrk vegeta newman k6 siege hey", pair(":", "--user", "-A", "-a")),
    Row("aws", apart("--value"), after=r"\s++ssm\s++put-parameter(?=[^|;\n]{0,200}?(?:SecureString|pass|secret|token|key))", kind="secret"),
    Row(
        "az",
        apart("--value", "-p"),
        after=r"\s++(?:keyvault\s++secret\s++set|login|acr\s++login|sql|mysql|postgres)\b",
        kind="secret",
        grade="word",
    ),
    Row("chamber ssm confd", arg(3), after=r"\s++write", kind="secret"),
    Row(
        "doppler infisical railway vercel netlify wrangler flyctl fly heroku encore supabase dokku",
        rf"\s{FIELD}",
        after=r"\s++(?:apps?:)?(?:secrets?\s++(?:set|add)|variables?\s++--?set|variables?\s++set|secrets:set|secrets\s++import)",
        kind="secret",
        grade="word",
    ),
    Row(
        "netlify railway cf gitpod gp",
        rf"\s[A-Za-z_]*+(?:PASS|SECRET|TOKEN|KEY|PWD)\w*+\s++{VALUE}",
        after=r"\s++(?:env:set|variables|set-env|env)",
        kind="secret",
    ),
    Row(
        "kubectl oc create",
        Way(rf"(?:\s|\A)--from-literal[\s=]++{FIELD}", ("--from-literal",)),
        after=r"[^|;\n]{0,200}?\bsecret\b[^|;\n]{0,200}?(?=--from-literal)",
        kind="secret",
    ),
    Row(
        "gh glab",
        apart("-b", "--body", "--value", "-v"),
        after=r"\s++secret\s++(?:set|update|create)",
        kind="secret",
        grade="word",
    ),
    Row("glab", arg(2), after=r"\s++variable\s++(?:set|update)", kind="secret", grade="word"),
    Row(
        "circleci buildkite-agent travis drone woodpecker-cli tkn semaphore sem bitrise codemagic",
        arg(1),
        after=r"\s++(?:setup\s++--token|encrypt|login|secret\s++(?:add|create))",
        kind="secret",
        grade="mixed",
    ),
    Row("travis drone woodpecker-cli", rf"(?:--data|--value|--token|-t|-e)[\s=]++{VALUE}", kind="secret", grade="mixed"),
    Row(
        "npm pnpm yarn bun",
        Way(rf"_(?:authToken|auth|password)[\s=]++{VALUE}", ("_auth", "_password")),
        after=r"\s++config\s++set",
        kind="token",
    ),
    Row(
        "composer",
        rf"\s(?:http-basic|forgejo-token|bitbucket-oauth|gitlab-token|custom-headers)\.\S++\s++\S++\s++{VALUE}",
        after=r"\s++config",
        kind="password",
    ),
    Row("composer", rf"\s(?:github-oauth|gitlab-oauth|gitlab-token|bearer)\.\S++\s++{VALUE}", after=r"\s++config", kind="token"),
    Row("poetry", rf"\s(?:http-basic\.\S++\s++\S++|pypi-token\.\S++)\s++{VALUE}", after=r"\s++config"),
    Row("bundle", rf"\s[\w.:/-]++\s++[\"']?[\w.@-]++:{FRESH}([^\s'\"]++)", after=r"\s++config"),
    Row("nuget choco", arg(1), after=r"\s++setapikey", kind="key", grade="mixed"),
    Row(
        "nuget choco dotnet",
        apart("-k", "--api-key", "-ApiKey", "-p", "-Password", "--password"),
        after=r"\s++(?:nuget\s++)?(?:push|sources?|add\s++source|apikey)\b",
        kind="key",
        grade="word",
    ),
    Row("nuget", rf"\s\S*?\.nupkg\s++{VALUE}", after=r"\s++push", kind="key", grade="mixed"),
    Row("dotnet", rf"\s[\"']?[\w:.-]++[\"']?\s++{VALUE}", after=r"\s++user-secrets\s++set", kind="secret"),
    Row(
        "cargo snyk wandb ngrok fly flyctl doctl railway sentry-cli deployctl surge expo eas codecov apify modal zenml comet "
        "neptune clearml dvc lightning vastai runpodctl replicate together gitpod infracost checkov vault tfc bw rclone mvn "
        "hcloud scw civo linode-cli snapcraft kaggle hf huggingface-cli datalad pulumi teleport tailscale zerotier-cli "
        "cloudflared ngc polyaxon llm stripe twilio shodan censys vt vtcli wpscan gau httpx nuclei amass nikto",
        arg(1),
        after=r"\s++(?:login|auth\s++(?:token|login|init|add)|authtoken|config\s++add-authtoken|auth|obscure|init\s++--token|set-token|set-key|add-authtoken|config\s++apikey\s++set|config\s++set\s++apikey|apikey\s++set|config\s++set\s++api|keys\s++set\s++\S++)(?![\w:-])",
        kind="token",
        grade="mixed",
    ),
    Row("mvn mvnw", apart("--encrypt-master-password", "-emp", "--encrypt-password", "-ep")),
    Row("rclone", arg(1), after=r"\s++obscure"),
    Row("snyk", arg(1), after=r"\s++auth", kind="token", grade="word"),
    Row("bw", arg(1), after=r"\s++unlock"),
    Row("fly flyctl cargo", arg(1), after=r"\s++(?:auth\s++token|login)", kind="token"),
    Row("bw bitwarden", arg(2), after=r"\s++login"),
    Row("kaggle", apart("-v"), after=r"\s++config\s++set[^|;\n]{0,200}?\skey\b", kind="key"),
    Row("llm", apart("--value"), after=r"\s++keys\s++set", kind="key"),
    Row(
        "rclone",
        rf"\s(?:pass|password|key|secret_access_key|token|client_secret|bearer_token|api_key|service_account_credentials|password2)[\s=]++{VALUE}",
        after=r"\s++config\s++(?:create|update|password)",
    ),
    Row("mc mcli", arg(3), after=r"\s++admin\s++user\s++add", kind="key", grade="word"),
    Row("postconf", rf"\bstatic:[^\s:]++:{VALUE}"),
    Row("defaults", rf"(?i:pass\w*|secret|token|\w*key)\s++-string\s++{VALUE}", after=r"\s++write", kind="secret", grade="mixed"),
    # Licences: a key is the only argument.
    Row("pro ua ubuntu-advantage", arg(1), after=r"\s++attach", kind="token", grade="mixed"),
    Row("anydesk", apart("--register-license"), kind="key"),
    Row("maas", arg(3), after=r"\s++login", kind="key", grade="mixed"),
    Row("supabase", apart("-p"), after=r"\s++(?:link|db)\b", grade="mixed"),
    Row("teamviewer", arg(1), after=r"\s++passwd"),
    Row("gitlab-runner act_runner", apart("-r"), after=r"\s++register", kind="token", grade="mixed"),
    Row("act", rf"\s(?:-s|--secret)[\s=]*+{FIELD}", kind="secret"),
    Row("certutil", apart("-p"), after=r"(?=[^|;\n]{0,200}-importpfx)", grade="word"),
    Row("caddy", apart("--plaintext", "-p"), after=r"\s++hash-password"),
    Row("suseconnect registercloudguest transactional-update", apart("-r", "--regcode"), kind="key", grade="mixed"),
    Row("slmgr slmgr.vbs cscript", rf"\s[/-]ipk\s++{VALUE}", kind="key"),
    Row("splunk", pair(":", "-auth", "--auth")),
    Row("mc mcli", r"\A\s++\S++\s++\S*?://\S++\s++\S++\s++" + VALUE, after=r"\s++(?:alias\s++set|config\s++host\s++add)", kind="key"),
    Row(
        "s3cmd s5cmd swift b2 rados radosgw-admin obsutil ossutil coscli qshell aliyun",
        apart("--secret_key", "-K", "-k", "--secret-key", "--secret", "-i\\s++\\S++\\s++-k"),
        kind="key",
        grade="mixed",
    ),
    Row("b2 qshell", arg(2), after=r"\s++(?:account\s++authorize|authorize[-_]account|account)", kind="key", grade="mixed"),
    Row("netlify vercel now surge", apart("--auth", "-t", "--token", "-a"), kind="token", grade="mixed"),
    Row("jenkins-cli jenkins-cli.jar jcli http https xh httpie xhs mvnd", pair(":", "-auth", "-a", "--auth")),
    Row("http https xh xhs", apart("-a", "--auth"), kind="bearer-token", grade="mixed"),
    Row("http https xh xhs", rf"\s(?:-A|--auth-type)[\s=]*+bearer\s[^|;\n]{{0,80}}?(?:-a|--auth)[\s=]++{VALUE}", kind="bearer-token"),
    Row("gem", apart("-k", "--key", "--otp"), kind="key", grade="mixed"),
    Row(
        "ansible-vault",
        r"\A(?:\s++(?:--(?:vault-id|name|vault-password-file|encrypt-vault-id|stdin-name)|-n)(?:\s++|=)(?:'[^'\n]*+'|\S++)|\s++-[\w-]++)*+"
        + rf"\s++{VALUE}",
        after=r"\s++encrypt_string",
        kind="secret",
    ),
    Row("sops", r"--set\s++'?\\?\"?(?:\[\\?[\"'][\w.-]++\\?[\"']\])++\s++" + rf"\\?\"{FRESH}([^\"\\\n]++)", kind="secret"),
    Row("yq jq dasel", Way(rf"(?i:pass\w*|secret|token|\w*key|pwd|pw)\"?\]?\s*+=\s*+\\?\"{FRESH}([^\"\n\\$]++)", ("=",)), kind="secret"),
    Row("p4", apart("-P"), grade="word"),
    # The web.
    Row("curl curlie", Way(rf"-(?<=\s-)(?:{CURL_FLAGS[1:]}b|-cookie)[\s=]*+{FIELD}", ("=",)), kind="cookie"),
    Row(
        "curl wget lftp curlie aria2c httpie youtube-dl yt-dlp",
        pair(":", rf"{CURL_FLAGS}[uU]", "--user", "--proxy-user", "--http-user"),
    ),
    Row("curl", pair(":", "-E", "--cert", "--proxy-cert"), grade="cert"),
    Row("youtube-dl yt-dlp gallery-dl", apart("-p", "--video-password", "--ap-password")),
    Row("htpasswd", r"\A(?:\s++-[ncbBCmdspv25i]*n[a-zA-Z]*)(?:\s++-\S++|\s++\d+(?=\s))*+\s++[^\s-]\S*+\s++" + VALUE),
    Row("htpasswd", r"\A(?:\s++-[a-mo-zA-Z]*b[a-mo-zA-Z]*)(?:\s++-C\s++\d++|\s++-\S++)*+\s++[^\s-]\S*+\s++[^\s-]\S*+\s++" + VALUE),
    Row(
        "swaks sendemail mailsend s-nail mutt mailx sendEmail msmtp fetchmail getmail imapsync offlineimap",
        apart("-ap", "--auth-password", "-xp", "--password1", "--password2", "-pass", "--passw"),
        grade="value",
    ),
    Row(
        "curl",
        Way(rf"-(?<=\s-)(?:u|-user)[\s=]*+[\"']?{FRESH}([\w.-]{{16,}}):(?=[\"'\s]|\Z)", ("-u", "--user")),
        kind="key",
        grade="random",
    ),
    Row("doveadm", apart("-p"), after=r"\s++pw"),
    Row("doveadm", arg(2), after=r"\s++auth\s++(?:test|login)"),
    Row("saslpasswd2 setup.sh dms", arg(2), after=r"\s++email\s++(?:add|update)"),
    # Accounts, machines, wallets, devices.
    Row("useradd usermod adduser newusers groupmod", apart("-p", "--password")),
    Row("dscl", rf"-passwd\s++\S++\s++{WORD}\s++{VALUE}"),
    Row("dscl", rf"-passwd\s++\S++\s++{VALUE}"),
    Row("security", apart("-p"), after=r"\s++(?:unlock|create|set)-keychain"),
    Row("virsh qm pct vncdo incus virt-install vboxmanage", apart("--newpassword", "--cipassword"), grade="word"),
    Row("virsh", apart("--base64"), after=r"\s++secret-set-value", kind="secret"),
    Row("virsh", arg(3), after=r"\s++set-user-password"),
    Row("locksettings", arg(1), after=r"\s++set-(?:password|pin|pattern)"),
    Row(
        "bitcoin-cli litecoin-cli dogecoin-cli dash-cli zcash-cli",
        arg(1),
        after=r"[^|;\n]{0,200}?\bwalletpassphrase(?!change)",
    ),
    Row(
        "bitcoin-cli litecoin-cli dogecoin-cli dash-cli zcash-cli",
        arg(1),
        after=r"[^|;\n]{0,200}?\b(?:encryptwallet|importprivkey|walletpassphrasechange|sethdseed\s++\w++)",
        kind="key",
    ),
    Row("bitcoin-cli litecoin-cli dogecoin-cli dash-cli", arg(2), after=r"[^|;\n]{0,200}?\bwalletpassphrasechange"),
    Row(
        "cast forge geth hardhat brownie solana near anchor sui aptos seth ethkey",
        apart("--private-key", "--mnemonic", "--pk", "--seed", "--password", "--unsafe-password", "--mnemonic-passphrase"),
        kind="key",
        grade="value",
    ),
    Row("cast", arg(1), after=r"\s++wallet\s++(?:address|import|sign)", kind="key", grade="random"),
    Row(
        "rcon mcrcon rcon-cli srcds_run srcds rconclt", apart("-p", "--password", r"\+rcon_password", r"\+sv_password", "-P"), grade="word"
    ),
    Row("wg awg", rf"(?:private-key|preshared-key)\s++<\(\s*+(?:echo|printf)\s++{VALUE}", kind="key"),
    Row("tailscale headscale netbird zerotier", apart("--auth-?key", "--setup-key", "-k"), kind="key", grade="value"),
    Row("expect", rf"\bset\s++(?:pass\w*|pw|pwd)\s++\\?{VALUE}"),
    Row(
        "nordvpn expressvpn mullvad openfortivpn globalprotect vpnc protonvpn-cli sstpc pptpsetup",
        apart("-p", "--password", "--token", "-u\\s++\\S++\\s++-p"),
        grade="word",
    ),
    Row("mullvad nordvpn", arg(1), after=r"\s++(?:account\s++login|login\s++--token)", grade="word"),
    Row("smbclient", rf"\A\s++[\"']?[/\\]{{2,4}}[^\s'\"]++[\"']?\s++{VALUE}", grade="word"),
    Row("steamcmd", rf"\+login\s++\S++\s++(?!\+){VALUE}"),
    Row("confluent", arg(2), after=r"\s++api-key\s++store", kind="key"),
    Row("xcrun altool notarytool", apart("-p", "--password")),
    Row("codecov codacy coveralls deepsource", apart("-t", "--token"), kind="token", grade="mixed"),
    Row("knife zabbix-cli zabbix_sender chef", apart("-P", "-p"), grade="mixed"),
    Row("govc", pair(":", "-l")),
    Row("nsupdate dig delv", rf"\s-y\s*+(?:[\w-]++:)?[\w.-]++:{VALUE}", kind="key"),
    Row("oathtool", r"(?<=\s)([A-Za-z2-7]{16,}=*|[0-9a-f]{20,})(?=\s|\Z)", kind="key"),
    Row("mkpasswd", arg(1, r"(?:-m|-S|-R|-s)\s++\S++|\s*+-{1,2}[\w-]++(?:=\S*+)?"), grade="word"),
    Row("cloudflared", arg(1), after=r"\s++service\s++install", kind="token"),
    Row("radtest", arg(2)),
    Row("radtest", arg(5)),
    Row("kopia", apart("-p"), grade="mixed"),
)
