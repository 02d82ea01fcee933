import CommandLine
import Template
import Tracepoints

/// A command line of `obstrace trace`, checked and made ready: nothing is attached and nothing has run.
struct Plan: ~Copyable {
    let arguments: TraceArguments
    /// The kernel's tracepoints; `nil` where events come from a recording.
    let catalog: Catalog?
    let layouts: [EventLayout]
    /// The probe that each event is; `nil` for a tracepoint.
    let probes: [Probe?]
    /// Whether each event may be left out where it cannot be traced.
    let isOptional: [Bool]
    /// Which tasks are traced.
    let scope: TraceScope
    /// The filters as they were typed.
    let conditions: Filters
    /// What the kernel tests of the filters, and what is tested here.
    let filters: FilterPlan
    /// The events whose filter the kernel has refused.
    let refusals: Set<Int>
    /// The kernel's symbols, which are read when one is printed.
    let symbols: KernelSymbols
    var renderer: Renderer
    /// The kernel's filter of each event; `nil` for none.
    let kernelFilters: [String?]
    /// What must be known of each event's moment.
    let needs: ContextNeeds
    /// Whether our own events are left out by the kernel, unless all are asked for.
    var leavesOutSelf = true
    /// Whether batches must tell when events were lost.
    var tellsLossWindows = false
    /// The path of the command to run; `nil` for none.
    let commandPath: RawPath?
    /// How events are counted; `nil` where each is printed.
    let summary: Summary?
    /// The user that the command runs as; `nil` for ours.
    let commandAccount: Account?
    /// How system calls are shown; `nil` where events are.
    var calls: SyscallArguments?
    /// The system calls that are shown.
    var callSelection = SyscallSelection()
    /// What is said on stderr at the start.
    let notes: [String]

    /// Finds the events, compiles the templates, looks the command up.
    ///
    /// - Parameter refusals: the events whose filter the kernel has refused.
    /// - Throws: every mistake of the command line, with the place and the way out.
    static func make(
        _ arguments: TraceArguments, refusals: Set<Int> = [], summary counting: SummaryArguments? = nil,
        recording: Source? = nil, calls: SyscallArguments? = nil
    ) throws(Failure) -> Plan {
        let keys = counting.map { Keys($0, isTyped: arguments.form != .lines) }
        var templates: [Template] = []
        if let keys {
            templates = [try keys.template()]
        } else {
            templates = try self.templates(of: arguments)
        }
        let source = try EventSource(recording)
        let catalog = source.catalog
        let selector = Selector(catalog: source)
        var selections = arguments.selections
        if let recording, calls != nil {
            // Where programs begin need not have been recorded.
            selections.removeAll { selection in recording.layouts.allSatisfy { $0.fullName != selection.glob }
            }
        }
        var events = try selector.events(of: selections)
        var layouts: [EventLayout] = []
        for event in events { layouts.append(try selector.layout(of: event, selections: selections)) }
        let callSelection = try calls.map { calls throws(Failure) in try SyscallSelection(calls.patterns) }
        if calls != nil, recording == nil {
            events.append(
                SelectedEvent(
                    name: EventLayout.syscallPaths.fullName, template: 0, filter: nil, isOptional: true))
            layouts.append(.syscallPaths)
        }
        if arguments.recording.file != nil, let place = events.firstIndex(where: { $0.probe != nil }),
            let selection = arguments.selections.first(where: { ProbeDescription.kind(of: $0.glob) != nil })
        {
            throw Failure(
                UsageError(
                    "\(layouts[place].fullName) is a probe, which perf.data files have no format for",
                    at: selection.pattern,
                    notes: ["tracepoints can be recorded; print probes with -f or --json"]))
        }
        let scope = recording == nil ? try TraceScope(arguments) : TraceScope(recorded: arguments)
        let account = try account(arguments.commandUser)
        let printer = FallbackPrinter(layouts: layouts, catalog: catalog)
        var options = RenderOptions(arguments)
        options.printFallback = { event, record, line in printer.print(event, record, into: &line) }
        let symbols = recording?.symbols ?? KernelSymbols()
        var kernel = FilterPlan.KernelAbilities(
            filters: arguments.usesKernelFilters, isPast: recording != nil,
            hasGlobalIDs: PIDNamespace.isInitial)
        kernel.refusals = refusals
        let conditions = try Filters(
            of: arguments, events: events, cgroups: scope.testedCgroups,
            calls: callSelection.map { $0.conditions(failedOnly: calls?.isFailedOnly ?? false) } ?? [])
        let filters = try conditions.plan(layouts, symbols, kernel)
        var measure: Measure?
        if let value = counting?.value { measure = try Summary.measure(value, of: layouts, symbols) }
        let renderer: Renderer
        do throws(BindError) {
            renderer = try Renderer(
                zip(layouts, events).map { ($0, keys == nil ? $1.template : 0) }, templates: templates,
                filters: filters, measure: measure, symbols: symbols,
                symbolizer: Symbolizer(kernel: symbols, readsProcesses: recording == nil), options: options)
        } catch {
            throw Failure(
                keys?.error(error.error) ?? UsageError(error.error, in: arguments.templates[error.template]))
        }
        if let dwarf = arguments.stacks.dwarf, !renderer.stacks.contains(where: \.user) {
            throw Failure(
                UsageError(
                    "\(dwarf.prefix) is for the stacks of programs, and none is asked for", at: dwarf,
                    hint: keys == nil ? "add --stacks=user, or <ustack> to -f" : "add ustack to --by"))
        }
        let fallbacks = renderer.printFallbacks.map { fallback in
            let way = printer.canPrint(fallback.event) ? "libtraceevent prints it" : "its fields are printed"
            return "the print format of \(layouts[fallback.event].fullName) cannot be compiled "
                + "(\(fallback.reason)); \(way)"
        }
        let notes =
            templates.flatMap(\.warnings).map(\.message) + renderer.notes + filters.notes + fallbacks
        let summary = counting.map { counting in
            let isPlain =
                !layouts.contains(where: \.addsUpTime) && filters.restFilters.allSatisfy { $0 == nil }
                && !arguments.hasConditions
            return Summary(
                counting, keys: keys, unit: measure?.unit ?? .plain,
                countsOnly: counting.kind == .count && counting.keys == nil && isPlain)
        }
        let needs = renderer.needs
        return Plan(
            arguments: arguments, catalog: catalog, layouts: layouts, probes: events.map(\.probe),
            isOptional: events.map(\.isOptional), scope: scope,
            conditions: conditions, filters: filters, refusals: refusals, symbols: symbols,
            renderer: renderer, kernelFilters: filters.kernelFilters, needs: needs,
            commandPath: try commandPath(of: arguments, as: account), summary: summary,
            commandAccount: account, calls: calls, callSelection: callSelection ?? SyscallSelection(),
            notes: notes)
    }

    static func account(_ user: Argument?) throws(Failure) -> Account? {
        guard let user else { return nil }
        if let account = Account(user.text) { return account }
        throw Failure(UsageError(noUser: user.text, at: user))
    }

    /// What a recording brings to a plan.
    struct Source {
        let layouts: [EventLayout]
        let symbols: KernelSymbols
        /// The machine's kind as `uname` calls it, such as `x86_64`; `nil` where that is not told.
        let architecture: String?

        /// Symbols are those of the running kernel where that is the one that was recorded.
        init(_ recording: borrowing Recording) {
            layouts = recording.layouts
            architecture = recording.info.architecture
            symbols = KernelSymbols(
                recording.isOfThisKernel ? KernelSymbols.Paths() : .none, texts: recording.texts)
        }

        /// Of no recording there is nothing.
        init?(_ recording: borrowing Recording?) {
            switch recording {
            case .some(let recording): self.init(recording)
            case .none: return nil
            }
        }
    }

    /// Looks the command up as the user that it runs as.
    static func commandPath(of arguments: TraceArguments, as account: Account?) throws(Failure)
        -> RawPath?
    {
        guard let index = arguments.commandIndex else { return nil }
        var own: System.Role?
        if let account {
            do throws(SystemError) {
                own = try System.assume(account)
            } catch {
                throw Failure(
                    "cannot run a command as '\(account.name)': \(error.reason)", status: Status.notPermitted)
            }
        }
        defer { if let own { System.resume(own) } }
        do throws(CommandError) {
            return try Command.path(of: RawArguments.bytes(of: index))
        } catch {
            throw Failure(error.message, status: error.status)
        }
    }

    static func templates(of arguments: TraceArguments) throws(Failure) -> [Template] {
        var templates: [Template] = []
        for argument in arguments.templates {
            do throws(TemplateError) {
                templates.append(try Template.parse(argument.text))
            } catch {
                throw Failure(UsageError(error, in: argument))
            }
        }
        return templates
    }
}

extension RenderOptions {
    /// What the arguments say of the lines.
    init(_ arguments: TraceArguments) {
        self.init(
            form: RecordForm(arguments.form), quotesWideIntegers: arguments.quotesWideIntegers,
            addsNumbers: arguments.addsNumbers,
            colour: Terminal.isColoured(arguments.colour, output: arguments.output))
        stacks.kernel = arguments.stacks.kernel
        stacks.user = arguments.stacks.user
        stacks.depth = arguments.stacks.depth ?? 0
        stacks.copiedBytes = arguments.stacks.copiedBytes ?? 0
    }
}

extension RecordForm {
    /// The form that was asked for.
    init(_ form: OutputForm) {
        switch form {
        case .lines: self = .lines
        case .json: self = .json
        case .csv: self = .csv
        case .tsv: self = .tsv
        case .logfmt: self = .logfmt
        }
    }
}

extension UsageError {
    /// A mistake in a template, shown in the argument that holds it.
    init(_ error: TemplateError, in argument: Argument) {
        self.init(
            error.message, at: argument, range: error.range, hint: error.hint, notes: error.notes)
    }
}

/// Runs a call of the library, and turns what it throws into a `Failure`.
func translating<T: ~Copyable>(_ body: () throws(TraceError) -> T) throws(Failure) -> T {
    do throws(TraceError) {
        return try body()
    } catch {
        throw Failure(error)
    }
}
