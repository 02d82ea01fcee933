extension GeneratedFile {
    /// The completion for fish.
    static var fishCompletion: String {
        let subcommands = Subcommand.allCases.map {
            "complete -c obstrace -n '__obstrace_first; or __obstrace_is help' -a \($0.rawValue) -d '\($0.summary.fishEscaped)'"
        }.joined(separator: "\n")
        let names = Subcommand.allCases.map(\.rawValue).joined(separator: " ")
        let taking = Flag.spellingsBeforeValue.joined(separator: " ")
        let flags = Flag.all.map(\.fishCompletion).joined(separator: "\n")
        let context = TemplateReference.context.pieces.joined(separator: " ")
        return #"""
            # fish completion for obstrace. Printed by: obstrace --generate fish

            # Runs the obstrace that the line names.
            function __obstrace_run
                set -l words (commandline -opc)
                $words[1] $argv 2>/dev/null
            end

            # Prints the words before the cursor that are neither flags nor values of flags.
            function __obstrace_operands
                set -l is_value false
                for word in (commandline -opc)[2..]
                    if $is_value
                        set is_value false
                    else if contains -- $word \#(taking)
                        set is_value true
                    else if not string match -q -- '-*' $word
                        echo -- $word
                    end
                end
            end

            # Tells whether the cursor is in the command after '--'.
            function __obstrace_in_command
                contains -- -- (commandline -opc)
            end

            # Tells whether the cursor is where a subcommand can stand.
            function __obstrace_first
                not __obstrace_in_command
                and test (count (__obstrace_operands)) -eq 0
            end

            # Tells whether one of the subcommands in the arguments is typed; trace if there is none.
            function __obstrace_is
                __obstrace_in_command
                and return 1
                set -l operands (__obstrace_operands)
                contains -- "$operands[1]" \#(names)
                or set operands[1] trace
                contains -- $operands[1] $argv
            end

            # Prints subsystems, and after a colon the events of one.
            function __obstrace_events
                set -l token (commandline -ct | string trim -l -c \'\")
                set -l mark (string match -r '^!' -- $token)
                set token (string replace -r '^!' '' -- $token)
                string match -qr '[*?[]' -- $token
                and return
                if string match -q '*:*' -- $token
                    __obstrace_run list "$token*" | string replace -r '^' "$mark"
                else
                    __obstrace_run list "$token*:*" | string replace -r '^(.*?:).*' "$mark\$1" | sort -u
                end
            end

            # Prints templates that go on with the fields of the events typed so far, after the last '<'.
            function __obstrace_template
                set -l token (commandline -ct | string replace -r '^(--format=|-f)' '' | string trim -l -c \'\")
                set -l parts (string match -r '^(.*<(?:[^:?>]*\|)?)([.@]?)([^:?>|<]*)$' -- $token)
                or return
                # fish would match what was typed with descriptions too.
                if test "$parts[3]" != @
                    set -l events (string match -- '*:*' (__obstrace_operands))
                    for name in (__obstrace_run --generate fields $events | string match -e -- "$parts[4]")
                        printf '%s>\tfield\n' $parts[2]$parts[3]$name
                    end
                end
                if test "$parts[3]" != .
                    for name in (string match -e -- "$parts[4]" \#(context))
                        printf '%s>\tcontext value\n' $parts[2]$parts[3]$name
                    end
                end
            end

            # Completes the command after '--' as if it stood alone.
            function __obstrace_command
                set -l words (commandline -opc) (commandline -ct)
                set -l dashes (contains -i -- -- $words)
                complete -C (string join ' ' -- (string escape -- $words[(math $dashes + 1)..-2]) "$words[-1]")
            end

            complete -c obstrace -f
            \#(subcommands)
            complete -c obstrace -n '__obstrace_is trace list' -a '(__obstrace_events)'
            complete -c obstrace -n '__obstrace_is info' -F
            complete -c obstrace -n __obstrace_in_command -a '(__obstrace_command)'
            \#(flags)

            """#
    }
}

extension Flag {
    /// The command that makes the flag known to fish.
    fileprivate var fishCompletion: String {
        let owners = subcommands.map(\.rawValue).joined(separator: " ")
        return "complete -c obstrace -n '__obstrace_is \(owners)'" + (short.map { " -s \($0)" } ?? "")
            + " -l \(long)" + (value.map { " " + $0.fishOptions } ?? "")
            + " -d '\(summary.fishEscaped)'"
    }
}

extension Flag.Value {
    /// The options of `complete` that offer the value.
    fileprivate var fishOptions: String {
        // Without -x, fish offers a value only where it is attached.
        isOptional ? "-f" + completion.fishOptions.dropFirst("-x".count) : completion.fishOptions
    }
}

extension Flag.Completion {
    /// The options of `complete` that offer a flag's value.
    fileprivate var fishOptions: String {
        switch self {
        case .nothing: "-x"
        case .files: "-r -F"
        case .words(let words): "-x -a '\(words.joined(separator: " "))'"
        case .processes: "-x -a '(__fish_append , (__fish_complete_pids))'"
        case .users: "-x -a '(__fish_append , (__fish_complete_users))'"
        case .template: "-x -a '(__obstrace_template)'"
        }
    }
}

extension String {
    /// The text within single quotes.
    fileprivate var fishEscaped: String {
        reduce(into: "") { $0 += $1 == "'" || $1 == "\\" ? "\\\($1)" : String($1) }
    }
}
