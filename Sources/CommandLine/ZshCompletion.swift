extension GeneratedFile {
    /// The completion for zsh.
    static var zshCompletion: String {
        let flags = Subcommand.allCases.map { subcommand in
            let specs = Flag.all(of: subcommand).flatMap(\.zshSpecs).map { "                '\($0)'" }
            return "        \(subcommand.rawValue))\n            flags=(\n"
                + specs.joined(separator: "\n") + "\n            )\n            ;;"
        }.joined(separator: "\n")
        let subcommands = Subcommand.allCases
            .map { "        '\($0.rawValue):\($0.summary.zshEscaped)'" }.joined(separator: "\n")
        let names = Subcommand.allCases.map(\.rawValue).joined(separator: "|")
        let context = TemplateReference.context.pieces.joined(separator: " ")
        return #"""
            #compdef obstrace
            # zsh completion for obstrace. Printed by: obstrace --generate zsh

            # Runs the obstrace that the line names.
            _obstrace_run() {
                _call_program obstrace ${(q)obstrace} ${(q)@} 2>/dev/null
            }

            # Offers subsystems, and after a colon the events of one.
            _obstrace_events() {
                local -aU names
                compset -P '\!'
                local typed=${(Q)PREFIX}
                [[ $typed == *['*?[']* ]] && return 1
                if [[ $typed == *:* ]]; then
                    names=(${(f)"$(_obstrace_run list "$typed*")"})
                    compset -P '*:'
                    compadd -- ${names#*:}
                else
                    names=(${${(f)"$(_obstrace_run list "$typed*:*")"}%%:*})
                    compadd -q -S : -- $names
                fi
            }

            # Offers the fields of the events typed so far, after the last '<' of a template.
            _obstrace_template() {
                local -aU events names
                # zsh cannot go on with a quote that opens within a word.
                [[ $PREFIX == *\\* ]] && return 1
                compset -P '*<' || return 1
                [[ $PREFIX == *[':?>']* ]] && return 1
                compset -P '*\|'
                local context=1 own=1
                compset -P '@' && own=
                compset -P . && context=
                events=(${(M)typed_words:#[^-\!]*:*})
                [[ $own ]] && names=(${(f)"$(_obstrace_run --generate fields $events)"})
                [[ $context ]] && names+=(\#(context))
                compadd -S '>' -- $names
            }

            _obstrace_subcommands() {
                local -a subcommands=(
            \#(subcommands)
                )
                _describe subcommand subcommands
            }

            # Offers what can stand where no flag stands.
            _obstrace_operands() {
                case $subcommand in
                    '') _alternative 'subcommands:subcommand:_obstrace_subcommands' 'events:event:_obstrace_events' ;;
                    help) _obstrace_subcommands ;;
                    info) _files ;;
                    *) _obstrace_events ;;
                esac
            }

            _obstrace() {
                local -a flags typed_words=(${(Q)words[2,CURRENT-1]})
                local curcontext=$curcontext obstrace=${~words[1]} subcommand=''
                local -i dashes=${words[(i)--]}
                if ((dashes < CURRENT)); then
                    shift dashes words
                    ((CURRENT -= dashes))
                    _normal
                    return
                fi
                [[ ${typed_words[1]} == (\#(names)) ]] && subcommand=${typed_words[1]}
                case ${subcommand:-trace} in
            \#(flags)
                esac
                if [[ $subcommand ]]; then
                    shift words
                    ((CURRENT--))
                elif ((${#typed_words})); then
                    subcommand=trace
                fi
                _arguments -s -S $flags '*: :_obstrace_operands'
            }

            _obstrace "$@"

            """#
    }
}

extension Flag {
    /// The flag as `_arguments` has it, each spelling for itself.
    fileprivate var zshSpecs: [String] {
        let text = "[\(summary.zshEscaped)]"
        guard let value else { return spellings.map { "(\(spellings.joined(separator: " ")))\($0)\(text)" } }
        return spellings.map { spelling in
            let joint = value.isOptional ? "=-" : spelling.hasPrefix("--") ? "=" : "+"
            let colon = value.isOptional ? "::" : ":"
            return "*\(spelling)\(joint)\(text)\(colon)\(value.name):\(value.completion.zshAction)"
        }
    }
}

extension Flag.Completion {
    /// What offers the value of a flag in zsh.
    fileprivate var zshAction: String {
        switch self {
        case .nothing: " "
        case .files: "_files"
        case .words(let words): "(\(words.joined(separator: " ")))"
        case .processes: "_sequence _pids"
        case .users: "_sequence _users"
        case .template: "_obstrace_template"
        }
    }
}

extension String {
    /// The text within a specification in single quotes.
    fileprivate var zshEscaped: String {
        reduce(into: "") { text, character in
            switch character {
            case "'": text += "'\\''"
            case ":", "[", "]", "\\": text += "\\\(character)"
            default: text.append(character)
            }
        }
    }
}
