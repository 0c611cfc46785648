# VyNexus: what a running fish knows about your automations. Written anew whenever one comes or goes; the hook reads it after the next
# command and starts no program for it. It has the functions that must change the calling shell, what Tab offers (values you used, and
# file names), and one key:
#
#   Alt-i (also in vi insert mode, unless it is yours already) puts a routine's own commands on the prompt, for you to look at and change:
#   type its name or the start of it, with arguments or without; on an empty line each press shows the next routine. It runs nothing.
set -g __vy_had $__vy_names
set -g __vy_had_functions $__vy_functions
set -g __vy_shown ''
set -g __vy_typed ''
set -g __vy_turn -1

# Runs an automation here, in the shell it shall change.
function __vy_call # NAME
    if set -q argv[2]
        echo "usage: $argv[1] (without arguments)" >&2
        return 64
    end
    set -l __vy_text $__vy_texts[(contains -i -- $argv[1] $__vy_functions)]
    set -e argv
    eval $__vy_text
end

# Is the word to complete the first one after the command?
function __vy_is_first
    test (count (commandline -opc)) -eq 1
end

# Is the word to complete the NUMBER-th argument? Options come before them.
function __vy_is_at # NUMBER [WORD]...
    set -l words $argv[2..]
    set -q words[1]; or set words (commandline -opc)
    set -l before 0
    test "$words[2]" = --dry-run; and set before 1
    test "$words[2]" = --from; and set before 2
    test (count $words) -eq (math $argv[1] + $before)
end

# Is it that of `vy run NAME`?
function __vy_is_running # NAME NUMBER
    set -l words (commandline -opc)
    test "$words[2]" = run -a "$words[3]" = $argv[1]; and __vy_is_at $argv[2] $words[3..]
end

# Is it the name of an automation?
function __vy_is_naming
    set -l words (commandline -opc)
    test (count $words) -eq 2; and contains -- $words[2] run show pause resume retire edit undo export schedule
end

# After the last routine that fits, what was typed comes back.
function __vy_show_routine
    set -l line (commandline | string collect)
    set -g __vy_turn (math $__vy_turn + 1)
    if test "$line" != "$__vy_shown"
        set -g __vy_typed "$line"
        set -g __vy_turn 0
    end
    set -l word '(?:\\\\[^\n]|\'(?:[^\'\\\\\n]|\\\\[^\n])*+\'|"(?:[^"\\\\\n]|\\\\[^\n])*+"|[^\\s\'"\\\\;&|<>()`])++'
    string match -qr -- '^(?:[ \t]|'$word')*+$' "$__vy_typed"; or return # one command, no open quote
    set -l words (string match -ra -- $word "$__vy_typed")
    set -l length (string length -- "$words[1]")
    set -l found
    for name in $__vy_names
        if test "$name" = "$words[1]"
            set -p found $name
        else if test -z "$words[1]"; or test (string sub -l $length -- $name) = "$words[1]"
            set -a found $name
        end
    end
    set -q found[1]; or return
    set -l number (math "$__vy_turn % ("(count $found)" + 1) + 1")
    set -l text "$__vy_typed"
    set -l at
    if set -q found[$number]
        set -l rest (string split \n -- $__vy_lines[(contains -i -- $found[$number] $__vy_names)])
        set text "$rest[1]"
        while set -e rest[1]; and set -q rest[1]
            set -l typed $words[(math $rest[1] + 1)]
            if not set -q typed[1]
                set typed $rest[2]
                test -z "$at"; and string match -qr '^{.*}$' -- $typed; and set at (string length -- "$text")
            end
            set text "$text$typed$rest[3]"
            set -e rest[1..2]
        end
    end
    test -n "$at"; or set at (string length -- "$text")
    commandline -r -- "$text"
    commandline -C $at
    set -g __vy_shown "$text"
end

# Makes the shell's tables agree with the lists. The key stays: without routines it does nothing.
function __vy_update
    for name in $__vy_had_functions
        contains -- $name $__vy_functions; and continue
        string match -q '*/automations/shortcuts.fish' -- (functions --details $name); and functions -e $name
    end
    if not set -q __vy_names[1]
        complete -e -c vynexus
        complete -e -c vy
        return
    end
    for mode in default insert
        # In vi's command mode, which is then the default one, Escape and i mean what they mean there.
        test $mode = default; and contains -- "$fish_key_bindings" fish_vi_key_bindings fish_hybrid_key_bindings; and continue
        bind -M $mode \ei >/dev/null 2>/dev/null; or bind -M $mode \ei __vy_show_routine
    end
end

# All of them are gone.
function __vy_leave
    set -g __vy_had_functions $__vy_functions
    for name in $__vy_names
        complete -e -c $name
    end
    set -g __vy_names
    set -g __vy_functions
    set -g __vy_same ! -e $__vy_data/automations/shortcuts.fish
    __vy_update
end

for name in $__vy_had vynexus vy
    complete -e -c $name
end
