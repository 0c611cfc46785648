"""Names that bash or zsh keep for themselves: builtins and keywords. A command of such a name would never be called, or break scripts."""

SHELL_WORDS = frozenset(
    """
    alias autoload bg bind bindkey break builtin bye caller case cd chdir chgrp chmod chown command compadd comparguments compcall
    compctl compdescribe compfiles compgen compgroups complete compopt compquote compset comptags comptry compvalues continue coproc
    declare dirs disable disown do done echo echotc echoti elif else emulate enable end esac eval exec exit export false fc fg fi float
    for foreach function functions getln getopts hash help history if in integer jobs kill let limit ln local log logout mapfile mkdir
    mv nocorrect noglob popd print printf private pushd pushln pwd read readarray readonly rehash repeat return rm rmdir run-help sched
    select set setopt shift shopt source stat strftime suspend sync test then time times trap true ttyctl type typeset ulimit umask
    unalias unfunction unhash unlimit unset unsetopt until vared wait whence where which which-command while zcompile zf_chgrp zf_chmod
    zf_chown zf_ln zf_mkdir zf_mv zf_rm zf_rmdir zf_sync zformat zle zmodload zparseopts zpty zregexparse zstat zstyle
    """.split()
)
"""From `compgen -b -k` (bash 5.2) and `$builtins`, `$reswords` (zsh 5.9), as far as they could be a shortcut's name."""
