import CommandLine
import Template
import Tracepoints

/// The filters of a command line, each with the argument that it comes from.
struct Filters {
    private(set) var conditions: [FilterPlan.Condition] = []
    private var arguments: [Argument] = []

    /// Reads all filters; `events` are those that are traced, or `nil` where all filters are for all events,
    /// `cgroups` the paths to test events for.
    ///
    /// - Throws: the first one that cannot be read.
    init(
        of typed: TraceArguments, events: [SelectedEvent]?, cgroups: [String],
        calls: [(text: String, event: Int)] = []
    ) throws(Failure) {
        for call in calls {
            let argument = Argument(text: call.text, index: 0)
            add(FilterPlan.Condition(try Self.filter(argument), .keep, events: [call.event]), argument)
        }
        for (index, argument) in typed.filters.enumerated() {
            // Those of a pair are for all of its forms.
            let own = events?.indices.filter { events?[$0].filter == index }
            add(FilterPlan.Condition(try Self.filter(argument), .keep, events: own), argument)
        }
        if let first = typed.taskNames.first {
            add(FilterPlan.Condition(.taskNames(typed.taskNames.map(\.text)), .keep), first)
        }
        if let first = typed.users.first {
            var ids: [UInt32] = []
            for list in typed.users { ids += try Self.ids(of: list) }
            add(FilterPlan.Condition(.users(ids), .keep), first)
        }
        if !cgroups.isEmpty, let first = typed.cgroups.first ?? typed.containers.first {
            add(FilterPlan.Condition(.cgroups(cgroups), .keep), first)
        }
        if let until = typed.until { add(FilterPlan.Condition(try Self.filter(until), .until), until) }
        for argument in typed.expectations {
            add(FilterPlan.Condition(try Self.filter(argument), .expect), argument)
        }
        for argument in typed.prohibitions {
            add(FilterPlan.Condition(try Self.filter(argument), .forbid), argument)
        }
    }

    private mutating func add(_ condition: FilterPlan.Condition, _ argument: Argument) {
        conditions.append(condition)
        arguments.append(argument)
    }

    /// Binds the filters to the events.
    ///
    /// - Throws: the first one that does not fit.
    func plan(
        _ layouts: [EventLayout], _ symbols: KernelSymbols, _ kernel: FilterPlan.KernelAbilities
    ) throws(Failure) -> FilterPlan {
        do throws(FilterBindError) {
            return try FilterPlan(layouts, conditions, symbols: symbols, kernel: kernel)
        } catch {
            throw Failure(UsageError(error.error, in: arguments[error.condition]))
        }
    }

    /// The text of a condition.
    func text(of condition: Int) -> String { arguments[condition].text }

    private static func filter(_ argument: Argument) throws(Failure) -> Filter {
        do throws(TemplateError) {
            return try Filter.parse(argument.text)
        } catch {
            throw Failure(UsageError(error, in: argument))
        }
    }

    /// The ids of users that are given by name or number.
    private static func ids(of list: Argument) throws(Failure) -> [UInt32] {
        var ids: [UInt32] = []
        var start = 0
        for user in list.text.split(separator: ",", omittingEmptySubsequences: false) {
            let range = start..<start + user.utf8.count
            start = range.upperBound + 1
            guard let id = UInt32(user) ?? Users.id(of: String(user)) else {
                throw Failure(UsageError(noUser: String(user), at: list, range: range))
            }
            ids.append(id)
        }
        return ids
    }
}

extension UsageError {
    /// A name of a user whom the system does not know.
    init(noUser name: String, at argument: Argument, range: Range<Int>? = nil) {
        self.init(
            name.isEmpty ? "a user is missing" : "there is no user '\(name)'", at: argument, range: range,
            hint: Similar.names(to: name, among: Users.names()).first.map { "did you mean \($0)?" })
    }
}
