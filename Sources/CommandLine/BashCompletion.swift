extension GeneratedFile {
    /// The completion for bash; it needs nothing but bash itself.
    static var bashCompletion: String {
        let flags = Subcommand.allCases.map { subcommand in
            let names = Flag.all(of: subcommand).flatMap(\.spellings).joined(separator: " ")
            return "                        \(subcommand.rawValue)) _obstrace_words '\(names)' ;;"
        }.joined(separator: "\n")
        let values = Flag.spellingsByCompletion.compactMap { completion, spellings in
            completion.bashAction.map { "        \(spellings.joined(separator: " | "))) \($0) ;;" }
        }.joined(separator: "\n")
        let taking = Flag.spellingsBeforeValue
        let letters = taking.filter { $0.count == 2 }.map { $0.dropFirst() }.joined()
        let subcommands = Subcommand.allCases.map(\.rawValue)
        let context = TemplateReference.context.pieces.joined(separator: " ")
        return #"""
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
                local names='' context='\#(context)'
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
                        \#(taking.joined(separator: " | "))) flag=${words[i]} ;;
                        -*) ;;
                        \#(subcommands.joined(separator: " | ")))
                            [[ $subcommand ]] || subcommand=${words[i]} ;;
                        *)
                            subcommand=${subcommand:-trace}
                            [[ ${words[i]} == !* ]] || events+=("${words[i]}")
                            ;;
                    esac
                done
                if [[ ! $flag && $cur == --*=* ]]; then
                    flag=${cur%%=*} head=${cur%%=*}= cur=${cur#*=}
                elif [[ ! $flag && $cur == -[\#(letters)]?* ]]; then
                    flag=${cur:0:2} head=${cur:0:2} cur=${cur:2}
                fi
                case $flag in
            \#(values)
                    '')
                        case $cur in
                            -*)
                                case ${subcommand:-trace} in
            \#(flags)
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
                                        compgen -W '\#(subcommands.joined(separator: " "))' -- "$cur")
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

            """#
    }
}

extension Flag.Completion {
    /// What offers the value of a flag in bash; nil if nothing can be offered.
    fileprivate var bashAction: String? {
        switch self {
        case .nothing: nil
        case .files: "_obstrace_files"
        case .words(let words): "_obstrace_words '\(words.joined(separator: " "))'"
        case .processes: "_obstrace_processes"
        case .users: "_obstrace_users"
        case .template: "_obstrace_template"
        }
    }
}
