public import Tracepoints

/// Filters made ready for the events that they are bound to: what the kernel tests of them, and what is
/// tested on each sample.
public struct FilterPlan {
    /// What happens when an event fulfils a filter.
    public enum Role: Sendable {
        /// Only such events get a line.
        case keep
        /// The first such event ends the run.
        case until
        /// There must be such an event.
        case expect
        /// There must be no such event.
        case forbid
    }

    /// A filter with the events it is for.
    public struct Condition: Sendable {
        let filter: Filter
        let role: Role
        let events: [Int]?

        /// Puts a filter to use; `events` are indexes of layouts, `nil` stands for all of them, and a filter that
        /// keeps nothing is for all in any case.
        public init(_ filter: Filter, _ role: Role, events: [Int]? = nil) {
            self.filter = filter
            self.role = role
            self.events = events
        }
    }

    /// What may be left to the kernel.
    public struct KernelAbilities: Sendable {
        /// Whether anything may.
        public var filters: Bool
        /// Whether the events have happened already, so that nothing ever was.
        public var isPast: Bool
        /// Whether the kernel's thread ids are those of samples: not so in a PID namespace.
        public var hasGlobalIDs: Bool
        /// The events whose filter the kernel has refused.
        public var refusals: Set<Int> = []

        /// Puts together what the kernel can do.
        public init(filters: Bool = true, isPast: Bool = false, hasGlobalIDs: Bool = true) {
            self.filters = filters && !isPast
            self.isPast = isPast
            self.hasGlobalIDs = hasGlobalIDs
        }
    }

    /// The kernel's filter of each event; `nil` for none.
    public private(set) var kernelFilters: [String?] = []
    /// What is tested on the samples of each event, as the user wrote it; `nil` for nothing.
    public private(set) var restFilters: [String?] = []
    /// What must be known of each event's moment.
    public var needs: ContextNeeds { program.needs }
    /// What the user is to be told once, such as a field that some of the events do not have.
    public private(set) var notes: [String] = []

    private(set) var program = FilterProgram()
    /// Where the filter of each event begins.
    private(set) var starts: [Int32] = []
    /// The conditions that are looked at once an event has passed, by their index.
    private(set) var watches: [(condition: Int, role: Role)] = []
    /// Where each of them begins, all of an event side by side.
    private(set) var watchStarts: [Int32] = []

    /// Binds filters to events and splits them.
    ///
    /// - Throws: the first filter that does not fit its events.
    public init(
        _ layouts: [EventLayout], _ conditions: [Condition], symbols: KernelSymbols,
        kernel: KernelAbilities = KernelAbilities()
    ) throws(FilterBindError) {
        var pushdowns = layouts.map { Pushdown($0, hasGlobalIDs: kernel.hasGlobalIDs) }
        var rests: [FilterNode] = layouts.map { _ in .constant(true) }
        var watched: [[FilterNode]] = layouts.map { _ in [] }
        for (index, condition) in conditions.enumerated() {
            let events =
                condition.role == .keep ? condition.events ?? Array(layouts.indices) : Array(layouts.indices)
            // Who watches for something among all events knows that not all of them have it.
            var binder = FilterBinder(
                layouts: events.map { layouts[$0] }, symbols: symbols, tellsAbsence: condition.role == .keep)
            do throws(TemplateError) {
                let nodes = try binder.bind(condition.filter.expression)
                for (event, node) in zip(events, nodes) {
                    var rest = node
                    if condition.role == .keep {
                        if kernel.filters, !kernel.refusals.contains(event) {
                            rest = pushdowns[event].take(node)
                        }
                        rests[event] = .all([rests[event], rest])
                    } else {
                        watched[event].append(node)
                    }
                    try Self.checkReach(rest, condition.role, kernel, layouts[event])
                }
            } catch {
                throw FilterBindError(condition: index, error: error)
            }
            if condition.role != .keep { watches.append((index, condition.role)) }
            notes += binder.notes.filter { !notes.contains($0) }
        }
        kernelFilters = pushdowns.map(\.filter)
        for event in layouts.indices {
            if case .constant(true) = rests[event] {
                restFilters.append(nil)
            } else {
                restFilters.append(rests[event].expression.description)
            }
            starts.append(program.add(rests[event]))
            for node in watched[event] { watchStarts.append(program.add(node)) }
        }
    }

    /// Refuses to test on samples what only the kernel can reach.
    private static func checkReach(
        _ rest: FilterNode, _ role: Role, _ kernel: KernelAbilities, _ layout: EventLayout
    ) throws(TemplateError) {
        guard let test = rest.tests.first(where: \.isThroughPointer) else { return }
        let way: String =
            switch role {
            case _ where kernel.isPast: "test it while it is recorded, which the kernel does"
            case .keep where !kernel.filters: "leave out --no-pushdown"
            case .keep: "join it with the rest by && alone"
            case .until, .expect, .forbid: "test it in --where, which the kernel does"
            }
        throw TemplateError(
            "the text is not in the event \(displayed(layout.fullName)), only its address; "
                + "the kernel alone can follow that", at: test.place, hint: way)
    }
}

/// A filter that does not fit the events that it is meant for.
public struct FilterBindError: Error, Sendable {
    /// The index of the condition.
    public let condition: Int
    /// What is wrong.
    public let error: TemplateError
}
