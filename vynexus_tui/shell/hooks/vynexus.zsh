# VyNexus: records each finished command of an interactive zsh (5.2 or newer). Forks nothing at a prompt, starts no other program.
# Written by `vynexus hook install zsh`; `vynexus hook remove zsh` takes it away. Only the two paths below are filled in.
#
# Record, privacy and flags are those of vynexus.bash (flag z instead of b; zsh needs no flag d):
#   "" VY1 seq start_us dur_us|- exit cpu_us|- flags cwd command seq.
if [[ -o interactive && ${__vy_loaded-} != $$ && -z ${VYNEXUS_OFF-} ]] && zmodload zsh/datetime zsh/system 2>/dev/null; then
typeset -g __vy_state=${XDG_STATE_HOME:-$HOME/.local/state}/vynexus
typeset -g __vy_data=${XDG_DATA_HOME:-$HOME/.local/share}/vynexus
typeset -g __vy_loaded=$$ __vy_on=1 __vy_base= __vy_flags=z __vy_command= __vy_cwd=
typeset -gi __vy_seq=0 __vy_t0=0 __vy_ticks=-1 __vy_ticks0=-1

# The first prompt: names this shell's files, or turns recording off.
__vy_open() {
    local host=${HOST//[^A-Za-z0-9-]/_} boot= fd
    local -i now=$(( epochtime[1] * 1000000 + epochtime[2] / 1000 ))
    [[ -d $__vy_state/spool && -O $__vy_state/spool && ! -L $__vy_state/spool ]] || return 1
    [[ ! -r /proc/sys/kernel/random/boot_id ]] || IFS= read -r boot </proc/sys/kernel/random/boot_id
    [[ -z ${CLAUDECODE-}${CURSOR_AGENT-}${GEMINI_CLI-}${CODEX_SANDBOX-}${OPENCODE-}${AI_AGENT-} ]] || __vy_flags=za
    __vy_base=$__vy_state/spool/$now-$$-$RANDOM$RANDOM@${host:-_}@${boot[1,8]}
    sysopen -w -m 0600 -o creat,trunc -u fd -- $__vy_state/aliases.zsh && { alias -L >&$fd; exec {fd}>&- }
    return 0
}

# CPU time of all finished children, in ticks of 10 ms -> __vy_ticks; -1 where there is no /proc. Not `read`: it takes the line byte
# by byte, which costs 0.2 ms.
__vy_child_ticks() {
    local line= fd
    __vy_ticks=-1
    [[ -r /proc/$$/stat ]] && sysopen -r -u fd -- /proc/$$/stat && { sysread -i $fd line; exec {fd}<&- } || return 0
    local -a field=(${=line##*\) })
    __vy_ticks=$(( field[14] + field[15] ))
}

# `vynexus record off [30m]` leaves a file with the second at which the pause ends, or an empty one.
__vy_is_private() {
    local until=
    [[ -n ${HISTFILE-} && -z ${VYNEXUS_OFF-} ]] || return 0
    [[ -e $__vy_state/paused ]] || return 1
    { read -r until <$__vy_state/paused } 2>/dev/null
    [[ $until != <-> ]] || (( until > EPOCHSECONDS ))
}

__vy_preexec() {
    emulate -LR zsh
    __vy_t0=0
    [[ -n $__vy_on && -n $1 && $1 != [[:blank:]]* ]] || return 0
    [[ -z ${HISTORY_IGNORE-} || $1 != ${~HISTORY_IGNORE} ]] || return 0
    __vy_is_private && return 0
    __vy_command=${1//$'\0'/} __vy_cwd=$PWD
    __vy_child_ticks
    __vy_ticks0=$__vy_ticks
    __vy_t0=$(( epochtime[1] * 1000000 + epochtime[2] / 1000 ))
}

# A file of mode 0600. Fails when 20 files of 512 commands wait for a reader that never comes; the numbers go on, so what is not
# written then is counted as lost.
__vy_new_chunk() {
    local fd
    [[ ! -e $__vy_base.$(( __vy_seq / 512 - 19 )) ]] || return 1
    sysopen -w -a -m 0600 -o creat -u fd -- $1 && exec {fd}>&-
}

__vy_record() {
    local chunk=$__vy_base.$(( __vy_seq / 512 )) dur=$(( $2 - __vy_t0 )) cpu=-
    # A shortcut came or went since the last record: Tab shall know it. Not -nt: file times move on in steps of 4 ms.
    [[ ! -e $__vy_data/automations || $__vy_data/automations -ot $chunk ]] || rehash
    (( dur >= 0 )) || dur=-
    if (( ${dur/-/0} >= 100000 )); then # below 0.1 s a tick is more than a tenth
        __vy_child_ticks
        (( __vy_ticks0 < 0 )) || cpu=$(( (__vy_ticks - __vy_ticks0) * 10000 ))
    fi
    if [[ -e $chunk ]] || __vy_new_chunk $chunk; then
        builtin printf '\0VY1\0%d\0%d\0%s\0%d\0%s\0%s\0%s\0%s\0%d.\0' $__vy_seq $__vy_t0 $dur $1 $cpu $__vy_flags \
            "$__vy_cwd" "$__vy_command" $__vy_seq >>$chunk || [[ -d $__vy_state/spool ]] || __vy_on= # uninstalled meanwhile
    fi
    (( ++__vy_seq )) # also after a failed write
}

# First of all precmd functions, so that $? and the time are the command's own.
__vy_precmd() {
    local -i rc=$?
    emulate -LR zsh
    [[ -n $__vy_on ]] || return 0
    local -i now=$(( epochtime[1] * 1000000 + epochtime[2] / 1000 ))
    [[ -n $__vy_base ]] || { __vy_open } 2>/dev/null || __vy_on=
    if (( __vy_t0 )); then
        { __vy_is_private || __vy_record $rc $now } 2>/dev/null
        __vy_t0=0
    fi
    [[ ${precmd_functions[1]-} == __vy_precmd ]] || precmd_functions=(__vy_precmd ${precmd_functions:#__vy_precmd})
    return 0
}
typeset -ga preexec_functions precmd_functions
preexec_functions=(${preexec_functions:#__vy_preexec} __vy_preexec)
precmd_functions=(__vy_precmd ${precmd_functions:#__vy_precmd})
fi
