# shellcheck shell=bash disable=SC1007,SC1090,SC2016,SC2128,SC2178,SC2206,SC2295 # empty values, text expanded later, splitting, [0] meant
# VyNexus: records each finished command of an interactive bash (4.4 or newer). Forks nothing at a prompt, starts no other program.
# Written by `vynexus hook install bash`; `vynexus hook remove bash` takes it away. Only the two paths and the switch below are filled in.
#
# One record per command, one write, every field ended by NUL (which neither a command nor a path can hold, so nothing is escaped):
#   "" VY1 seq start_us dur_us|- exit cpu_us|- flags cwd command seq.
# The empty field closes a torn former record, "seq." proves the record whole, a gap in seq is a lost command that can be counted.
# flags: b, then d (a repeat that the history itself dropped), a (the shell of an AI agent).
#
# Never recorded: a line that starts with a blank, what ignorespace or HISTIGNORE hides, anything while HISTFILE is unset, under
# `set +o history`, `VYNEXUS_OFF=1` or `vynexus record off`, and `vynexus redact` and `vynexus forget` themselves. Secrets of well-known
# shapes are replaced before anything is written; the exact rules are applied when the spool is read.
#
# Once an automation is approved the hook reads shortcuts.sh: what Tab offers for it, functions, and Alt-i, which puts its commands on the
# prompt without running them.
__vy_options=("$-") # under `set -a` nothing of ours shall go to programs; an array is never exported
set +a
__vy_version=$((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1]))
# A read-only PROMPT_COMMAND or a PS0 that is not expanded leave nothing to hook into.
if [[ $- == *i* && ${__vy_loaded-} != "$$" && -z ${VYNEXUS_OFF-} ]] && ((__vy_version >= 404)) && shopt -q promptvars &&
    [[ ! ${PROMPT_COMMAND+x} || ${PROMPT_COMMAND@a} != *r* ]]; then
__vy_state=${XDG_STATE_HOME:-$HOME/.local/state}/vynexus
__vy_data=${XDG_DATA_HOME:-$HOME/.local/share}/vynexus
__vy_cpu=1
__vy_loaded=$$ __vy_mark= __vy_on=1 __vy_may= __vy_want= __vy_base= __vy_flags= __vy_seq=0 __vy_number= __vy_new=
__vy_t0=('') __vy_done=(0) __vy_ran=('') __vy_l=('') __vy_s=('') __vy_n=('') # used as texts; arrays, because `set -a` may be on there
__vy_cwd=$PWD __vy_ms= __vy_control=-
unset -v __vy_last

# PS0 is expanded when a complete command was read and before it runs; never for an empty line, a comment or a syntax error.
# Assigning inside the offset of an always empty substring needs no fork. [^0-9], because the decimal point may be a comma.
__vy_shortest_us=0
__vy_ps0='${__vy_on:0:$((__vy_done=0,__vy_t0=${EPOCHREALTIME//[^0-9]/},0))}'
if ((__vy_version < 500)); then # whole seconds only: what is shorter than two is not known
    __vy_shortest_us=2000000
    __vy_ps0='${__vy_on:0:$((__vy_done=0,__vy_t0=\D{%s}000000,0))}'
fi

# Does an AI agent type here? What agents set around their own commands; not what editors (CURSOR_TRACE_ID, TERM_PROGRAM), hosts
# (REPL_ID) and settings (CODEX_HOME, COPILOT_MODEL, AIDER_*) put into a person's shells too. AGENT means other things elsewhere.
__vy_is_agent() {
    case ${AGENT-} in amp | claude* | codex* | crush | cursor* | gemini* | goose | opencode | pi) return 0 ;; esac
    [[ ${AI_AGENT-}${AMP_CURRENT_THREAD_ID-}${ANTIGRAVITY_AGENT-}${AUGMENT_AGENT-}${CLAUDECODE-}${CLINE_ACTIVE-}${CODEX_CI-} ||
        ${CODEX_SANDBOX-}${CODEX_THREAD_ID-}${COPILOT_AGENT-}${COPILOT_CLI-}${CURSOR_AGENT-}${GEMINI_CLI-}${GOOSE_TERMINAL-} ||
        ${OPENCODE-}${PI_CODING_AGENT-}${QWEN_CODE-}${ROO_ACTIVE-}${TRAE_AI_SHELL_ID-} ]]
}

# The first prompt: names this shell's files, or turns recording off. The only fork of the session is here.
__vy_open() {
    local host=${HOSTNAME//[^A-Za-z0-9-]/_} boot=
    [[ -d $__vy_state/spool && -O $__vy_state/spool && ! -L $__vy_state/spool ]] || { __vy_on=; return 1; }
    IFS= builtin read -r boot </proc/sys/kernel/random/boot_id
    __vy_flags=b
    if __vy_is_agent; then __vy_flags=ba; fi
    __vy_base=$__vy_state/spool/$((dur + __vy_t0))-$$-$RANDOM$RANDOM@${host:-_}@${boot:0:8}
    (
        umask 077
        : >"$__vy_base.h" || exit
        builtin compgen -A function >"$__vy_state/functions.bash"
        builtin alias -p >"$__vy_state/aliases.bash" || :
    ) || { __vy_base=; return 1; } # a full disk: again at the next prompt
}

# ---- secrets ----
# Only the value goes. Lengths and ${x%%glob}, because nocasematch changes case, [[ and ${x//}, and =~ overwrites BASH_REMATCH.

# Words in `command` that begin like START and look random. EXTRA: what they may hold beside letters, digits, _ and -.
__vy_hide_token() { # KIND SHORTEST START [EXTRA]
    local out= word before plain
    while before=${command%%$3*} && ((${#before} < ${#command})); do
        out+=$before
        command=${command:${#before}}
        word=${command%%[!A-Za-z0-9_${4-}-]*}
        command=${command:${#word}}
        plain=${word%%[0-9A-Z]*} # without a digit or a capital it is a name
        case ${out: -1} in [A-Za-z0-9_-]) plain=$word ;; esac
        if ((${#word} >= $2 && ${#plain} < ${#word})); then word="{{secret:$1}}"; fi
        out+=$word
    done
    command=$out$command
}

# What follows MARK (of LENGTH characters) as the shell would read it: in '', in "" or bare. References, paths and switches stay.
__vy_hide_value() { # KIND SHORTEST LENGTH MARK
    local out= value before word
    while before=${command%%$4*} && ((${#before} < ${#command})); do
        out+=$before${command:${#before}:$3}
        command=${command:${#before}+$3}
        word=${before##*[[:space:]\'\"\;\&\|\(]}
        case $4:$word in
        -*:-* | -*:) ;;
        -* | *:*\$*) continue ;; # a word with a hyphen, $NAME=
        esac
        if [[ $4 != *= ]]; then
            word=${command%%[! ]*}
            out+=$word command=${command:${#word}}
        fi
        case $command in
        \'*) value=${command:1} value=${value%%[\'$'\n']*} word=\' ;;
        \"*) value=${command:1} value=${value%%[\"$'\n']*} word=\" ;;
        *) value=${command%%[[:space:]\'\"\`\;\&\|\<\>\(\)\\]*} word= ;;
        esac
        case $value in
        [\$\`=~/-]* | . | ./* | ../* | [0-9] | [0-9][0-9] | true | false | null | none | yes | no | on | off | id=* | type=* | \
            \{\{secret:*) ;;
        *)
            ((${#value} < $2)) || { out+="$word{{secret:$1}}" command=${command:${#word}+${#value}}; }
            ;;
        esac
    done
    command=$out$command
}

# The password of scheme://user:password@host.
__vy_hide_userinfo() {
    local out= value before user
    while before=${command%%://*} && ((${#before} < ${#command})); do
        out+=$before://
        command=${command:${#before}+3}
        value=${command%%[/[:space:]\'\"]*}
        user=${value%%[:@\$\{]*}
        value=${value:${#user}}
        case $value in
        :@* | :\$* | :\`* | :\{\{secret:*) ;;
        :*@*)
            value=${value%@*}
            out+="$user:{{secret:password}}" command=${command:${#user}+${#value}}
            ;;
        esac
    done
    command=$out$command
}

# `vynexus redact` or `vy forget`, anywhere on the line?
__vy_is_rewriting() {
    local - IFS=$' \t\n' word before=
    set -f
    for word in $command; do
        case ${before##*[!a-z]}:$word in vy:redact | vy:forget | vynexus:redact | vynexus:forget) return 0 ;; esac
        before=$word
    done
    return 1
}

# `command` without secrets of well-known shapes, empty for what must leave no trace. The text is wiped from the scratch file.
__vy_redact() {
    local LC_ALL=C long= before # bytes
    __vy_wipe
    case $command in
    [[:blank:]]*) command= ;;
    *redact* | *forget*) __vy_is_rewriting && command= ;;
    esac
    if ((${#command} > 4096)); then
        command=${command%%[!A-Za-z0-9_./+-]*} command=${command:0:64} long=' {{secret:long-line}}'
    fi
    before=${command%%-----BEGIN*PRIVATE KEY*}
    ((${#before} == ${#command})) || command="$before{{secret:private-key}}"
    __vy_hide_token aws-key-id 20 'A[KS]IA'
    __vy_hide_token github-token 24 'gh[oprsu]_'
    __vy_hide_token github-token 31 github_pat_
    __vy_hide_token gitlab-token 22 glpat-
    __vy_hide_token slack-token 15 'xox[a-z]-'
    __vy_hide_token stripe-key 18 '[rs]k_live_'
    __vy_hide_token stripe-key 18 sk_test_
    __vy_hide_token anthropic-key 23 sk-ant-
    __vy_hide_token openai-key 23 sk-
    __vy_hide_token huggingface-token 23 hf_
    __vy_hide_token npm-token 34 npm_
    __vy_hide_token pypi-token 37 pypi-
    __vy_hide_token google-key 34 AIza
    __vy_hide_token jwt 20 'eyJ[A-Za-z0-9_-]*[.]' .
    __vy_hide_token sendgrid-key 36 'SG[.]' .
    __vy_hide_value bearer-token 12 7 '[Bb]earer '
    __vy_hide_userinfo
    __vy_hide_value password 1 9 '[Pp][Aa][Ss][Ss][Ww][Oo][Rr][Dd]='
    __vy_hide_value password 1 7 '[Pp][Aa][Ss][Ss][Ww][Dd]='
    __vy_hide_value token 1 6 '[Tt][Oo][Kk][Ee][Nn]='
    __vy_hide_value secret 1 7 '[Ss][Ee][Cc][Rr][Ee][Tt]='
    __vy_hide_value key 1 8 '[Aa][Pp][Ii][_-][Kk][Ee][Yy]='
    __vy_hide_value key 1 7 '[Aa][Pp][Ii][Kk][Ee][Yy]='
    __vy_hide_value key 1 11 '[Ss][Ee][Cc][Rr][Ee][Tt]_[Kk][Ee][Yy]='
    __vy_hide_value key 1 11 '[Aa][Cc][Cc][Ee][Ss][Ss]_[Kk][Ee][Yy]='
    __vy_hide_value password 1 10 '-password '
    __vy_hide_value token 1 7 '-token '
    __vy_hide_value password 1 10 'sshpass -p'
    command+=$long
}

# ---- one command ----

# Is the newest history line what just ran? Then its first simple command (seen by the DEBUG trap, aliases expanded) is all of it,
# or an operator follows.
__vy_is_repeat() {
    local word=${__vy_new%%[[:space:]]*} text
    [[ $__vy_ran && $word ]] || return
    for text in "$__vy_new" "${BASH_ALIASES[$word]-$word}${__vy_new#"$word"}"; do
        [[ $text == "$__vy_ran"* ]] || continue
        text=${text#"$__vy_ran"}
        text=${text#"${text%%[! ]*}"}
        case $text in '' | [\|\;\&]*) return 0 ;; esac
    done
    return 1
}

# Was the command that just ended, which left the history as it was, hidden from it? Sets flags to d for a dropped repeat.
__vy_is_hidden() {
    case :${HISTCONTROL-}: in
    *:ignoreboth:* | *:ignorespace:*) __vy_is_repeat || return 0 ;;
    *:ignoredups:* | *:erasedups:*) [[ -z ${HISTIGNORE-} ]] || __vy_is_repeat || return 0 ;;
    *) return 0 ;;
    esac
    case :${HISTCONTROL-}: in *:ignoreboth:* | *:ignoredups:* | *:erasedups:*) flags+=d && return 1 ;; esac
}

# `vynexus record off [30m]` leaves a file with the second at which the pause ends, or an empty one.
__vy_is_paused() {
    local until=
    IFS= builtin read -r until <"$__vy_state/paused"
    [[ -z $until || $until == *[^0-9]* ]] || ((10#$until > (dur + __vy_t0) / 1000000))
}

# The person's automations as this shell shall know them (shortcuts.sh says how): read when they are not the ones it has.
__vy_look() {
    local file=$__vy_data/automations/shortcuts.sh
    [[ ! -e $__vy_mark ]] || return 0
    if [[ -r $file && -O $file && ! -L $file ]]; then
        . "$file"
    elif [[ $__vy_mark ]]; then
        __vy_leave
    fi
}
__vy_stop() { # uninstalled meanwhile
    __vy_on=
    __vy_look
}

# The scratch file: the newest history line, NUL, 2 KB of blanks, what the shell and its children used so far. It is overwritten in
# place, because truncating costs 2 ms on ext4; the blanks cover whatever text of up to 2 KB stood there. A longer one is truncated.
__vy_wipe() {
    if ((${#line} > 500)); then : >|"$__vy_base.h"; fi # characters of 4 bytes at most
    __vy_end_text 1<>"$__vy_base.h" || :
}
__vy_end_text() { builtin printf '\0%2048s\n' '' && { [[ ! $__vy_cpu ]] || builtin times; }; }

# `line` without the time that a read-only HISTTIMEFORMAT puts before it; empty when `fc`, which prints none, has another text.
__vy_unstamp() {
    local text=
    { builtin fc -ln -1 && __vy_end_text; } 1<>"$__vy_base.h" && IFS= builtin read -rd '' text <"$__vy_base.h"
    text=${text#$'\t'[*\ ]}
    if [[ $text && $line == *"$text" ]]; then line="0  $text"; else line=; fi
}

# Milliseconds that the children used when the scratch file was written: the second line of `times` (1m2.345s 0m0.678s) -> __vy_ms.
__vy_children() {
    local IFS=$' \t\n' user='' system='' n
    { IFS= builtin read -rd '' && builtin read -r && builtin read -r && builtin read -r user system; } <"$__vy_base.h"
    [[ $user == [0-9]*m*s && $system == [0-9]*m*s ]] || return
    user=$user$system
    n=(${user//[^0-9]/ })
    __vy_ms=$((((10#${n[0]} + 10#${n[3]}) * 60 + 10#${n[1]} + 10#${n[4]}) * 1000 + 10#${n[2]} + 10#${n[5]}))
}

# What is rare after a command: a time to be measured or not known, a first record in a chunk, a shortcut that came or went.
__vy_prepare() {
    [[ $cpu == - ]] || { __vy_children && cpu=$(((__vy_ms - cpu) * 1000)); }
    ((dur >= __vy_shortest_us)) || dur=-
    [[ $__vy_data/automations -ot $chunk ]] && return # so the chunk exists
    local before=$chunk
    [[ -e $chunk ]] || before=$__vy_base.$((__vy_seq / 512 - 1))
    # bash has to look for the shortcuts anew. Not for the first record of all: `hash -r` takes the person's own `hash -p` away too.
    [[ ! -e $before || $__vy_data/automations -ot $before ]] || hash -r
    __vy_look
    [[ -e $chunk ]] || __vy_new_chunk
}
# Below 0.1 s the CPU time of what draws the prompt would outweigh the command's own.
__vy_look_at_children() {
    [[ $__vy_cpu && $__vy_t0 ]] && ((dur >= 100000)) && __vy_children && cpu=$__vy_ms
}
# A file of mode 0600 without a fork: the umask comes back through the scratch file. Fails when 20 files of 512 commands wait for
# a reader that never comes; the numbers go on, so what is not written then is counted as lost.
__vy_new_chunk() {
    local mask= waiting -
    set +f
    waiting=("$__vy_base".*) # the scratch file is one of them
    [[ ! ${waiting[20]+x} ]] || return
    builtin umask 1<>"$__vy_base.h" && IFS= builtin read -r mask <"$__vy_base.h" || return
    umask 077
    : >>"$chunk"
    umask "$mask"
}

# Whether to read the newest history line in all but the ordinary case; sets `look` when there is no command to record.
# A command counts when recording was on before and after it. Text typed while it was off is never read: its number is enough.
__vy_is_due() {
    local was=$__vy_may
    __vy_may=
    if [[ -z $__vy_base ]]; then
        [[ -z $__vy_t0 ]] || __vy_seq=$((__vy_seq + 1)) # lost: there was nowhere to write it to
        __vy_open || return
        was=1 look=1
        __vy_look
    fi
    [[ $__vy_data/automations -ot $chunk ]] || __vy_look
    if [[ -o history && ${HISTFILE-} && -z ${VYNEXUS_OFF-} ]] && { [[ ! -e $__vy_state/paused ]] || ! __vy_is_paused; }; then
        __vy_may=1
        # What was used while recording was off is not the next command's CPU time.
        [[ $was || ! $__vy_cpu ]] || __vy_wipe
    else
        unset -v __vy_last
    fi
    __vy_control=-
    [[ $__vy_may && $was ]] && [[ $look || ${__vy_last+x} || $number != "$__vy_number" ]] || return
    if [[ $__vy_t0 ]]; then
        __vy_last=${__vy_last-}
    else
        look=1 # a comment: in the history, but nothing ran
        [[ $number != "$__vy_number" ]]
    fi
}

# First of all prompt commands, so that $? and the time are the command's own. bash copies a function's body for each call and takes
# 2-5 us for each command in it; so the ordinary case is one piece of few commands, and everything else is elsewhere.
__vy_precmd() { # [STATUS NOW_US]
    local rc=${1-$?} dur=$((${2-${EPOCHREALTIME//[^0-9]/}} - __vy_t0)) number=$HISTCMD flags=$__vy_flags \
        chunk=$__vy_base.$((__vy_seq / 512)) command='' line='' look='' cpu=- fixed=''
    case $__vy_on$- in
    1*[aeuxvC]*)
        local - # whatever the person has set
        set +aeuxvC
        ;;
    1*) ;;
    *) return 0 ;;
    esac
    if [[ $__vy_t0 && $__vy_may && ${__vy_last+x} && -o history && ${HISTFILE-} && -z ${VYNEXUS_OFF-} && ! -e $__vy_state/paused ]] ||
        __vy_is_due; then
        [[ $dur -lt 100000 ]] || __vy_look_at_children
        [[ ! ${HISTTIMEFORMAT+x} ]] || local HISTTIMEFORMAT= || fixed=1
        # A redirected builtin does not fork. As __vy_wipe says. Globs, not =~: they work on bytes that are no UTF-8.
        if { builtin history 1 && builtin printf '\0%2048s\n' '' && { [[ ! $__vy_cpu ]] || builtin times; }; } 1<>"$__vy_base.h" &&
            IFS= builtin read -rd '' line <"$__vy_base.h"; then
            [[ ! $fixed ]] || __vy_unstamp
            command=${line#*[0-9][*\ ]\ } command=${command%$'\n'} __vy_new=$command
            [[ ${#line} -le 500 ]] || { __vy_wipe && line=; }
            case $command in
            [[:blank:]]* | *A[KS]IA* | *gh[oprsu]_* | *github_pat_* | *glpat-* | *xox?-* | *[rs]k_live_* | *sk_test_* | *sk-* | *hf_* | \
                *npm_* | *pypi-* | *AIza* | *eyJ* | *SG.* | *PRIVATE\ KEY* | *earer\ * | *sshpass* | *://*@* | \
                *[Pp][Aa][Ss][Ss][Ww]*[=\ ]* | *[Tt][Oo][Kk][Ee][Nn][=\ ]* | *[Ss][Ee][Cc][Rr][Ee][Tt]=* | *[Kk][Ee][Yy]=* | \
                *vy*\ redact* | *vy*\ forget*) __vy_redact ;;
            esac
            if [[ $command && ! $look && ($number != "$__vy_number" || $__vy_new != "$__vy_last") ]] ||
                { [[ $command && ! $look ]] && ! __vy_is_hidden; }; then
                # -ot is true only when the chunk exists and is newer. Not -nt: file times move on in steps of 4 ms.
                if [[ $cpu == - && $dur -ge $__vy_shortest_us && $__vy_data/automations -ot $chunk ]] || __vy_prepare; then
                    builtin printf '\0VY1\0%s\0%s\0%s\0%s\0%s\0%s\0%s\0%s\0%s.\0' "$__vy_seq" "$__vy_t0" "$dur" "$rc" "$cpu" "$flags" \
                        "$__vy_cwd" "$command" "$__vy_seq" >>"$chunk"
                fi
                __vy_seq=$((__vy_seq + 1)) # also after a failed write
            fi
            __vy_last=$__vy_new
        else
            [[ $look || $number == "$__vy_number" ]] || __vy_seq=$((__vy_seq + 1)) # the disk is full
            [[ -d $__vy_state/spool ]] || __vy_stop
        fi
    fi
    __vy_t0= __vy_number=$number __vy_ran= __vy_cwd=$PWD __vy_done=1 # cwd: where the next command starts
    [[ ${HISTCONTROL-} == "$__vy_control" && ${PS0-} == *__vy_t0=* && ${PROMPT_COMMAND-} == "$__vy_head" &&
        ${PROMPT_COMMAND[1]-} == "$__vy_tail" ]] || __vy_settle
}

# Something is not as it was at the last prompt: another tool has prompt commands of its own or put itself in our place, or the person
# wants the history otherwise.
__vy_settle() {
    __vy_control=${HISTCONTROL-} __vy_want=
    case $__vy_may:$__vy_control in 1:*ignoreboth* | 1:*ignoredups* | 1:*erasedups*) __vy_want=1 ;; esac
    [[ ${PS0-} == *__vy_t0=* ]] || { PS0=${PS0-}$__vy_ps0 && export -n PS0; }
    [[ ${PROMPT_COMMAND-} == "$__vy_head" && ${PROMPT_COMMAND[1]-} == "$__vy_tail" ]] || __vy_done=0
    [[ ${PROMPT_COMMAND-} == "$__vy_head"* ]] || __vy_go_first
}
# Does the work of the first prompt command if that was overwritten. What others' prompt commands used is not the next command's CPU time.
__vy_after() {
    local line=
    [[ $__vy_on ]] || return 0
    [[ ${PROMPT_COMMAND-} == "$__vy_head"* ]] || eval "$__vy_head"
    [[ ! $__vy_cpu || ! $__vy_may ]] || __vy_wipe
}

# The trap takes itself down at the first simple command, so loops pay nothing; it keeps $_. Inside a function bash would hide and
# restore it, so it is set by this text, at top level.
__vy_trap='__vy_l=$_; [[ -z $__vy_t0 || ${FUNCNAME-} ]] || { __vy_ran=$BASH_COMMAND; trap - DEBUG; }; : "$__vy_l"'
# Last of all prompt commands. A repeat would look like a hidden command, so the trap is set, unless there is one already: then there
# is something to print, and that fails when there is nowhere to print it to.
__vy_tail='((__vy_done)) || __vy_after 2>/dev/null
[[ -z $__vy_want ]] || ! trap -p DEBUG >&- 2>&- || trap "$__vy_trap" DEBUG'

if ((__vy_version >= 501)); then
    __vy_head='__vy_precmd 2>/dev/null' # an array: bash itself gives every element the command's $?
    __vy_go_first() {
        local part parts=()
        for part in ${PROMPT_COMMAND[@]+"${PROMPT_COMMAND[@]}"}; do
            part=${part//"$__vy_head"/:}
            [[ $part == : || $part == "$__vy_tail" ]] || parts+=("$part")
        done
        PROMPT_COMMAND=("$__vy_head" ${parts[@]+"${parts[@]}"} "$__vy_tail")
    }
else
    __vy_return() { return "$1"; }
    # Under set -e a restored failure would end the shell.
    __vy_head='__vy_s=$?;builtin printf -v __vy_n "%(%s)T000000" -1;__vy_precmd "$__vy_s" "$__vy_n" 2>/dev/null'
    __vy_head+=';if [[ $- != *e* ]]; then __vy_return "$__vy_s";fi'
    __vy_go_first() {
        local rest=${PROMPT_COMMAND-}
        rest=${rest//"$__vy_head"/:}
        rest=${rest//"$__vy_tail"/:}
        PROMPT_COMMAND=$__vy_head$'\n'$rest$'\n'$__vy_tail
    }
fi
[[ ${PS0-} == *__vy_t0=* ]] || PS0=${PS0-}$__vy_ps0
export -n PS0
__vy_go_first
fi
[[ ${__vy_options-} != *a* ]] || set -a
