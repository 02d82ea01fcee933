import CommandLine

/// Command lines of any words, one a line.
func fuzzArguments(_ input: inout Input) {
    let words = input.rest.array.split(separator: 0x0a, omittingEmptySubsequences: false).map {
        String(Array($0))
    }
    do throws(UsageError) {
        guard case .trace(let arguments) = try parse(words) else { return }
        check(arguments.selections.contains { !$0.isExclusion }, "nothing to trace")
        for selection in arguments.selections {
            if let template = selection.template { _ = arguments.templates[template] }
            if let filter = selection.filter { _ = arguments.filters[filter] }
        }
        if let index = arguments.commandIndex {
            check(words[index...].elementsEqual(arguments.command), "another command")
        }
    } catch {
        check(error.isSafe, error.text)
        if let argument = error.argument {
            check(argument.index <= words.count, "an error behind the last word")
            check(error.range.upperBound <= argument.text.utf8.count, "an error behind its word")
        }
    }
}

extension UsageError {
    /// Whether the message is whole lines that no terminal acts on.
    var isSafe: Bool {
        text.hasPrefix("obstrace: ") && text.hasSuffix("\n")
            && !text.unicodeScalars.contains { isUnseemly($0) && $0 != "\n" }
    }
}
