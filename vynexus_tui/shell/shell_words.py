"""Names that bash, zsh or fish keep for themselves: builtins and keywords. A command of such a name is never called, or breaks scripts."""

SHELL_WORDS = frozenset(
    """
    abbr alias and argparse autoload begin bg bind bindkey block break breakpoint builtin bye caller case cd chdir chgrp chmod chown
    command commandline compadd comparguments compcall compctl compdescribe compfiles compgen compgroups complete compopt compquote
    compset comptags comptry compvalues contains continue coproc count declare dirs disable disown do done echo echotc echoti elif
    else emit emulate enable end esac eval exec exit export false fc fg fi float for foreach function functions getln getopts hash
    help history if in integer jobs kill let limit ln local log logout mapfile math mkdir mv nocorrect noglob not or path popd print
    printf private pushd pushln pwd random read readarray readonly realpath rehash repeat return rm rmdir run-help sched select set
    set_color setopt shift shopt source stat status strftime string suspend switch sync test then time times trap true ttyctl type
    typeset ulimit umask unalias unfunction unhash unlimit unset unsetopt until vared wait whence where which which-command while
    zcompile zf_chgrp zf_chmod zf_chown zf_ln zf_mkdir zf_mv zf_rm zf_rmdir zf_sync zformat zle zmodload zparseopts zpty zregexparse
    zstat zstyle
    """.split()
)
"""From `compgen -b -k` (bash 5.2) and `$builtins`, `$reswords` (zsh 5.9), `builtin -n` (fish 4.0), where they could be a name of ours."""
