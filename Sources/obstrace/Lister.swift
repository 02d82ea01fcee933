import CommandLine
import Tracepoints

/// `obstrace list`: which tracepoints there are, and what they carry.
struct Lister {
    private let arguments: ListArguments
    private let catalog: Catalog

    init(_ arguments: ListArguments) throws(Failure) {
        self.arguments = arguments
        catalog = try translating { () throws(TraceError) in try Catalog() }
        // They are in nobody's way but that of a list.
        catalog.removeStaleProbes()
    }

    /// Prints the list and answers the exit status.
    func run() throws(Failure) -> Int32 {
        if let time = arguments.rateTime {
            if let probe = arguments.patterns.first(where: ProbeLister.concerns) {
                throw Failure(
                    UsageError("--rate counts tracepoints, not what a program offers", at: probe.pattern))
            }
            return try RateList(try layouts(of: try matchingNames()), catalog).run(time, arguments.isJSON)
        }
        let probes =
            try arguments.patterns.contains(where: ProbeLister.concerns) ? ProbeLister(arguments).text() : ""
        if !probes.isEmpty, arguments.patterns.allSatisfy(ProbeLister.concerns) {
            return Printer.print(probes)
        }
        return Printer.print(try tracepoints() + probes)
    }

    /// The text for the tracepoints.
    private func tracepoints() throws(Failure) -> String {
        let names = try matchingNames()
        var text = ""
        if !arguments.isVerbose, !arguments.isJSON, arguments.fieldGlob == nil, arguments.typeGlob == nil {
            for name in names {
                text += name
                text += "\n"
            }
            return text
        }
        let layouts = try layouts(of: names)
        let format = ListFormat()
        if layouts.isEmpty { throw noField() }
        if arguments.isJSON {
            text = layouts.map { format.json($0) + "\n" }.joined()
        } else if arguments.isVerbose {
            let colour = Terminal.isColoured(arguments.colour)
            text = layouts.map { format.description(of: $0, isColoured: colour) }.joined(separator: "\n")
        } else {
            text = layouts.map { format.line(of: $0, marking: fieldMatches) }.joined()
        }
        return text
    }

    /// Prints the names of fields that the events have, for the completions.
    static func printFields(of patterns: [String]) throws(Failure) -> Int32 {
        let lister = try Lister(ListArguments())
        var seen: Set<String> = []
        var text = ""
        for pattern in patterns {
            if ProbeDescription.kind(of: pattern) != nil {
                // What a probe has is in its own text.
                for argument in (try? ProbeDescription.parse(pattern))?.arguments ?? []
                where seen.insert(argument.name).inserted {
                    text += argument.name + "\n"
                }
                continue
            }
            for name in try lister.names(matching: [pattern], without: []).prefix(50) {
                guard let layout = try? lister.catalog.layout(of: name) else { continue }
                for field in layout.fields where seen.insert(field.name).inserted {
                    text += field.name + "\n"
                }
            }
        }
        return Printer.print(text)
    }

    private func matchingNames() throws(Failure) -> [String] {
        let patterns = arguments.patterns.filter { !ProbeLister.concerns($0) }
        let inclusions = patterns.filter { !$0.isExclusion }
        let names = try names(
            matching: inclusions.map(\.glob),
            without: patterns.filter(\.isExclusion).map(\.glob))
        if names.isEmpty { throw try noMatch(inclusions.first ?? patterns.first) }
        return names
    }

    /// The names that match any of the globs (all, if there is none) and none of those to leave out.
    private func names(matching globs: [String], without exclusions: [String]) throws(Failure) -> [String] {
        let all = try translating { () throws(TraceError) in try catalog.names() }
        if globs.isEmpty, exclusions.isEmpty { return all }
        let wanted = globs.map(NameGlob.init)
        let unwanted = exclusions.map(NameGlob.init)
        return all.filter { name in
            (wanted.isEmpty || wanted.contains { $0.matches(name) })
                && !unwanted.contains { $0.matches(name) }
        }
    }

    private func layouts(of names: [String]) throws(Failure) -> [EventLayout] {
        var layouts: [EventLayout] = []
        for name in names {
            let layout = try translating { () throws(TraceError) in try catalog.layout(of: name) }
            if layout.fields.contains(where: fieldMatches) || (!searchesFields && layout.fields.isEmpty) {
                layouts.append(layout)
            }
        }
        return layouts
    }

    private var searchesFields: Bool { arguments.fieldGlob != nil || arguments.typeGlob != nil }

    private func fieldMatches(_ field: Field) -> Bool {
        (arguments.fieldGlob.map { Glob($0.text).matches(field.name) } ?? true)
            && (arguments.typeGlob.map { Glob($0.text).matches(field.type) } ?? true)
    }

    private func noMatch(_ selection: Selection?) throws(Failure) -> Failure {
        guard let selection else { return Failure("this kernel offers no tracepoints") }
        let all = try translating { () throws(TraceError) in try catalog.names() }
        let word = selection.glob.filter { !"*?[]".contains($0) }
        var similar = Similar.names(to: word, among: all)
        if similar.isEmpty, !word.utf8.contains(UInt8(ascii: ":")) {
            let names = all.map { String($0.drop { $0 != ":" }.dropFirst()) }
            similar = Similar.names(to: word, among: names).compactMap { name in
                all.first { $0.hasSuffix(":" + name) }
            }
        }
        let parts = word.split(separator: ":", maxSplits: 1).map(String.init)
        let subsystems = Set(all.map { String($0.prefix { $0 != ":" }) }).sorted()
        if similar.isEmpty, let first = parts.first {
            similar = Similar.names(to: first, among: subsystems).map { $0 + ":*" }
        }
        if similar.isEmpty, let last = parts.last, last.utf8.count > 2 {
            similar = all.filter { $0.contains(last) }.prefix(3).map { $0 }
        }
        let error = UsageError(
            "no tracepoint matches '\(selection.glob)'", at: selection.pattern,
            hint: similar.isEmpty ? nil : "did you mean \(similar.joined(separator: " or "))?",
            notes: similar.isEmpty ? ["try: obstrace list '*\(word.prefix(4))*'"] : [])
        return Failure(text: error.text, status: Status.failed)
    }

    private func noField() -> Failure {
        let names = (try? catalog.names()) ?? []
        let fields = names.compactMap { try? catalog.layout(of: $0) }.flatMap(\.fields)
        for (argument, what, known) in [
            (arguments.fieldGlob, "named", fields.map(\.name)),
            (arguments.typeGlob, "of type", fields.map(\.type)),
        ] {
            guard let argument, !known.contains(where: Glob(argument.text).matches) else { continue }
            let similar = Similar.names(to: argument.text, among: Set(known).sorted())
            let error = UsageError(
                "no event has a field \(what) '\(argument.text)'", at: argument,
                hint: similar.isEmpty ? nil : "did you mean \(similar.joined(separator: " or "))?",
                notes: ["a glob matches the whole: '*\(argument.text)*' finds parts"])
            return Failure(text: error.text, status: Status.failed)
        }
        return Failure("no event that matches has such a field")
    }
}

/// A glob over names of events, which may leave the subsystem out: `sched_*` matches `sched:sched_switch`.
struct NameGlob {
    private let glob: Glob
    private let isWhole: Bool

    init(_ pattern: String) {
        glob = Glob(pattern)
        isWhole = pattern.utf8.contains(UInt8(ascii: ":"))
    }

    func matches(_ name: String) -> Bool {
        if glob.matches(name) { return true }
        if isWhole { return false }
        let parts = name.split(separator: ":", maxSplits: 1)
        return parts.contains { glob.matches(String($0)) }
    }
}
