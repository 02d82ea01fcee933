import CommandLine
import Template
import Tracepoints

/// A command line of `obstrace trace`, checked and made ready: nothing is attached and nothing has run.
struct Plan: ~Copyable {
    let arguments: TraceArguments
    let catalog: Catalog
    let layouts: [EventLayout]
    /// The kernel's filter of each event; `nil` for none.
    let filters: [Argument?]
    var renderer: Renderer
    /// The path of the command to run; `nil` for none.
    let commandPath: String?
    /// What is said on stderr at the start.
    let notes: [String]

    /// Finds the events, compiles the templates, looks the command up.
    ///
    /// - Throws: every mistake of the command line, with the place and the way out.
    init(_ arguments: TraceArguments) throws(Failure) {
        self.arguments = arguments
        let templates = try Plan.templates(of: arguments)
        catalog = try translating { () throws(TraceError) in try Catalog() }
        let selector = Selector(catalog: catalog)
        let events = try selector.events(of: arguments.selections)
        var layouts: [EventLayout] = []
        for event in events {
            layouts.append(try selector.layout(of: event, selections: arguments.selections))
        }
        self.layouts = layouts
        filters = events.map { $0.filter.map { arguments.filters[$0] } }
        let printer = FallbackPrinter(layouts: layouts, catalog: catalog)
        var options = RenderOptions()
        options.colour = Terminal.isColoured(arguments.colour, output: arguments.output)
        options.startTime = System.monotonicTime()
        options.printFallback = { event, record, line in printer.print(event, record, into: &line) }
        do throws(BindError) {
            renderer = try Renderer(
                zip(layouts, events).map { ($0, $1.template) }, templates: templates,
                symbols: KernelSymbols(), options: options)
        } catch {
            throw Failure(UsageError(error.error, in: arguments.templates[error.template]))
        }
        do throws(CommandError) {
            commandPath = if let name = arguments.command.first { try Command.path(of: name) } else { nil }
        } catch {
            throw Failure(error.message, status: error.status)
        }
        notes = templates.flatMap(\.warnings).map(\.message) + renderer.notes
    }

    private static func templates(of arguments: TraceArguments) throws(Failure) -> [Template] {
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
