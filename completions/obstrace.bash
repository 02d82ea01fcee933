# bash completion for obstrace. Printed by: obstrace --generate bash

# Splits the line up to the cursor into words, without their quotes; the last one is at the cursor.
# Sets open to the number of characters before the quote that is still open there, or to -1.
_obstrace_split() {
    local line=${COMP_LINE:0:COMP_POINT} quote='' word='' started='' char i
    words=() open=-1
    for ((i = 0; i < ${#line}; i++)); do
        char=${line:i:1}
        if [[ $quote && $char == "$quote" ]]; then
            quote='' open=-1
        elif [[ $char == \\ && $quote != \' ]]; then
            ((++i))
            word+=${line:i:1}
        elif [[ $quote ]]; then
            word+=$char
        elif [[ $char == [\'\"] ]]; then
            quote=$char started=1 open=${#word}
        elif [[ $char == [[:space:]] ]]; then
            [[ $word || $started ]] && words+=("$word")
            word='' started=''
        else
            word+=$char
        fi
    done
    words+=("$word")
}

# Runs the obstrace that the line names.
_obstrace_run() {
    "${words[0]/#\~\//$HOME/}" "$@" 2>/dev/null
}

# Offers those of the words in the first argument that begin with what was typed.
_obstrace_words() {
    mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur")
}

# Offers subsystems, and after a colon the events of one.
_obstrace_events() {
    local mark='' name typed=$cur
    local -A seen=()
    [[ $typed == !* ]] && mark=! typed=${typed:1}
    [[ $typed == *['*?[']* ]] && return
    if [[ $typed == *:* ]]; then
        mapfile -t COMPREPLY < <(_obstrace_run list "$typed*")
    else
        while IFS= read -r name; do
            [[ ${seen[${name%%:*}]-} ]] || COMPREPLY+=("${name%%:*}:")
            seen[${name%%:*}]=1
        done < <(_obstrace_run list "$typed*:*")
        ((${#COMPREPLY[@]})) && compopt -o nospace
    fi
    COMPREPLY=("${COMPREPLY[@]/#/$mark}")
}

# Offers the fields of the events typed so far, after the last '<' of a template.
_obstrace_template() {
    local part=${cur##*<} name
    [[ $cur == *'<'* && $part != *[':?>']* ]] || return
    part=${part##*'|'}
    local names='' context='time elapsed delta wall cpu pid tid comm ppid uid user exe cmdline cgroup container event subsystem name n late fields print stack ustack'
    [[ $part == @* ]] || names=$(_obstrace_run --generate fields "${events[@]}")
    [[ $part == .* ]] || names+=" $context"
    part=${part#[.@]}
    for name in $names; do
        [[ $name == "$part"* ]] && COMPREPLY+=("${cur%"$part"}$name>")
    done
    compopt -o nospace
}

_obstrace_files() {
    compopt -o filenames
    mapfile -t COMPREPLY < <(compgen -f -- "$cur")
}

_obstrace_processes() {
    local part=${cur##*,}
    mapfile -t COMPREPLY < <(cd /proc && compgen -W "$(echo [0-9]*)" -P "${cur%"$part"}" -- "$part")
}

_obstrace_users() {
    local part=${cur##*,}
    mapfile -t COMPREPLY < <(compgen -u -P "${cur%"$part"}" -- "$part")
}

# Completes the command after the '--', which is the word of that number.
_obstrace_command() {
    local first i
    for ((first = 1; first < COMP_CWORD; first++)); do
        [[ ${COMP_WORDS[first]} == -- ]] && break
    done
    for i in _comp_command_offset _command_offset; do
        declare -F "$i" >/dev/null && "$i" $((first + 1)) && return
    done
    compopt -o default
    ((COMP_CWORD == first + 1)) && mapfile -t COMPREPLY < <(compgen -c -- "$cur")
}

_obstrace() {
    local words=() events=() open cur flag='' subcommand='' head='' i
    COMPREPLY=()
    _obstrace_split
    cur=${words[-1]}
    for ((i = 1; i < ${#words[@]} - 1; i++)); do
        if [[ $flag ]]; then
            flag=''
            continue
        fi
        case ${words[i]} in
            --)
                _obstrace_command
                return
                ;;
            -f | --format | -o | --output | --by | -i | --interval | -n | --rows | --keys | --linear | --where | --on | --cancel | --max-age | --max-waiting | --count | --slower | -d | --duration | --until | --expect | --forbid | -p | --pid | -t | --tid | --cgroup | --container | --comm | -u | --user | -C | --cpu | --run-as | -m | --buffer | -w | --write | --max-size | --rotate | --to | -r | --read | --field | --type | --rate | --color) flag=${words[i]} ;;
            -*) ;;
            trace | count | hist | top | info | convert | syscalls | list | pair | help)
                [[ $subcommand ]] || subcommand=${words[i]} ;;
            *)
                subcommand=${subcommand:-trace}
                [[ ${words[i]} == !* ]] || events+=("${words[i]}")
                ;;
        esac
    done
    if [[ ! $flag && $cur == --*=* ]]; then
        flag=${cur%%=*} head=${cur%%=*}= cur=${cur#*=}
    elif [[ ! $flag && $cur == -[foindptuCmwr]?* ]]; then
        flag=${cur:0:2} head=${cur:0:2} cur=${cur:2}
    fi
    case $flag in
        -f | --format) _obstrace_template ;;
        --json) _obstrace_words 'strings numbers strings,numbers' ;;
        --csv | --tsv | --logfmt) _obstrace_words 'numbers' ;;
        --stacks) _obstrace_words 'kernel user kernel,user' ;;
        --dwarf) _obstrace_words '4K 8K 16K 32K' ;;
        -o | --output | --cgroup | -w | --write | -r | --read) _obstrace_files ;;
        --hist) _obstrace_words 'latency' ;;
        -p | --pid) _obstrace_processes ;;
        -u | --user | --run-as) _obstrace_users ;;
        --to) _obstrace_words 'chrome svg trace-cmd perfetto' ;;
        --color) _obstrace_words 'auto always never' ;;
        '')
            case $cur in
                -*)
                    case ${subcommand:-trace} in
                        trace) _obstrace_words '-f --format --json --csv --tsv --logfmt --stacks --dwarf -o --output --where --no-pushdown -n --count -d --duration --until --expect --forbid -p --pid -t --tid --cgroup --container --comm -u --user -C --cpu --run-as --all-processes -m --buffer --strict -w --write --max-size --rotate -r --read --explain -q --quiet -v --verbose --color -h --help --version' ;;
                        count) _obstrace_words '--json --csv --tsv --logfmt --dwarf -o --output --by -i --interval -n --rows --keys --per-cpu --folded --where --no-pushdown -d --duration --until --expect --forbid -p --pid -t --tid --cgroup --container --comm -u --user -C --cpu --all-processes -m --buffer --strict -r --read --explain -q --quiet -v --verbose --color -h --help --version' ;;
                        hist) _obstrace_words '--json --dwarf -o --output --by -i --interval -n --rows --keys --linear --log10 --where --no-pushdown -d --duration --until --expect --forbid -p --pid -t --tid --cgroup --container --comm -u --user -C --cpu --all-processes -m --buffer --strict -r --read --explain -q --quiet -v --verbose --color -h --help --version' ;;
                        top) _obstrace_words '--json --csv --tsv --logfmt --dwarf -o --output --by -i --interval -n --rows --keys --where --no-pushdown -d --duration --until --expect --forbid -p --pid -t --tid --cgroup --container --comm -u --user -C --cpu --all-processes -m --buffer --strict --explain -q --quiet -v --verbose --color -h --help --version' ;;
                        info) _obstrace_words '-h --help --version' ;;
                        convert) _obstrace_words '--to -h --help --version' ;;
                        syscalls) _obstrace_words '-o --output --where --no-pushdown -c --summary -n --count --failed --slower --json -d --duration --until --expect --forbid -p --pid -t --tid --cgroup --container --comm -u --user -C --cpu --all-processes -m --buffer --strict -w --write --max-size --rotate -r --read --explain -q --quiet -v --verbose --color -h --help --version' ;;
                        list) _obstrace_words '--field --type --rate -v --verbose --json --color -h --help --version' ;;
                        pair) _obstrace_words '--json --csv --tsv --logfmt -o --output --by -i --interval --keys --linear --log10 --on --where --hist --cancel --max-age --max-waiting -f --format -n --count -d --duration --until --expect --forbid -p --pid -t --tid --cgroup --container --comm -u --user -C --cpu --all-processes -m --buffer --strict -r --read -q --quiet -v --verbose --color -h --help --version' ;;
                        help) _obstrace_words '-h --help --version' ;;
                    esac
                    ;;
                *)
                    case $subcommand in
                        help) ;;
                        info) _obstrace_files ;;
                        *) _obstrace_events ;;
                    esac
                    if [[ ! $subcommand || $subcommand == help ]]; then
                        mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(
                            compgen -W 'trace count hist top info convert syscalls list pair help' -- "$cur")
                    fi
                    ;;
            esac
            ;;
    esac
    # bash replaces what follows the open quote, or else the last character that breaks words.
    local kept=$open typed=$head$cur
    if ((kept < 0)); then
        typed=${typed%"${typed##*["$COMP_WORDBREAKS"]}"}
        kept=${#typed}
    fi
    for i in "${!COMPREPLY[@]}"; do
        COMPREPLY[i]=$head${COMPREPLY[i]}
        COMPREPLY[i]=${COMPREPLY[i]:kept}
    done
}

complete -F _obstrace obstrace
