import Tracepoints

/// Where events are looked up by name: this machine's kernel, or a recording.
enum EventSource {
    case kernel(Catalog)
    case recording([EventLayout])

    /// Looks in a recording, or at the kernel where there is none.
    init(_ recording: Plan.Source?) throws(Failure) {
        if let recording {
            self = .recording(recording.layouts)
        } else {
            self = .kernel(try translating { () throws(TraceError) in try Catalog() })
        }
    }

    /// A few names, to be shown.
    var someNames: String { ((try? names()) ?? []).prefix(8).joined(separator: " ") }

    /// The names of all tracepoints, sorted.
    func names() throws(TraceError) -> [String] {
        switch self {
        case .kernel(let catalog): try catalog.names()
        case .recording(let layouts): layouts.map(\.fullName).sorted()
        }
    }

    /// The layout of a tracepoint.
    func layout(of name: String) throws(TraceError) -> EventLayout {
        switch self {
        case .kernel(let catalog): return try catalog.layout(of: name)
        case .recording(let layouts):
            guard let layout = layouts.first(where: { $0.fullName == name }) else {
                throw TraceError.noSuchEvent(
                    name, similar: Similar.names(to: name, among: layouts.map(\.fullName)))
            }
            return layout
        }
    }

    /// The kernel's catalog; `nil` for a recording.
    var catalog: Catalog? {
        if case .kernel(let catalog) = self { catalog } else { nil }
    }
}
