# shellcheck shell=bash disable=SC1007,SC2016,SC2178,SC2206 # empty values, text expanded later, splitting meant
# VyNexus: records each finished command of an interactive bash (4.4 or newer). Forks nothing at a prompt, starts no other program.
# Written by `vynexus hook install bash`; `vynexus hook remove bash` takes it away. Only the two paths below are filled in.
#
# One record per command, one write, every field ended by NUL (which neither a command nor a path can hold, so nothing is escaped):
#   "" VY1 seq start_us dur_us|- exit cpu_us|- flags cwd command seq.
# The empty field closes a torn former record, "seq." proves the record whole, a gap in seq is a lost command that can be counted.
# flags: b, then d (a repeat that the history itself dropped), a (the shell of an AI agent).
#
# Never recorded: a line that starts with a blank, what ignorespace or HISTIGNORE hides, anything while HISTFILE is unset, under
# `set +o history`, `VYNEXUS_OFF=1` or `vynexus record off`. Secrets are not searched for here: the spool is 0600, holds what the
# history file holds anyway and is deleted once read; redaction there keeps the rest of the line, which a glob here could not.
__vy_version=$((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1]))
# A read-only PROMPT_COMMAND or a PS0 that is not expanded leave nothing to hook into.
if [[ $- == *i* && ${__vy_loaded-} != "$$" && -z ${VYNEXUS_OFF-} ]] && ((__vy_version >= 404)) && shopt -q promptvars &&
    [[ ! ${PROMPT_COMMAND+x} || ${PROMPT_COMMAND@a} != *r* ]]; then
__vy_state=${XDG_STATE_HOME:-$HOME/.local/state}/vynexus
__vy_data=${XDG_DATA_HOME:-$HOME/.local/share}/vynexus
__vy_loaded=$$ __vy_on=1 __vy_may= __vy_want= __vy_t0= __vy_t1= __vy_base= __vy_flags=b __vy_seq=0 __vy_number= __vy_new= __vy_ran=
__vy_cwd=$PWD __vy_bang='\!'
unset -v __vy_last

# PS0 is expanded when a complete command was read and before it runs; never for an empty line, a comment or a syntax error.
# Assigning inside the offset of an always empty substring needs no fork. [^0-9], because the decimal point may be a comma.
__vy_shortest_us=0
if ((__vy_version >= 500)); then
    __vy_now() { __vy_t1=${EPOCHREALTIME//[^0-9]/}; }
    __vy_ps0='${__vy_on:0:$((__vy_t0=${EPOCHREALTIME//[^0-9]/},0))}'
else
    __vy_now() { builtin printf -v __vy_t1 '%(%s)T000000' -1; }
    __vy_ps0='${__vy_on:0:$((__vy_t0=\D{%s}000000,0))}'
    __vy_shortest_us=2000000 # whole seconds only: what is shorter is not known
fi

# The first prompt: names this shell's files, or turns recording off. The only fork of the session is here.
__vy_open() {
    local host=${HOSTNAME//[^A-Za-z0-9-]/_} boot=
    [[ -d $__vy_state/spool && -O $__vy_state/spool && ! -L $__vy_state/spool ]] || return
    IFS= builtin read -r boot </proc/sys/kernel/random/boot_id
    [[ -z ${CLAUDECODE-}${CURSOR_AGENT-}${GEMINI_CLI-}${CODEX_SANDBOX-}${OPENCODE-}${AI_AGENT-} ]] || __vy_flags=ba
    __vy_base=$__vy_state/spool/$__vy_t1-$$-$RANDOM$RANDOM@${host:-_}@${boot:0:8}
    (
        umask 077
        : >"$__vy_base.h" && builtin alias -p >"$__vy_state/aliases.bash"
    )
}

# Text of the newest history entry -> __vy_new. A redirected builtin does not fork. 1<> overwrites in place, because truncating
# costs 2 ms on ext4; the NUL ends the text. Globs, not =~: they work on bytes that are no UTF-8.
__vy_text() {
    local HISTTIMEFORMAT=
    __vy_new=
    { builtin history 1 && builtin printf '\0'; } 1<>"$__vy_base.h" || return
    IFS= builtin read -rd '' __vy_new <"$__vy_base.h"
    __vy_new=${__vy_new%$'\n'}
    case $__vy_new in
    *[0-9][*\ ]\ *) __vy_new=${__vy_new#*[0-9][*\ ]\ } ;;
    *) __vy_new= ;;
    esac
}

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

# Was the command that just ended hidden from the history? Sets flags to d for a repeat that ignoredups dropped.
__vy_is_hidden() {
    [[ $number == "$__vy_number" && $__vy_new == "$__vy_last" ]] || return
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
    [[ -e $__vy_state/paused ]] || return
    builtin read -r until <"$__vy_state/paused"
    [[ -z $until || $until == *[^0-9]* ]] || ((10#$until > __vy_t1 / 1000000))
}

# Two fields of `times` (1m2.345s), added up -> __vy_ms.
__vy_add_times() {
    [[ $1 == [0-9]*m*s && $2 == [0-9]*m*s ]] || return
    local n=(${1//[^0-9]/ } ${2//[^0-9]/ })
    __vy_ms=$((((10#${n[0]} + 10#${n[3]}) * 60 + 10#${n[1]} + 10#${n[4]}) * 1000 + 10#${n[2]} + 10#${n[5]}))
}
# What the children used since the last prompt -> cpu. The scratch file still holds what the last prompt command left there: the DEBUG
# trap, NUL, and two lines of `times`, the second for the children.
__vy_cpu_of_command() {
    local user='' system='' __vy_ms before
    { IFS= builtin read -rd '' && builtin read -r && builtin read -r user system; } <"$__vy_base.h"
    __vy_add_times "$user" "$system" || return
    before=$__vy_ms
    builtin times 1<>"$__vy_base.h"
    { builtin read -r && builtin read -r user system; } <"$__vy_base.h"
    __vy_add_times "$user" "$system" && cpu=$(((__vy_ms - before) * 1000))
}

# A file of mode 0600 without a fork: the umask comes back through the scratch file. Fails when 20 files of 512 commands wait for
# a reader that never comes; the numbers go on, so what is not written then is counted as lost.
__vy_new_chunk() {
    local mask=
    [[ ! -e $__vy_base.$((__vy_seq / 512 - 19)) ]] || return
    builtin umask 1<>"$__vy_base.h" && builtin read -r mask <"$__vy_base.h" || return
    umask 077
    : >>"$1"
    umask "$mask"
}

__vy_record() {
    local flags=$__vy_flags dur=$((__vy_t1 - t0)) cpu=- chunk=$__vy_base.$((__vy_seq / 512))
    # A shortcut came or went since the last record. Not -nt: file times move on in steps of 4 ms.
    [[ ! -e $__vy_data/automations || $__vy_data/automations -ot $chunk ]] || hash -r
    # Below 0.1 s the CPU time of what draws the prompt would outweigh the command's own.
    ((dur < 100000)) || __vy_cpu_of_command
    __vy_text
    __vy_is_hidden && return
    [[ $__vy_new && $__vy_new != [[:blank:]]* ]] || return
    ((dur >= __vy_shortest_us)) || dur=-
    if [[ -e $chunk ]] || __vy_new_chunk "$chunk"; then
        builtin printf '\0VY1\0%d\0%d\0%s\0%d\0%s\0%s\0%s\0%s\0%d.\0' "$__vy_seq" "$t0" "$dur" "$__vy_rc" "$cpu" "$flags" \
            "$cwd" "$__vy_new" "$__vy_seq" >>"$chunk" || [[ -d $__vy_state/spool ]] || __vy_on= # uninstalled meanwhile
    fi
    __vy_seq=$((__vy_seq + 1)) # also after a failed write
}

__vy_prompt() {
    local - # whatever the person has set: -e -u -x -C -f -v
    set +euxvC -f
    local IFS=$' \t\n' number=${__vy_bang@P} t0=$__vy_t0 cwd=$__vy_cwd was=$__vy_may
    __vy_t0= __vy_may= __vy_cwd=$PWD # where the next command starts
    if [[ -z $__vy_base ]]; then
        __vy_open || { __vy_on=; return; }
        was=
        __vy_text
        __vy_last=$__vy_new
    fi
    if [[ -o history && ${HISTFILE-} && -z ${VYNEXUS_OFF-} ]] && ! __vy_is_paused; then __vy_may=1; fi
    # A command counts when recording was on before and after it. Text typed while it was off is never read: its number is enough.
    if [[ -z $__vy_may ]]; then
        unset -v __vy_last
    elif [[ -z $was ]] || [[ -z ${__vy_last+x} && $number == "$__vy_number" ]]; then
        :
    elif [[ $t0 ]]; then
        [[ ${__vy_last+x} ]] || __vy_last=
        __vy_record
        __vy_last=$__vy_new
    elif [[ $number != "$__vy_number" ]]; then # a comment: in the history, but nothing ran
        __vy_text
        __vy_last=$__vy_new
    fi
    __vy_number=$number __vy_ran= __vy_want=
    case $__vy_may:${HISTCONTROL-} in 1:*ignoreboth* | 1:*ignoredups* | 1:*erasedups*) __vy_want=1 ;; esac
}

# First of all prompt commands, so that $? and the time are the command's own.
__vy_precmd() {
    local __vy_rc=${1-$?}
    [[ $__vy_on ]] || return 0
    __vy_now
    __vy_prompt 2>/dev/null
    [[ ${PS0-} == *__vy_t0=* ]] || PS0=${PS0-}$__vy_ps0 # another tool replaced it
    [[ ${PROMPT_COMMAND-} == "$__vy_head"* ]] || __vy_go_first
    return 0
}

# Last: may the DEBUG trap be set (a repeat would look like a hidden command, and nobody else owns the trap)?
__vy_ready() {
    local trap=
    [[ $__vy_want ]] || return
    IFS= builtin read -rd '' trap <"$__vy_base.h"
    [[ -z $trap || $trap == *__vy_ran=* ]]
}
# The trap takes itself down at the first simple command, so loops pay nothing; it keeps $_. Inside a function bash would hide and
# restore it, so it is set by this text, at top level.
__vy_trap='__vy_l=$_; [[ -z $__vy_t0 || ${FUNCNAME-} ]] || { __vy_ran=$BASH_COMMAND; trap - DEBUG; }; : "$__vy_l"'
# When another tool overwrote the first prompt command, the last one does its work too.
__vy_tail='[[ -z $__vy_on || ${PROMPT_COMMAND-} == "$__vy_head"* ]] || __vy_precmd
if [[ $__vy_on ]] && { trap -p DEBUG; builtin printf "\0"; builtin times; } 2>/dev/null 1<>"$__vy_base.h" && __vy_ready
then trap "$__vy_trap" DEBUG; fi'

if ((__vy_version >= 501)); then
    __vy_head=__vy_precmd # an array: bash itself gives every element the command's $?
    __vy_go_first() {
        local part parts=()
        for part in ${PROMPT_COMMAND[@]+"${PROMPT_COMMAND[@]}"}; do
            part=${part//__vy_precmd/:}
            [[ $part == : || $part == "$__vy_tail" ]] || parts+=("$part")
        done
        PROMPT_COMMAND=("$__vy_head" ${parts[@]+"${parts[@]}"} "$__vy_tail")
    }
else
    __vy_return() { return "$1"; }
    # Under set -e a restored failure would end the shell.
    __vy_head='__vy_s=$?;__vy_precmd "$__vy_s";if [[ $- != *e* ]]; then __vy_return "$__vy_s";fi'
    __vy_go_first() {
        local rest=${PROMPT_COMMAND-}
        rest=${rest//"$__vy_head"/:}
        rest=${rest//"$__vy_tail"/:}
        PROMPT_COMMAND=$__vy_head$'\n'$rest$'\n'$__vy_tail
    }
fi
PS0=${PS0-}
[[ $PS0 == *__vy_t0=* ]] || PS0+=$__vy_ps0
__vy_go_first
fi
