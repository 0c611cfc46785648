# shellcheck shell=bash disable=SC1007,SC1090,SC2034,SC2124,SC2154 # empty values; names of the hook; slices of one word, read by zsh too
# VyNexus: what a running bash or zsh knows about your automations. Written anew whenever one comes or goes; the hook reads it at the
# next prompt and starts no program for it. It has the functions that must change the calling shell, what Tab offers (values you used,
# then file names), and one key:
#
#   Alt-i (emacs and vi insert mode, unless it is yours already) puts a routine's own commands on the prompt, for you to look at and change:
#   type its name or the start of it, with arguments or without; on an empty line each press shows the next routine. It runs nothing.
\typeset -ga __vy_names __vy_functions # with a backslash: it may be an alias of yours
__vy_had=("${__vy_names[@]}") __vy_had_functions=("${__vy_functions[@]}")
\unset -v __vy_lines __vy_values __vy_folders __vy_texts __vy_options
\typeset -gA __vy_lines __vy_values __vy_folders __vy_texts __vy_options # of this shell alone: `set -a` exports no arrays
__vy_commands='approve automations bottlenecks config cycle demo doctor edit export forget hook import new patterns pause peek record
redact reject report resume retire run savings schedule show snooze status try undo uninstall workflows'
__vy_shown='' __vy_typed='' __vy_turn=-1 __vy_words=() __vy_offers=() __vy_quote=''

# Runs an automation here, in the shell it shall change.
__vy_call() { # NAME
    if (($# > 1)); then
        \builtin printf 'usage: %s (without arguments)\n' "$1" >&2
        return 64
    fi
    # No variables of ours: the text runs in here and may use any name.
    set -- "${__vy_texts[$1]-}" "${__vy_folders[$1]-}"
    [[ -z $2 ]] || \builtin cd -- "$2" || return
    if [[ -n ${BASH_VERSION-} ]] && ! \builtin shopt -q interactive_comments; then # a comment would be run
        \builtin shopt -s interactive_comments
        __vy_eval "$1"
        set -- "$?"
        \builtin shopt -u interactive_comments
        return "$1"
    fi
    __vy_eval "$1"
}
__vy_eval() { # TEXT
    \builtin eval "set --"$'\n'"$1"
}

# A function NAME, not where the person has a function or an alias of that name.
__vy_define() { # NAME
    \builtin typeset -f -- "$1" >/dev/null || \builtin alias -- "$1" >/dev/null 2>/dev/null ||
        \builtin eval "$1() { __vy_call $1 \"\$@\"; }"
}

# The words of LINE as they were typed, quotes and all; the last one is empty after a blank. Fails where there is more than one command.
__vy_split() { # LINE
    local line=$1 word= ch= at=0
    __vy_words=() __vy_quote=
    while ((at < ${#line})); do
        ch=${line:$at:1}
        at=$((at + 1))
        if [[ $__vy_quote == "'" ]]; then
            [[ $ch != "'" ]] || __vy_quote=
        elif [[ $ch == "\\" ]]; then
            ch=$ch${line:$at:1}
            at=$((at + 1))
        elif [[ -n $__vy_quote ]]; then
            [[ $ch != '"' ]] || __vy_quote=
        else
            case $ch in
            \' | \") __vy_quote=$ch ;;
            [[:blank:]])
                [[ -z $word ]] || __vy_words+=("$word")
                word=
                continue
                ;;
            [[:cntrl:]] | ';' | '&' | '|' | '<' | '>' | '(' | ')' | '`') return 1 ;;
            esac
        fi
        word=$word$ch
    done
    __vy_words+=("$word")
}

# What Tab offers for the word at NUMBER (from 1) of __vy_words, whose word 0 is the command -> __vy_offers.
__vy_find_offers() { # NUMBER
    local number=$1 name=${__vy_words[@]:0:1} second=${__vy_words[@]:1:1} IFS=$' \t\n'
    name=${name##*/} __vy_offers=()
    case $name in vy | vynexus)
        case $number:$second in
        1:*)
            __vy_split "${__vy_commands//$'\n'/ }"
            __vy_offers=("${__vy_words[@]}")
            return
            ;;
        2:run | 2:show | 2:pause | 2:resume | 2:retire | 2:edit | 2:undo | 2:export | 2:schedule)
            __vy_offers=("${__vy_names[@]}")
            return
            ;;
        *:run) name=${__vy_words[@]:2:1} second=${__vy_words[@]:3:1} number=$((number - 2)) ;;
        *) return ;;
        esac
        ;;
    esac
    case $number:$second in
    1:-*) second=${__vy_options[$name]-}${__vy_options[$name]:+$'\n'}${__vy_values[$name.1]-} ;;
    *:--dry-run) second=${__vy_values[$name.$((number - 1))]-} ;;
    *:--from) second=${__vy_values[$name.$((number - 2))]-} ;;
    *) second=${__vy_values[$name.$number]-} ;;
    esac
    second=${second%$'\n'}
    while [[ -n $second ]]; do
        __vy_offers+=("${second%%$'\n'*}")
        [[ $second == *$'\n'* ]] || break
        second=${second#*$'\n'}
    done
}

# What the key shows for LINE -> __vy_text, __vy_at. After the last routine that fits, what was typed comes back.
__vy_find_line() { # LINE
    local name= word= rest= number= found=()
    __vy_turn=$((__vy_turn + 1))
    [[ $1 == "$__vy_shown" ]] || __vy_typed=$1 __vy_turn=0
    __vy_split "$__vy_typed" && [[ -z $__vy_quote ]] || return
    word=${__vy_words[@]:0:1}
    for name in "${__vy_names[@]}"; do
        if [[ $name == "$word" ]]; then
            found=("$name" "${found[@]}")
        elif [[ $name == "$word"* ]]; then
            found+=("$name")
        fi
    done
    ((${#found[@]})) || return
    number=$((__vy_turn % (${#found[@]} + 1)))
    __vy_text= __vy_at=
    if ((number == ${#found[@]})); then
        __vy_text=$__vy_typed
    else
        name=${found[@]:$number:1} rest=${__vy_lines[$name]}$'\n'
        while __vy_text=$__vy_text${rest%%$'\n'*} rest=${rest#*$'\n'} && [[ -n $rest ]]; do
            number=${rest%%$'\n'*} rest=${rest#*$'\n'}
            word=${__vy_words[@]:$number:1}
            if [[ -z $word ]]; then
                word=${rest%%$'\n'*}
                [[ -n $__vy_at || $word != '{'*'}' ]] || __vy_at=${#__vy_text}
            fi
            __vy_text=$__vy_text$word rest=${rest#*$'\n'}
        done
    fi
    __vy_at=${__vy_at:-${#__vy_text}} __vy_shown=$__vy_text
}

if [[ -n ${ZSH_VERSION-} ]]; then
    __vy_offer_in_zsh() {
        emulate -L zsh
        __vy_words=("${words[@]:0:$CURRENT}")
        __vy_find_offers $((CURRENT - 1))
    }
    # compadd quotes what it is given. Without compinit Tab offers nothing: zsh's older compctl does not find a command with a hyphen.
    __vy_complete() {
        __vy_offer_in_zsh
        compadd -V vynexus -a __vy_offers || _files
    }
    __vy_show_routine() {
        emulate -L zsh
        __vy_find_line "$BUFFER" || return 0
        BUFFER=$__vy_text CURSOR=$__vy_at
    }
    __vy_bind() {
        local map= bound=
        zle -N __vy_show_routine
        for map in emacs viins; do
            bound=
            bindkey -M $map '^[i' >|"$__vy_base.h" && sysread bound <"$__vy_base.h"
            [[ $bound != *undefined-key* ]] || bindkey -M $map '^[i' __vy_show_routine
        done
    }
    __vy_register() { # NAME...
        local name=
        ((${+functions[compdef]})) || return 0
        for name in "$@"; do
            ((${+_comps[$name]})) || compdef __vy_complete "$name"
        done
    }
    __vy_forget() { # NAME
        [[ ${_comps[$1]-} != __vy_complete ]] || compdef -d "$1"
    }
    __vy_forget_function() { # NAME
        [[ ${functions[$1]-} != *"__vy_call $1 "* ]] || unset -f "$1"
    }
else
    __vy_complete() { # COMMAND WORD
        local - IFS=$' \t\n' value= quoted= typed= kept=
        set +aeux
        COMPREPLY=()
        __vy_split "${COMP_LINE:0:COMP_POINT}" || return 0
        typed=${__vy_words[${#__vy_words[@]} - 1]}
        kept=${typed%"$2"} # readline replaces only what follows a : or = or an open quote
        __vy_find_offers $((${#__vy_words[@]} - 1))
        for value in "${__vy_offers[@]}"; do
            case $typed in
            [\"\']*) # inside quotes only what means itself there
                [[ $value != *[\\\"\'\$\`\!]* ]] || continue
                quoted=${typed:0:1}$value
                ;;
            *) printf -v quoted %q "$value" ;;
            esac
            [[ $quoted != "$typed"* ]] || COMPREPLY+=("${quoted#"$kept"}")
        done
    }
    __vy_show_routine() {
        local - IFS=$' \t\n'
        set +aeux
        __vy_find_line "$READLINE_LINE" || return 0
        READLINE_LINE=$__vy_text READLINE_POINT=$__vy_at
    }
    # What the key does in MAP -> bound. Through the scratch file, as all that builtins print.
    __vy_binding() { # MAP
        { \builtin bind -m "$1" -p; \builtin bind -m "$1" -s; \builtin bind -m "$1" -X; \builtin printf '\0'; } 1<>"$__vy_base.h"
        IFS= \builtin read -rd '' bound <"$__vy_base.h"
        : >|"$__vy_base.h"
    }
    __vy_bind() {
        local map= bound= before=
        for map in emacs vi-insert; do
            __vy_binding $map
            before=${bound%%'"\ei":'*} # not [[: with nocasematch this would be "\eI": too
            ((${#before} < ${#bound})) || \builtin bind -m $map -x '"\ei": __vy_show_routine'
        done
    }
    __vy_register() { # NAME...
        local name=
        for name in "$@"; do
            \builtin complete -p -- "$name" >/dev/null || \builtin complete -o nosort -o bashdefault -o default -F __vy_complete -- "$name"
        done
    }
    __vy_forget() { # NAME
        \builtin complete -r -- "$1"
    }
    __vy_forget_function() { # NAME
        local body=
        \builtin typeset -f -- "$1" >/dev/null || return 0
        body=$(\builtin typeset -f -- "$1") # the one fork: a function of ours goes, a function of the person's own must not
        [[ $body != *"__vy_call $1 "* ]] || unset -f -- "$1"
    }
fi

# Makes the shell's tables agree with the lists; what is there already stays as it is. The key stays too: without routines it does nothing.
__vy_update() {
    local name= IFS=' '
    for name in "${__vy_had_functions[@]}"; do
        case " ${__vy_functions[*]} " in *" $name "*) ;; *) __vy_forget_function "$name" ;; esac
    done
    for name in "${__vy_had[@]}"; do
        case " ${__vy_names[*]} " in *" $name "*) ;; *) __vy_forget "$name" ;; esac
    done
    if ((${#__vy_names[@]})); then
        __vy_register "${__vy_names[@]}" vynexus vy
        [[ -n ${__vy_bound-} ]] || __vy_bind
        __vy_bound=1
    else
        __vy_forget vynexus
        __vy_forget vy
    fi
}

# All of them are gone.
__vy_leave() {
    __vy_had=("${__vy_names[@]}") __vy_had_functions=("${__vy_functions[@]}")
    __vy_names=() __vy_functions=() __vy_mark=
    __vy_update
}
