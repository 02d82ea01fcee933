/// Reads what a command line asks for, and does none of it.
///
/// - Parameter arguments: The words after the program's name.
/// - Returns: What to do. Help and version win over all that follows them.
/// - Throws: The first error in the order of typing; `UsageError.noArguments` if nothing was typed.
public func parse(_ arguments: [String]) throws(UsageError) -> Invocation {
    guard let first = arguments.first else { throw .noArguments }
    if first == GeneratedFile.flag { return try GeneratedFile.parse(arguments) }
    var lexer = Lexer(arguments)
    var draft = Draft()
    let name = lexer.firstOperand()
    if let name, let subcommand = Subcommand(rawValue: name.text) {
        draft.subcommand = subcommand
        lexer.subcommand = subcommand
        draft.subcommandIndex = name.index
    }
    while let token = try lexer.next() {
        switch token {
        case .flag(let flag, let value):
            try draft.set(flag, value)
            if let ending = draft.ending { return ending }
        case .operand(let operand):
            if operand.index != draft.subcommandIndex { try draft.add(operand) }
        case .separator(let separator):
            try draft.end(at: separator, with: lexer.rest)
            return try draft.invocation()
        }
    }
    return try draft.invocation()
}

/// The command line as far as it has been read; the setters of flags write into it.
struct Draft {
    var subcommand = Subcommand.trace
    /// The index of the word that names the subcommand.
    var subcommandIndex: Int?
    /// An invocation that makes the rest of the words needless.
    var ending: Invocation?
    var trace = TraceArguments()
    var list = ListArguments()
    var summary = SummaryArguments()
    var syscalls = SyscallArguments()
    var pair = PairDraft()
    private var templatePlacing = Placing()
    private var filterPlacing = Placing()
    private var infoFile: Argument?
    private var convertFiles: [Argument] = []
    var convertKind: Argument?
    private var helpTopic: Subcommand?

    /// Notes a flag, if it is one of the subcommand's.
    mutating func set(_ flag: Flag, _ value: Argument) throws(UsageError) {
        guard flag.subcommands.contains(subcommand) else { throw misplaced(flag, value) }
        try flag.set(&self, value)
    }

    private func misplaced(_ flag: Flag, _ value: Argument) -> UsageError {
        let namesakes = Flag.all.filter { $0.long == flag.long }
        let names = Subcommand.allCases
            .filter { owner in namesakes.contains { $0.subcommands.contains(owner) } }.map(\.rawValue)
        let first = names.dropLast().joined(separator: ", ")
        let owners = "obstrace " + (first.isEmpty ? "" : first + " and ") + (names.last ?? "")
        let word = Argument(text: value.prefix, index: value.index)
        return word.error(
            "\(value.prefix) is a flag of \(owners), not of obstrace \(subcommand.rawValue)",
            hint: flag.long == "read" && subcommand == .top
                ? "what is over has one table: obstrace count \(value.prefix) FILE"
                : Flag.meant(by: value.prefix, of: subcommand).map { "did you mean \($0)?" })
    }

    /// Sets how events are written, with the options of that form.
    mutating func setForm(_ form: OutputForm, _ options: Argument) throws(UsageError) {
        guard trace.form == .lines || trace.form == form else {
            throw Argument(text: options.prefix, index: options.index).error(
                "\(options.prefix) and --\(trace.form.rawValue) cannot go together",
                hint: "all events are written in one form")
        }
        trace.form = form
        var offset = 0
        for part in options.text.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
            let range = offset..<offset + part.utf8.count
            offset = range.upperBound + 1
            switch part {
            case "": if options.text.isEmpty { continue }
            case "numbers":
                trace.addsNumbers = true
                continue
            case "strings" where form == .json:
                trace.quotesWideIntegers = true
                continue
            default: break
            }
            let hint =
                form == .json
                ? Argument(text: part, index: options.index).choice(["strings", "numbers"])
                : "did you mean \(options.prefix)=numbers?"
            throw options.error("\(options.prefix) does not know '\(part)'", range, hint: hint)
        }
    }

    /// Sets which stacks are shown with each event.
    mutating func setStacks(_ options: Argument) throws(UsageError) {
        var stacks = trace.stacks
        (stacks.kernel, stacks.user, stacks.depth) = (false, false, nil)
        var offset = 0
        for part in options.text.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
            let range = offset..<offset + part.utf8.count
            offset = range.upperBound + 1
            switch part {
            case "" where options.text.isEmpty: break
            case "kernel": stacks.kernel = true
            case "user": stacks.user = true
            default:
                if let depth = Int(part), (1...4096).contains(depth), stacks.depth == nil {
                    stacks.depth = depth
                    continue
                }
                throw options.error(
                    "\(options.prefix) does not know '\(part)'", range,
                    hint: Argument(text: part, index: options.index).choice(["kernel", "user"]),
                    notes: ["it takes kernel, user and the most functions of each: --stacks=user,8"])
            }
        }
        if !stacks.kernel, !stacks.user { (stacks.kernel, stacks.user) = (true, true) }
        trace.stacks = stacks
    }

    /// Binds a template to the events before it.
    mutating func placeTemplate(_ template: Argument) throws(UsageError) {
        trace.templates.append(template)
        try templatePlacing.place(
            trace.templates.count - 1, template, what: "template", in: &trace.selections, \.template)
    }

    /// Binds a filter to the events before it.
    mutating func placeFilter(_ filter: Argument) throws(UsageError) {
        if subcommand == .syscalls, let first = trace.filters.first { throw filter.repeated(first) }
        trace.filters.append(filter)
        try filterPlacing.place(
            trace.filters.count - 1, filter, what: "filter", in: &trace.selections, \.filter)
    }

    /// Notes a word that is neither a flag nor a flag's value.
    mutating func add(_ operand: Argument) throws(UsageError) {
        switch subcommand {
        case .trace:
            try checkEvent(operand)
            trace.selections.append(Selection(pattern: operand))
        case .count, .hist, .top: try addSummed(operand)
        case .syscalls: syscalls.patterns.append(try operand.nonEmpty("a CALL"))
        case .list:
            list.patterns.append(Selection(pattern: operand))
        case .pair: pair.operands.append(operand)
        case .info:
            if let infoFile {
                throw operand.error("one FILE is enough: '\(infoFile.text)' is the other one")
            }
            infoFile = operand
        case .convert: convertFiles.append(try operand.nonEmpty("a FILE"))
        case .help:
            guard let topic = Subcommand(rawValue: operand.text) else {
                throw operand.error(
                    "there is no subcommand '\(operand.text)'",
                    hint: operand.choice(Subcommand.allCases.map(\.rawValue)))
            }
            helpTopic = topic
        }
    }

    /// Notes the words after `--`.
    mutating func end(at separator: Argument, with rest: [String]) throws(UsageError) {
        guard Subcommand.tracing.contains(subcommand) else {
            for (offset, word) in rest.enumerated() {
                try add(Argument(text: word, index: separator.index + 1 + offset))
            }
            return
        }
        guard let name = rest.first else {
            throw separator.error("-- needs a COMMAND to run", hint: "-- COMMAND [ARG...]")
        }
        guard !name.isEmpty else {
            throw Argument(text: name, index: separator.index + 1, prefix: "--").error("COMMAND is empty")
        }
        trace.command = rest
        trace.commandIndex = separator.index + 1
    }

    /// Makes the invocation when all words have been read.
    mutating func invocation() throws(UsageError) -> Invocation {
        try trace.checkRecording()
        switch subcommand {
        case .help: return .help(HelpRequest(subcommand: helpTopic ?? .trace, isLong: true))
        case .list: return .list(list)
        case .pair: return try pair.invocation(trace, summary)
        case .info:
            guard let infoFile else {
                throw UsageError("no FILE to tell about", notes: ["try: obstrace info FILE"])
            }
            return .info(InfoArguments(file: infoFile))
        case .convert: return .convert(try ConvertArguments(convertFiles, convertKind))
        case .trace: break
        case .count, .hist, .top: try finishSummary()
        case .syscalls:
            if let file = trace.recording.file {
                try trace.recordCalls(syscalls, file)
                return .trace(trace)
            }
            if syscalls.isSummary, trace.count != nil {
                throw UsageError(
                    "-n is for lines, and -c prints a table", notes: ["-d ends it after a time: -d 10s"])
            }
            trace.selectCalls(failedOnly: syscalls.isFailedOnly)
            return .syscalls(trace, syscalls)
        }
        if let replayed = trace.replayed, trace.selections.allSatisfy(\.isExclusion) {
            let all = Argument(text: "*:*", index: replayed.index)
            trace.selections.insert(Selection(pattern: all), at: 0)
        }
        guard trace.selections.contains(where: { !$0.isExclusion }) else {
            guard let exclusion = trace.selections.first else {
                throw UsageError(
                    "no EVENT to trace",
                    notes: ["try: obstrace sched:sched_process_exec", "to see all events: obstrace list"])
            }
            throw exclusion.pattern.error(
                "nothing is selected that could be left out",
                hint: "all but these: '*:*' '\(exclusion.pattern.text)'")
        }
        if let user = trace.commandUser, trace.command.isEmpty {
            throw user.error(
                "\(user.prefix) is for a COMMAND, and there is none", hint: "-- COMMAND [ARG...]")
        }
        var trace = trace
        templatePlacing.finish(&trace.selections, \.template)
        filterPlacing.finish(&trace.selections, \.filter)
        if subcommand == .trace, trace.isOfAllCalls, trace.recording.file == nil, trace.replayed == nil {
            syscalls.isFromEvents = true
            trace.selectCalls(failedOnly: false)
            return .syscalls(trace, syscalls)
        }
        return subcommand == .trace ? .trace(trace) : .summarize(trace, summary)
    }
}

/// How the flags of one kind bind to events by their place.
///
/// A flag binds to all events since the last flag of its kind. One before any event is the default for all
/// events that get none of their own.
private struct Placing {
    /// The index of the flag that stands before any event.
    private var fallback: Int?
    /// The number of selections that stood before the last flag of this kind.
    private var done = 0

    /// Binds a flag's value, given by its index, to the events since the last one.
    mutating func place(
        _ index: Int, _ value: Argument, what: String, in selections: inout [Selection],
        _ path: WritableKeyPath<Selection, Int?>
    ) throws(UsageError) {
        let events = (done..<selections.count).filter { !selections[$0].isExclusion }
        if selections.allSatisfy(\.isExclusion) {
            fallback = index
        } else if events.isEmpty {
            throw value.error(
                "this \(value.prefix) applies to no EVENT: those before it have a \(what) already",
                notes: ["\(value.prefix) comes after the EVENTs that it is for"])
        }
        for event in events { selections[event][keyPath: path] = index }
        done = selections.count
    }

    /// Gives the default to the events that have got no value of their own.
    func finish(_ selections: inout [Selection], _ path: WritableKeyPath<Selection, Int?>) {
        for index in selections.indices where !selections[index].isExclusion {
            selections[index][keyPath: path] = selections[index][keyPath: path] ?? fallback
        }
    }
}
