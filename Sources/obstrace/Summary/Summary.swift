import CommandLine
import Template
import Tracepoints

/// How events are counted, checked and made ready.
struct Summary {
    let arguments: SummaryArguments
    /// The names of what is counted apart.
    let columns: [String]
    /// How measured values are written.
    let unit: Measure.Unit
    /// Whether the kernel counts, without samples.
    let countsOnly: Bool

    init(_ arguments: SummaryArguments, keys: Keys?, unit: Measure.Unit, countsOnly: Bool) {
        self.arguments = arguments
        columns = keys?.columns ?? []
        self.unit = unit
        self.countsOnly = countsOnly
    }

    /// The measured value of a histogram, which may be typed with its brackets.
    static func measure(
        _ argument: Argument, of layouts: [EventLayout], _ symbols: KernelSymbols
    ) throws(Failure) -> Measure {
        let isBracketed = argument.text.hasPrefix("<") && argument.text.hasSuffix(">")
        let text = isBracketed ? String(argument.text.dropFirst().dropLast()) : argument.text
        do throws(TemplateError) {
            return try Measure(text, of: layouts, symbols: symbols)
        } catch {
            let offset = isBracketed ? 1 : 0
            let range = error.range.lowerBound + offset..<error.range.upperBound + offset
            throw Failure(
                UsageError(error.message, at: argument, range: range, hint: error.hint, notes: error.notes))
        }
    }

    /// How a histogram groups values.
    var buckets: Buckets {
        switch arguments.buckets {
        case .powersOfTwo: .powersOfTwo
        case .powersOfTen: .powersOfTen
        case .linear(let step): .linear(step)
        }
    }
}

/// The values that events are counted apart by, as a template.
struct Keys {
    /// What parts the values of a key that is not typed.
    static let separator: UInt8 = 0

    /// Each value as it was typed.
    let columns: [String]
    private let argument: Argument?
    private let text: String
    /// Where each value starts in the template, and where in the argument.
    private var starts: [(template: Int, argument: Int)] = []

    /// Takes the values that were typed; the event's name, and the CPU where that is asked for, if there are none.
    init(_ arguments: SummaryArguments, isTyped: Bool) {
        argument = arguments.keys
        columns =
            argument.map { $0.text.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
            ?? (arguments.isPerCPU ? ["event", "cpu"] : ["event"])
        var text = ""
        var place = 0
        for (index, column) in columns.enumerated() {
            text += index > 0 && !isTyped ? "\\0<" : "<"
            starts.append((text.utf8.count, place))
            text += column + ">"
            place += column.utf8.count + 1
        }
        self.text = isTyped ? text : text + "\\c"
    }

    /// The template that makes a key of an event.
    func template() throws(Failure) -> Template {
        do throws(TemplateError) {
            return try Template.parse(text)
        } catch {
            throw Failure(self.error(error))
        }
    }

    /// A mistake in the template, shown where it was typed.
    func error(_ error: TemplateError) -> UsageError {
        guard let argument else { return UsageError(error.message, notes: error.notes) }
        func place(_ offset: Int) -> Int {
            let start = starts.last { $0.template <= offset } ?? (0, 0)
            return min(max(0, start.argument + offset - start.template), argument.text.utf8.count)
        }
        let start = place(error.range.lowerBound)
        return UsageError(
            error.message, at: argument, range: start..<max(start, place(error.range.upperBound)),
            hint: error.hint.flatMap(unbracketed), notes: error.notes.compactMap(unbracketed))
    }

    /// Advice as it is for names without brackets; `nil` where it is about the brackets.
    private func unbracketed(_ advice: String) -> String? {
        advice.contains("<<") || advice.contains("<name") ? nil : advice.filter { $0 != "<" && $0 != ">" }
    }
}
