# VyNexus: records each finished command of an interactive fish (3.2 or newer). Forks nothing at a prompt, starts no other program.
# Written by `vynexus hook install fish`; `vynexus hook remove fish` takes it away. Only the two paths below and __vy_cpu are filled in.
#
# Record and privacy are those of vynexus.bash (flag f instead of b; fish needs no flag d), and so is Alt-i:
#   "" VY1 seq start_us dur_us|- exit cpu_us|- flags cwd command seq.
# fish reports a redirection that cannot be opened, and a write that fails, past any 2>: so each file is looked at first. Each (...)
# costs 0.1 ms and each command 5 us: hence few of them, and one sum at a time only where it is needed.
if status is-interactive; and test "$__vy_loaded" != $fish_pid; and test -z "$VYNEXUS_OFF"
and string match -qr '^(3\.[2-9]|3\.\d\d|[4-9]|\d\d)' -- $version
set -g __vy_state (set -q XDG_STATE_HOME; and echo $XDG_STATE_HOME; or echo $HOME/.local/state)/vynexus
set -g __vy_data (set -q XDG_DATA_HOME; and echo $XDG_DATA_HOME; or echo $HOME/.local/share)/vynexus
set -g __vy_cpu 1
set -g __vy_loaded $fish_pid
set -g __vy_flags f
set -g __vy_command
set -g __vy_next 0
set -g __vy_numbers
set -g __vy_patience 1
set -g __vy_path path # not spelt out: an older fish would refuse to read the whole file

# fish has no clock. A folder's date and its age make the time in whole seconds; /proc/uptime has the hundredths since the machine was
# started. Their largest difference is less than a second too small, and closer with each look (one in a minute). Without /proc the whole
# seconds remain; before fish 3.6 only the second in which the machine was started.
set -g __vy_offset 0
set -g __vy_look 999999999999
function __vy_look_at_clock
    read -l -d ' ' up idle <$__vy_uptime; or set up 0
    set -l sums (builtin $__vy_path mtime -R /; builtin $__vy_path mtime /)
    set sums (math "$sums[1] + $sums[2] - $up"; math "$sums[1] + $sums[2] - $up + 1"; math "$up + 60")
    test $sums[1] -gt $__vy_offset -o $sums[2] -lt $__vy_offset # the second: the clock was set back
    and set -g __vy_offset $sums[1]
    test $up = 0; or set -g __vy_look $sums[3]
end

# The first prompt: names this shell's files, or turns recording off.
function __vy_open --on-event fish_prompt
    functions -e __vy_open
    set -g __vy_uptime /dev/null
    test -r /proc/uptime; and set __vy_uptime /proc/uptime
    read -g -d ' ' __vy_up __vy_idle <$__vy_uptime; or set -g __vy_up 0
    if builtin $__vy_path mtime / >/dev/null 2>/dev/null
        set -g __vy_look -1
        __vy_look_at_clock
    else if test -r /proc/stat
        while read -l -d ' ' name number
            test "$name" = btime; and set -g __vy_offset $number; and break
        end </proc/stat
    end
    set -l spool $__vy_state/spool
    if test $__vy_offset = 0 -o -L $spool; or not test -d $spool -a -O $spool
        __vy_stop
        return
    end
    set -l boot
    test -r /proc/sys/kernel/random/boot_id; and read boot </proc/sys/kernel/random/boot_id
    test -n "$CLAUDECODE$CURSOR_AGENT$GEMINI_CLI$CODEX_SANDBOX$OPENCODE$AI_AGENT"; and set -g __vy_flags fa
    set -l host (string replace -ra '[^A-Za-z0-9-]' _ -- "$hostname")
    test -n "$host"; or set host _
    set -l born (math -s0 "($__vy_up + $__vy_offset) * 1000000")
    set -g __vy_base $spool/$born-$fish_pid-(random)(random)@$host@(string sub -l 8 -- "$boot")
    set -g __vy_stat_file /dev/null
    test -n "$__vy_cpu" -a -r /proc/$fish_pid/stat; and set __vy_stat_file /proc/$fish_pid/stat
    __vy_write_aliases
    __vy_look
end

# The person's automations as this shell shall know them (shortcuts.fish says how), and what `test` asks about them at each prompt.
set -g __vy_same ! -e $__vy_data/automations/shortcuts.fish
function __vy_look
    set -l file $__vy_data/automations/shortcuts.fish
    if test -r $file -a -O $file -a ! -L $file
        source $file
    else if functions -q __vy_leave
        __vy_leave
    end
end

function __vy_stop
    functions -e __vy_preexec __vy_postexec
end

# fish's aliases are functions with a description that starts with "alias". Those that complete like another command are looked at:
# to look at all would load every function file there is. The names of all are written too: a shortcut must not hide one.
function __vy_write_aliases
    test -w $__vy_state; or return
    set -l names (complete | string replace -rf '^complete (?:-c |--command )?([\w.-]+) --wraps.*' '$1')
    set -l mask $umask
    set -g umask 077
    functions -n >$__vy_state/functions.fish
    set -q names[1]; and functions $names | string match -r '^function .*--description (?:\'alias |alias\\\\ ).*' >$__vy_state/aliases.fish
    set -g umask $mask
end

# Asked when one of its signs is there. `vynexus record off [30m]` leaves a file with the second at which the pause ends, or an empty one.
function __vy_is_private
    test -n "$fish_private_mode$VYNEXUS_OFF"; and return
    set -q fish_history; and test -z "$fish_history"; and return
    test -e $__vy_state/paused; or return 1
    set -l until
    test -r $__vy_state/paused; and read until <$__vy_state/paused
    not string match -qr '^\d+$' -- "$until"; or test $until -gt (math "$__vy_up + $__vy_offset")
end

# Never recorded: a line that starts with a blank, nothing but comments, and what names a text that shall be forgotten.
function __vy_is_hidden
    string match -qr '^[ \t]|^(?:\s*+#[^\n]*+)*+\s*+$|(?:^|[;&|(\n])\s*+(?:\S{0,100}/)?(?:vynexus|vy)\s++(?:redact|forget)\b' \
        -- "$__vy_command"
end

# What is hidden, or may hold a secret, starts like this or holds this.
set -g __vy_remarkable '(?i)^[\s#]|^$|redact|forget|a(?:kia|sia|iza)|gh[pousr]_|github_pat_|glpat-|xox|xapp-|[srp]k_(?:live|test)_|sk-|hf_'
set -g __vy_remarkable $__vy_remarkable'|npm_|pypi-|eyj|sg\.|private key|://[^\s/@]++@|bearer|passw|sshpass|token|secret'
set -g __vy_remarkable $__vy_remarkable'|(?:api|access)[_-]?key'

function __vy_preexec --on-event fish_preexec
    set -g __vy_command $argv[1]
    if string match -qr -- $__vy_remarkable "$__vy_command"
        __vy_is_hidden; and set -g __vy_command; and return
        __vy_redact
    end
    read -g -d ' ' __vy_up __vy_idle <$__vy_uptime; or set -g __vy_up 0
    if test -n "$fish_private_mode$VYNEXUS_OFF" -o -e $__vy_state/paused; or set -q fish_history
        __vy_is_private; and set -g __vy_command; and return
    end
    # fish 4: the person's own rule for what the history keeps.
    if functions -q fish_should_add_to_history
        fish_should_add_to_history "$argv[1]" >/dev/null 2>/dev/null; or set -g __vy_command
    end
    read -g __vy_stat <$__vy_stat_file
    set -g __vy_cwd "$PWD"
end

# After Ctrl-Z fish leaves the status of the command before. Is the newest job one that was not stopped before?
function __vy_is_stopped
    set -l pid (jobs -l -p)
    set -l fields
    test -r "/proc/$pid[-1]/stat"; and read -a -d ' ' fields </proc/$pid[-1]/stat
    contains -- T $fields[3..4]; and not contains -- $pid[-1] $__vy_stopped; and set -ga __vy_stopped $pid[-1]
end

# CPU time of the children since the command began. Fields 16 and 17: of all finished ones, in ticks of 10 ms.
function __vy_print_cpu_us
    set -l before (string split ' ' -- "$__vy_stat")
    read -l -a -d ' ' now <$__vy_stat_file
    if set -q before[17]; and string match -q '(*)' -- "$now[2]" # else unknown, or the name of the shell has a blank in it
        math "($now[16] + $now[17] - $before[16] - $before[17]) * 10000"
    else
        echo -
    end
end

# Where to write, asked when the file of now is not there. Its mode is 0600. Fails when 20 files of 512 commands wait for a reader that
# never comes; the numbers go on, so what is not written then is counted as lost.
function __vy_new_chunk
    if set -q __vy_retry
        test $argv[1] -ge $__vy_retry; or return
        set -e __vy_retry
        set -g __vy_chunk $__vy_base.$__vy_chunk_no
        test -w $__vy_chunk; and return
    end
    if not test -w $__vy_state/spool
        test -d $__vy_state/spool; or __vy_stop # uninstalled meanwhile
        return 1
    end
    set -l waiting $__vy_base.*
    not set -q waiting[20]; or return
    set -l mask $umask
    set -g umask 077
    printf '' >>$__vy_chunk # only a folder without room for a name could complain here
    set -g umask $mask
    test -w $__vy_chunk
end

# The disk is full, and fish has said so: it shall not at each prompt, but after 2, 4, 8 ... 1024 commands.
function __vy_wait
    test $__vy_patience -ge 1024; or set -g __vy_patience (math "$__vy_patience * 2")
    set -g __vy_retry (math "$argv[1] + $__vy_patience")
    set -g __vy_chunk $__vy_base.
end

# The next 16 numbers at once; 512 is a multiple of that.
function __vy_count_on
    set -g __vy_chunk_no (math -s0 "$__vy_next / 512")
    set -q __vy_retry; or set -g __vy_chunk $__vy_base.$__vy_chunk_no
    set -g __vy_numbers $__vy_next (for step in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; math "$__vy_next + $step"; end)
    set -g __vy_next $__vy_numbers[17]
    set -e __vy_numbers[17]
end

function __vy_postexec --on-event fish_postexec
    set -l code $status
    test $__vy_same; or __vy_look
    set -q __vy_command[1]; or return
    jobs -q; and __vy_is_stopped; and set code 148
    test -e $__vy_state/paused; and __vy_is_private; and return
    set -l cpu -
    test $CMD_DURATION -ge 100; and set cpu (__vy_print_cpu_us) # below 0.1 s a tick is more than a tenth
    test $__vy_up -gt $__vy_look; and __vy_look_at_clock
    set -l start (math -s0 "($__vy_up + $__vy_offset) * 1000000")
    set -q __vy_numbers[1]; or __vy_count_on
    set -l seq $__vy_numbers[1]
    set -e __vy_numbers[1] # also when the write fails
    if test -w $__vy_chunk; or __vy_new_chunk $seq
        printf '\0VY1\0%s\0%s\0%s000\0%s\0%s\0%s\0%s\0%s\0%s.\0' $seq $start $CMD_DURATION $code $cpu $__vy_flags \
            "$__vy_cwd" "$__vy_command" $seq >>$__vy_chunk; or __vy_wait $seq
    end
    set -g __vy_command
end

# ---- secrets -------------------------------------------------------------------------------------------------------------------
# Coarse: what a regular expression knows at sight does not even reach the spool. The exact rules are the reader's.

# argv: kind, regular expression. Its first group stays, what follows the group goes.
function __vy_replace
    string match -qr -- $argv[2] "$__vy_command"
    and set -g __vy_command (string replace -ra -- $argv[2] '$1{{secret:'$argv[1]'}}' "$__vy_command" | string collect)
end

function __vy_redact
    set -l tail
    if test (string length -- "$__vy_command") -gt 4096
        set -g __vy_command (string match -r -- '^[^\s=]{1,256}' "$__vy_command")
        set tail ' {{secret:long-line}}'
    end
    __vy_replace private-key '(?s)()-----BEGIN [A-Z ]{0,40}PRIVATE KEY.*'
    __vy_replace aws-key-id '()\b(?:AKIA|ASIA)[A-Z0-9]{16}\b'
    __vy_replace github-token '()\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})'
    __vy_replace gitlab-token '()(?<![\w-])glpat-[\w-]{16,}'
    __vy_replace slack-token '()(?<![\w-])(?:xox[a-z]|xapp)-[A-Za-z0-9-]{10,}'
    __vy_replace stripe-key '()\b[srp]k_(?:live|test)_[A-Za-z0-9]{10,}'
    __vy_replace anthropic-key '()(?<![\w-])sk-ant-[\w-]{16,}'
    __vy_replace openai-key '()(?<![\w-])sk-(?!ant-)(?=[\w-]*[A-Z0-9])[\w-]{20,}'
    __vy_replace huggingface-token '()\bhf_[A-Za-z0-9]{20,}'
    __vy_replace npm-token '()\bnpm_[A-Za-z0-9]{30,}'
    __vy_replace pypi-token '()(?<![\w-])pypi-(?=[\w-]*[A-Z0-9])[\w-]{32,}'
    __vy_replace google-key '()\bAIza[\w-]{30,}'
    __vy_replace jwt '()\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?'
    __vy_replace sendgrid-key '()\bSG\.[\w-]{16,}\.[\w-]{16,}'
    __vy_replace password '(://[^\s/@:\'"$]*+:)(?!\{\{secret:)[^\s/@\'"$][^\s/\'"]*(?=@)'
    __vy_replace bearer-token '(?i)(\bbearer\s++)(?!\{\{secret:)[\w.~+/=-]{12,}'
    # A value as the shell would read it: in '', in "" or bare; never a reference, a path, a switch, an option, or what went before.
    set -l value '(?!\{\{secret:|[/~]|\.{1,2}/|(?:id|type)=|(?:true|false|null|none|yes|no|on|off)\b|\d{1,2}\b)'
    set value $value'(?:(?<=\')[^\']+|(?<=")(?![$`])(?:[^"\\\\]|\\\\.)+'
    set value $value'|(?<![\'"])(?![-$`\'"])(?:\\\\.|\'[^\']*\'|"(?:[^"\\\\]|\\\\.)*"|[^\s\'"`;&|<>()\\\\])+)'
    __vy_replace password '(\bsshpass\s++-p\s*+[\'"]?+)'$value
    __vy_replace_named password 'passw(?:or)?d' $value
    __vy_replace_named token token $value
    __vy_replace_named key '(?:api[_-]?|secret[_-]|access[_-])key' $value
    __vy_replace_named secret secret $value
    set -g __vy_command "$__vy_command$tail"
end

# NAME=value, --name value, set -x NAME value.
function __vy_replace_named
    __vy_replace $argv[1] '(?i)('$argv[2]'=(?!=)[\'"]?+)'$argv[3]
    __vy_replace $argv[1] '(?i)((?<![\w-])--'$argv[2]'\s++[\'"]?+)'$argv[3]
    __vy_replace $argv[1] '(?i)(\bset\s++(?:-{1,2}\w++\s++)*+\w{0,64}?'$argv[2]'\s++[\'"]?+)'$argv[3]
end
end
