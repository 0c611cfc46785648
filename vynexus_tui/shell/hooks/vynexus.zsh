# VyNexus: records each finished command of an interactive zsh (5.2 or newer). Forks nothing at a prompt, starts no other program.
# Written by `vynexus hook install zsh`; `vynexus hook remove zsh` takes it away. Only the two paths and the switch below are filled in.
#
# Record, privacy, redaction and flags are those of vynexus.bash (flag z instead of b; zsh needs no flag d), and so is Alt-i:
#   "" VY1 seq start_us dur_us|- exit cpu_us|- flags cwd command seq.
typeset -ga __vy_all_export=() # an array is never exported
[[ ! -o all_export ]] || { __vy_all_export=(1); unsetopt all_export }
if [[ -o interactive && ${__vy_loaded-} != $$ && -z ${VYNEXUS_OFF-} ]] && zmodload zsh/datetime zsh/system 2>/dev/null; then
typeset -g __vy_state=${XDG_STATE_HOME:-$HOME/.local/state}/vynexus
typeset -g __vy_data=${XDG_DATA_HOME:-$HOME/.local/share}/vynexus
typeset -g __vy_cpu=1
typeset -g __vy_loaded=$$ __vy_mark= __vy_on=1 __vy_base= __vy_flags= __vy_command= __vy_cwd= __vy_stat=
typeset -gi __vy_seq=0 __vy_t0=0

# Does an AI agent type here? What agents set around their own commands; vynexus.bash says what is left out.
__vy_is_agent() {
    case ${AGENT-} in (amp|claude*|codex*|crush|cursor*|gemini*|goose|opencode|pi) return 0 ;; esac
    [[ -n ${AI_AGENT-}${AMP_CURRENT_THREAD_ID-}${ANTIGRAVITY_AGENT-}${AUGMENT_AGENT-}${CLAUDECODE-}${CLINE_ACTIVE-}${CODEX_CI-} ||
        -n ${CODEX_SANDBOX-}${CODEX_THREAD_ID-}${COPILOT_AGENT-}${COPILOT_CLI-}${CURSOR_AGENT-}${GEMINI_CLI-}${GOOSE_TERMINAL-} ||
        -n ${OPENCODE-}${PI_CODING_AGENT-}${QWEN_CODE-}${ROO_ACTIVE-}${TRAE_AI_SHELL_ID-} ]]
}

# The first prompt: names this shell's files, or turns recording off.
__vy_open() {
    local host=${HOST//[^A-Za-z0-9-]/_} boot= fd
    local -i now=$(( epochtime[1] * 1000000 + epochtime[2] / 1000 ))
    [[ -d $__vy_state/spool && -O $__vy_state/spool && ! -L $__vy_state/spool ]] || return 1
    [[ ! -r /proc/sys/kernel/random/boot_id ]] || IFS= read -r boot </proc/sys/kernel/random/boot_id
    __vy_flags=z
    if __vy_is_agent; then __vy_flags=za; fi
    __vy_base=$__vy_state/spool/$now-$$-$RANDOM$RANDOM@${host:-_}@${boot[1,8]}
    sysopen -w -m 0600 -o creat,trunc -u fd -- $__vy_state/aliases.zsh && { alias -L >&$fd; exec {fd}>&- }
    sysopen -w -m 0600 -o creat,trunc -u fd -- $__vy_state/functions.zsh && { print -rl -- ${(k)functions} >&$fd; exec {fd}>&- }
    return 0
}

# ---- secrets: only the value goes ----
# [x](#c20)[x]#, not [x](#c20,): for a count without end zsh calls itself once per character, and 4000 of them overflow a stack of 2 MB.

# Words in `command` that begin like START, go on for LENGTH characters and hold a digit or a capital: others are names.
__vy_hide_token() { # KIND LENGTH START [EXTRA]
    local mark="{{secret:$1}}" start=$3 part="[A-Za-z0-9_${4-}-]"
    command=${command//(#b)((#s)|[^A-Za-z0-9_-])(${~start}${~part}(#c$2)${~part}#)/$match[1]${${(M)match[2]:#*[0-9A-Z]*}:+$mark}${match[2]:#*[0-9A-Z]*}}
}

# What follows BEFORE (a pattern with one group) as the shell would read it: in '', in "" or bare. References, paths and switches stay.
__vy_hide_value() { # KIND LENGTH BEFORE
    local mark="{{secret:$1}}" before=$3 n=$'\n' s=$'\t\n '
    local spared="[\"']#([\$\`=~/-]*|.|./*|../*|[0-9](#c1,2)|true|false|null|none|yes|no|on|off|id=*|type=*|{{secret:*)"
    local single="[^'$n]" double="[^\"$n]" bare="[^$s'\"\`;&|<>()\\\\]"
    local value="([']$single(#c$2)$single#|[\"]$double(#c$2)$double#|$bare(#c$2)$bare#)"
    command=${command//(#b)(${~before})${~value}/$match[1]${${match[3]:#${~spared}}:+${(M)match[3]#[\"\']}$mark}${(M)match[3]:#${~spared}}}
}

# `command` without secrets of well-known shapes, empty for what must leave no trace.
__vy_redact() {
    setopt local_options extended_glob
    local long= mark='{{secret:password}}' user="://[^[:space:]/@:'\"\$\{]#:" spared='([$`]*|{{secret:*)'
    local name='((#s)|[^A-Za-z0-9_$-])[A-Za-z0-9_-]#(#i)' option='((#s)|[^A-Za-z0-9_-])-[A-Za-z-]#'
    local -a match mbegin mend
    if [[ " $command " == *[^A-Za-z0-9_.-](vy|vynexus)[[:blank:]]##(redact|forget)[[:space:]]* ]]; then
        command=
        return
    fi
    if (( $#command > 4096 )); then
        command=${${command%%[^A-Za-z0-9_./+-]*}[1,64]} long=' {{secret:long-line}}'
    fi
    command=${command/-----BEGIN*PRIVATE KEY*/${mark/password/private-key}}
    __vy_hide_token aws-key-id 16 'A[KS]IA'
    __vy_hide_token github-token 20 'gh[oprsu]_'
    __vy_hide_token github-token 20 github_pat_
    __vy_hide_token gitlab-token 16 glpat-
    __vy_hide_token slack-token 10 'xox[a-z]-'
    __vy_hide_token stripe-key 10 '([rs]k_live|sk_test)_'
    __vy_hide_token anthropic-key 16 sk-ant-
    __vy_hide_token openai-key 20 sk-
    __vy_hide_token huggingface-token 20 hf_
    __vy_hide_token npm-token 30 npm_
    __vy_hide_token pypi-token 32 pypi-
    __vy_hide_token google-key 30 AIza
    __vy_hide_token jwt 8 'eyJ[A-Za-z0-9_-](#c8)[A-Za-z0-9_-]#.' .
    __vy_hide_token sendgrid-key 32 SG. .
    __vy_hide_value bearer-token 12 '([Bb]earer) ##'
    command=${command//(#b)(${~user})([^[:space:]\/\'\"]##)@/$match[1]${${match[2]:#${~spared}}:+$mark}${(M)match[2]:#${~spared}}@}
    __vy_hide_value password 1 "${name}passw(#B)(ord|d)(#b)="
    __vy_hide_value token 1 "${name}token="
    __vy_hide_value secret 1 "${name}secret="
    __vy_hide_value key 1 "${name}(#B)(api|api[_-]|secret_|access_)(#b)key="
    __vy_hide_value password 1 "${option}password ##"
    __vy_hide_value token 1 "${option}token ##"
    __vy_hide_value password 1 '(sshpass) ##-p #'
    command+=$long
}

# ---- one command ----

# `vynexus record off [30m]` leaves a file with the second at which the pause ends, or an empty one.
__vy_is_paused() {
    local until=
    { read -r until <$__vy_state/paused } 2>/dev/null
    [[ $until != <-> ]] || (( until > EPOCHSECONDS ))
}

# The CPU time of all finished children, when preexec looked and now; zsh calls cost 10 us, so the ordinary case has none.
__vy_preexec() {
    emulate -LR zsh
    __vy_t0=0
    [[ -n $__vy_on && -n $1 && $1 != [[:blank:]]* && -n ${HISTFILE-} && -z ${VYNEXUS_OFF-} ]] || return 0
    [[ -z ${HISTORY_IGNORE-} || $1 != ${~HISTORY_IGNORE} ]] || return 0
    [[ ! -e $__vy_state/paused ]] || ! __vy_is_paused || return 0
    __vy_command=${1//$'\0'/} __vy_cwd=$PWD __vy_stat=
    # Not `read`: it takes the line byte by byte, which costs 0.2 ms.
    [[ -z $__vy_cpu ]] || sysread __vy_stat 2>/dev/null </proc/$$/stat || :
    __vy_t0=$(( epochtime[1] * 1000000 + epochtime[2] / 1000 ))
}

# CPU time of all finished children since __vy_stat was read -> cpu, in microseconds (ticks are of 10 ms); nothing without a /proc.
__vy_children() {
    local line=
    sysread line </proc/$$/stat || return
    local -a before=(${=__vy_stat##*\) }) after=(${=line##*\) })
    (( $#before < 15 )) || cpu=$(( (after[14] + after[15] - before[14] - before[15]) * 10000 ))
}

# The person's automations as this shell shall know them (shortcuts.sh says how): read when they are not the ones it has, and once more
# when compinit has emptied the completions.
__vy_look() {
    local file=$__vy_data/automations/shortcuts.sh
    if [[ -r $file && -O $file && ! -L $file ]]; then
        . $file
    elif [[ -n $__vy_mark ]]; then
        __vy_leave
    fi
}

# Before the first record of a chunk, and when a shortcut came or went since the last record: Tab shall know it. Makes a file of mode
# 0600. Fails when 20 files of 512 commands wait for a reader that never comes; the numbers go on, so what is not written then is
# counted as lost.
__vy_prepare() {
    local fd before=$chunk
    [[ -e $chunk ]] || before=$__vy_base.$(( __vy_seq / 512 - 1 ))
    # Not for the first record of all: it would take away what the person has put into the table.
    [[ ! -e $before || ! -e $__vy_data/automations || $__vy_data/automations -ot $before ]] || rehash
    [[ ! -e $chunk ]] || return 0
    local -a waiting=($__vy_base.<->(N))
    (( $#waiting < 20 )) || return 1
    sysopen -w -a -m 0600 -o creat -u fd -- $chunk && exec {fd}>&-
}

# First of all precmd functions, so that $? and the time are the command's own.
__vy_precmd() {
    local -i rc=$? now=$(( epochtime[1] * 1000000 + epochtime[2] / 1000 ))
    emulate -LR zsh
    [[ -n $__vy_on ]] || return 0
    [[ -n $__vy_base ]] || { __vy_open } 2>/dev/null || __vy_on=
    if (( __vy_t0 )) && [[ -n ${HISTFILE-} && -z ${VYNEXUS_OFF-} ]] && { [[ ! -e $__vy_state/paused ]] || ! __vy_is_paused }; then
        {
            local command=$__vy_command chunk=$__vy_base.$(( __vy_seq / 512 )) dur=$(( now - __vy_t0 )) cpu=-
            case $command in
            (*A[KS]IA*|*gh[oprsu]_*|*github_pat_*|*glpat-*|*xox?-*|*[rs]k_live_*|*sk_test_*|*sk-*|*hf_*|*npm_*|*pypi-*|*AIza*|*eyJ*) ;&
            (*SG.*|*PRIVATE\ KEY*|*earer\ *|*sshpass*|*://*@*|*[Pp][Aa][Ss][Ss][Ww]*[=\ ]*|*[Tt][Oo][Kk][Ee][Nn][=\ ]*) ;&
            (*[Ss][Ee][Cc][Rr][Ee][Tt]=*|*[Kk][Ee][Yy]=*|*vy*\ redact*|*vy*\ forget*) __vy_redact ;;
            esac
            if [[ -n $command ]]; then
                # Below 0.1 s a tick is more than a tenth.
                (( dur < 100000 )) || [[ -z $__vy_stat ]] || __vy_children
                (( dur >= 0 )) || dur=-
                # Not -nt: file times move on in steps of 4 ms.
                if [[ -e $chunk && ( ! -e $__vy_data/automations || $__vy_data/automations -ot $chunk ) ]] || __vy_prepare; then
                    builtin printf '\0VY1\0%s\0%s\0%s\0%s\0%s\0%s\0%s\0%s\0%s.\0' $__vy_seq $__vy_t0 $dur $rc $cpu $__vy_flags \
                        "$__vy_cwd" "$command" $__vy_seq >>$chunk || [[ -d $__vy_state/spool ]] || __vy_on= # uninstalled meanwhile
                fi
                (( ++__vy_seq )) # also after a failed write
            fi
        } 2>/dev/null
    fi
    __vy_t0=0
    # One entry first: to ask whether there is a _comps at all costs 50 us where it has a thousand.
    [[ -e $__vy_mark && ( -n ${_comps[vynexus]-} || -z ${_comps+x} ) || -z $__vy_mark && ! -e $__vy_data/automations/shortcuts.sh ]] ||
        { __vy_look } 2>/dev/null
    [[ ${precmd_functions[1]-} == __vy_precmd ]] || precmd_functions=(__vy_precmd ${precmd_functions:#__vy_precmd})
    return 0
}
typeset -ga preexec_functions precmd_functions
preexec_functions=(${preexec_functions:#__vy_preexec} __vy_preexec)
precmd_functions=(__vy_precmd ${precmd_functions:#__vy_precmd})
fi
(( ! $#__vy_all_export )) || setopt all_export
