"""Where secrets lie: no trial may read these places. What a person adds or takes away is in the settings."""

MASKED_IN_HOME = """
    .ssh .gnupg .aws .azure .kube .docker .config/gcloud .config/gh .config/glab-cli .config/hub .config/doctl .config/rclone .oci
    .netrc .git-credentials .config/git/credentials .pgpass .my.cnf .mylogin.cnf .npmrc .yarnrc.yml .pypirc .gem/credentials
    .vault-token .password-store .terraform.d .terraformrc .cargo/credentials .cargo/credentials.toml .composer/auth.json .config/op
    .config/sops .age .config/age .m2/settings.xml .gradle/gradle.properties .boto .s3cfg .fly .config/heroku .config/containers
    .local/share/keyrings .local/share/kwalletd .kde/share/apps/kwallet .pki .electrum .bitcoin .ethereum
    .mozilla .thunderbird .config/google-chrome .config/chromium .config/BraveSoftware .config/microsoft-edge .config/vivaldi
    .config/opera .var/app .config/Signal .config/1Password .config/Bitwarden .config/keepassxc .config/Slack .config/discord
    .bash_history .zsh_history .zhistory .sh_history .histfile .python_history .node_repl_history .psql_history .mysql_history
    .sqlite_history .rediscli_history .lesshst .viminfo .local/share/fish/fish_history .local/share/atuin .local/share/recently-used.xbel
    .librewolf .zen snap .config/zen .config/hcloud .config/scw .config/wrangler .wrangler .config/netlify .local/share/com.vercel.cli
    .supabase .databrickscfg .snowsql .passage .config/borg .config/restic .config/rbw .local/share/gnupg .local/share/password-store
    .claude .claude.json .codex .gemini .config/github-copilot .ICEauthority .Xauthority
""".split()
MASKED_IN_SYSTEM = ("/etc/shadow", "/etc/gshadow", "/etc/shadow-", "/etc/gshadow-", "/etc/sudoers", "/etc/sudoers.d", "/etc/ssh")
