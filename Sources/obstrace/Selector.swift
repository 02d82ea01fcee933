import CommandLine
import Tracepoints

/// An event that is to be traced, with what belongs to it on the command line.
struct SelectedEvent {
    let name: String
    /// The index of its template; `nil` for the default line.
    let template: Int?
    /// The index of its filter; `nil` for none.
    let filter: Int?
    /// Whether it was named by a pattern, so that others make up for it where it cannot be traced.
    let isOptional: Bool
    /// The probe that it is; `nil` for a tracepoint.
    var probe: Probe?
}

/// Finds the events that the patterns of a command line mean.
struct Selector {
    let catalog: EventSource

    /// The events in the order of the patterns.
    ///
    /// Each event is there once: where several patterns match it, the last one's template and filter count.
    /// What a pattern with `!` matches is left out, wherever that stands.
    func events(of selections: [Selection]) throws(Failure) -> [SelectedEvent] {
        var events: [SelectedEvent] = []
        var places: [String: Int] = [:]
        for selection in selections where !selection.isExclusion {
            for (name, probe) in try candidates(of: selection) {
                let event = SelectedEvent(
                    name: name, template: selection.template, filter: selection.filter,
                    isOptional: Glob(selection.glob).isPattern, probe: probe)
                if let place = places[name] {
                    events[place] = event
                } else {
                    places[name] = events.count
                    events.append(event)
                }
            }
        }
        var excluded: Set<String> = []
        for selection in selections where selection.isExclusion {
            excluded.formUnion(try candidates(of: selection).map(\.name))
        }
        events.removeAll { excluded.contains($0.name) }
        Self.nameProbes(&events)
        if events.isEmpty, let exclusion = selections.last(where: \.isExclusion) {
            throw Failure(UsageError("no event is left to trace", at: exclusion.pattern))
        }
        return events
    }

    /// Gives the probes names that tell them from each other.
    private static func nameProbes(_ events: inout [SelectedEvent]) {
        var probes = events.compactMap(\.probe)
        Probe.distinguish(&probes)
        var next = probes.makeIterator()
        for index in events.indices where events[index].probe != nil { events[index].probe = next.next() }
    }

    /// What one pattern matches: names, or probes by what tells them from others.
    private func candidates(of selection: Selection) throws(Failure) -> [(name: String, probe: Probe?)] {
        guard ProbeDescription.kind(of: selection.glob) != nil else {
            return try names(of: selection).map { ($0, nil) }
        }
        return try checkingProbe(selection) { () throws(ProbeError) in
            try ProbeDescription.parse(selection.glob).probes().map { ($0.identity, $0) }
        }
    }

    /// The names that one pattern matches.
    private func names(of selection: Selection) throws(Failure) -> [String] {
        let glob = Glob(selection.glob)
        // A plain name is looked up by its format later, which saves reading the list of all.
        if !glob.isPattern, !selection.isExclusion { return [glob.pattern] }
        let all = try translating { () throws(TraceError) in try catalog.names() }
        let matching = glob.isPattern ? all.filter(glob.matches) : all.filter { $0 == glob.pattern }
        if matching.isEmpty { throw noMatch(selection, similar: similar(to: glob.pattern, among: all)) }
        return matching
    }

    /// Subsystems that come close, for a pattern that matches nothing.
    private func similar(to pattern: String, among names: [String]) -> [String] {
        let parts = pattern.split(separator: ":", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return [] }
        let subsystems = Set(names.map { String($0.prefix { $0 != ":" }) }).sorted()
        return Similar.names(to: parts[0], among: subsystems).map { "\($0):\(parts[1])" }
            .filter { Glob($0).isPattern && names.contains(where: Glob($0).matches) }
    }

    /// The layout of a selected event.
    func layout(of event: SelectedEvent, selections: [Selection]) throws(Failure) -> EventLayout {
        do throws(TraceError) {
            if let probe = event.probe { return try probe.layout }
            return try catalog.layout(of: event.name)
        } catch {
            guard case .noSuchEvent(let name, let similar) = error,
                let selection = selections.first(where: { $0.glob == name && !$0.isExclusion })
            else { throw Failure(error) }
            throw noMatch(selection, similar: similar)
        }
    }

    private func noMatch(_ selection: Selection, similar: [String]) -> Failure {
        let name = selection.glob
        let what = Glob(name).isPattern ? "no tracepoint matches '\(name)'" : "no tracepoint '\(name)'"
        let subsystem = name.prefix { $0 != ":" }
        let isKnown =
            (try? catalog.names().contains { $0.hasPrefix(subsystem + ":") }) ?? false
        let offset = selection.isExclusion ? 1 : 0
        let start = isKnown && subsystem.utf8.count < name.utf8.count ? subsystem.utf8.count + 1 : 0
        return Failure(
            UsageError(
                what, at: selection.pattern,
                range: offset + start..<selection.pattern.text.utf8.count,
                hint: similar.isEmpty ? nil : "did you mean \(similar.joined(separator: " or "))?",
                notes: [
                    catalog.catalog == nil
                        ? "the recording has: " + catalog.someNames
                        : "try: obstrace list '\(isKnown ? subsystem + ":*" : "*")'"
                ]))
    }
}

/// Runs what reads a probe, and shows its mistakes in the word that it comes from.
func checkingProbe<T>(_ selection: Selection, _ body: () throws(ProbeError) -> T) throws(Failure) -> T {
    do throws(ProbeError) {
        return try body()
    } catch {
        throw Failure(UsageError(error, in: selection))
    }
}

extension UsageError {
    /// A mistake in a probe, shown in the word that holds it.
    init(_ error: ProbeError, in selection: Selection) {
        let offset = selection.isExclusion ? 1 : 0
        self.init(
            error.message, at: selection.pattern,
            range: error.range.lowerBound + offset..<error.range.upperBound + offset, hint: error.hint,
            notes: error.notes)
    }
}
