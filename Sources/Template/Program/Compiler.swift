import Tracepoints

/// Makes steps of the pieces of a template, for one event at a time.
struct Compiler {
    private(set) var program = Program()
    let presentations: Presentations
    let options: RenderOptions
    /// Text that waits to be joined with what follows.
    var text: [UInt8] = []
    /// What prints the event's print format, found out at its first use.
    private var printer: Printer?
    private var event = 0
    /// What of the event's call chain has been asked for so far.
    private var stacks = StackRequest()
    /// Whether all functions of it are, as far as the kernel gives them.
    private var hasDeepStack = false

    /// What `<print>` is printed by.
    private enum Printer {
        /// The print format, by its index.
        case format(Int)
        /// The caller's fallback.
        case caller
        /// The fields alone.
        case fields
    }

    init(presentations: Presentations, options: RenderOptions) {
        self.presentations = presentations
        self.options = options
    }

    /// Adds the steps of all events, each with its template or `nil` for none; answers the line above the
    /// lines.
    mutating func addAll(_ events: [(layout: EventLayout, template: Template?)]) -> [UInt8] {
        guard options.form == .lines else { return addRecords(events) }
        let defaultLine = Template.defaultLine(for: events.map(\.layout))
        for (layout, template) in events {
            let own = layout.parts.isEmpty ? defaultLine : Template.pairLine(for: layout, presentations)
            add(layout, template ?? own, marksLate: template == nil)
        }
        return []
    }

    /// Adds the steps of the next event.
    private mutating func add(_ layout: EventLayout, _ template: Template, marksLate: Bool) {
        begin()
        var isColoured = false
        for piece in template.pieces {
            switch piece {
            case .text(let bytes): text += bytes
            case .colour(let styles):
                guard options.colour, isColoured || !styles.isEmpty else { break }
                isColoured = !styles.isEmpty
                text += Style.sequence(styles)
            case .placeholder(let placeholder): add(placeholder, layout)
            }
        }
        if isColoured { text += Style.sequence([]) }
        if marksLate { addLateMark() }
        if template.endsLine || !options.stacks.isEmpty { text.append(0x0a) }
        addStackLines()
        end()
    }

    /// Begins with the steps of the next event.
    mutating func begin() {
        printer = nil
        stacks = StackRequest()
        hasDeepStack = false
    }

    /// Ends the steps of an event.
    mutating func end() {
        add([])
        program.starts.append(Int32(program.ops.count))
        if hasDeepStack { stacks.depth = 0 }
        program.stacks.append(stacks)
        event += 1
    }

    /// Adds steps after the text that waits.
    private mutating func add(_ steps: [Op]) {
        program.ops += program.prefixed(text, steps)
        text = []
    }

    /// Adds a line for each function of the call chain below the event's line, where that is asked for.
    private mutating func addStackLines() {
        for value in options.stackValues {
            var spec = Spec()
            spec.limit = options.stacks.depth > 0 ? options.stacks.depth : nil
            note(value, spec)
            let lines = op(.context(value), Manner(writer: .stack, form: .frameLines), spec)
            add([lines])
        }
    }

    /// Notes what a stack asks of the kernel.
    private mutating func note(_ value: ContextValue, _ spec: Spec) {
        guard value == .stack || value == .ustack else { return }
        program.needs.formUnion(value.needs)
        if value == .stack { stacks.kernel = true } else { stacks.user = true }
        stacks.copiedBytes = options.stacks.copiedBytes
        stacks.depth = max(stacks.depth, spec.limit ?? 0)
        if spec.limit ?? 0 == 0 { hasDeepStack = true }
    }

    private mutating func addLateMark() {
        let mark = Array(" (late)".utf8)
        let text = options.colour ? Style.sequence([.yellow]) + mark + Style.sequence([]) : mark
        add(linked([Op(code: .unlessLate)], [program.literal(text)]))
    }

    // MARK: Placeholders

    /// Adds the steps of a value.
    mutating func add(_ placeholder: Placeholder, _ layout: EventLayout) {
        var chain: [Op] = []
        /// What comes last in the chain and always has something to print.
        var tail: [Op]?
        alternatives: for alternative in placeholder.alternatives {
            guard let value = alternative.value(in: layout) else { continue }
            guard let manner = manner(of: value, placeholder.spec, layout) else { continue }
            let spec = options.form == .lines ? placeholder.spec : placeholder.spec.typed(manner)
            switch value {
            case .context(.fields):
                tail = fields(of: layout, manner, spec)
                break alternatives
            case .context(.print):
                let print = printOp(layout, manner, spec)
                if let print { chain.append(typed(print, manner)) }
                tail = fields(of: layout, manner, spec, isPlain: print?.code == .print)
                break alternatives
            case .context(.event), .context(.name), .context(.subsystem):
                let name = constant(value, layout)
                if chain.isEmpty, manner.form == .text {
                    text += encoded(finished(name, spec, isEscaped: true))
                    return
                }
                var op = op(value, manner, spec)
                (op.offset, op.count) = program.pooled(name)
                tail = [typed(op, manner)]
                break alternatives
            case .context(let context):
                program.needs.formUnion(context.needs)
                note(context, placeholder.spec)
                let op = typed(op(value, manner, spec), manner)
                if context.isAlwaysKnown {
                    tail = [op]
                    break alternatives
                }
                chain.append(op)
            case .field, .element:
                program.needs.formUnion(value.needs)
                chain.append(typed(op(value, manner, spec), manner))
                break alternatives
            }
        }
        let last: [Op]
        if let tail {
            last = tail
        } else {
            let text = fallback(placeholder)
            if chain.isEmpty {
                self.text += text
                return
            }
            last = text.isEmpty ? [] : [program.literal(text)]
        }
        add(linked(chain, last))
    }

    /// How a value is written. Where the type does not fit this event's value, that is in its own manner.
    private func manner(of value: Value, _ spec: Spec, _ layout: EventLayout) -> Manner? {
        func manner(_ type: ValueType?) -> Manner? {
            options.form == .lines
                ? value.manner(type, decimals: spec.limit, in: layout, presentations)
                : value.typedManner(
                    type, decimals: spec.limit, form: options.form, in: layout, presentations)
        }
        return manner(spec.type) ?? manner(nil)
    }

    /// Steps of which the first that has something to print is the last.
    private func linked(_ chain: [Op], _ last: [Op]) -> [Op] {
        chain.enumerated().map { index, op in
            var op = op
            op.skip = Int32(chain.count - index - 1 + last.count)
            return op
        } + last
    }

    /// The bytes of a value that is the same for all lines of an event.
    private func constant(_ value: Value, _ layout: EventLayout) -> [UInt8] {
        switch value {
        case .context(.event): Array(layout.fullName.utf8)
        case .context(.name): Array(layout.name.utf8)
        default: Array(layout.subsystem.utf8)
        }
    }

    /// Constant text as it stands in the line.
    func finished(_ bytes: [UInt8], _ spec: Spec, isEscaped: Bool) -> [UInt8] {
        var line = LineBuffer(capacity: 64)
        unsafe bytes.withUnsafeBytes { bytes in
            if isEscaped { unsafe _ = line.appendText(Bytes(bytes)) } else { unsafe line.append(bytes) }
        }
        if isEscaped, let limit = spec.limit { line.cut(from: 0, columns: limit, isEscaped: true) }
        line.pad(from: 0, width: spec.width, alignment: spec.alignment)
        return unsafe Array(line.bytes)
    }

    /// A step with what its spec says of it.
    private func step(_ code: Op.Code, _ manner: Manner, _ spec: Spec) -> Op {
        var op = Op(code: code)
        op.form = manner.form
        op.wrap = manner.wrap
        op.width = UInt16(spec.width)
        // JSON has no such numbers.
        if spec.type != .named(.json) {
            if spec.isAlternate { op.flags.insert(.isAlternate) }
            if spec.showsPlus { op.flags.insert(.showsPlus) }
            if spec.isZeroFilled { op.flags.insert(.isZeroFilled) }
        }
        switch spec.alignment {
        case .right: break
        case .left: op.flags.insert(.alignsLeft)
        case .centre: op.flags.insert(.centres)
        }
        switch manner.limit {
        case .none: break
        case .decimals: op.limit = UInt16(min(spec.limit ?? manner.form.usualDecimals, 9))
        case .frames: op.count = Int32(spec.limit ?? 0)
        case .columns:
            guard let limit = spec.limit else { break }
            op.limit = UInt16(limit)
            op.flags.insert(.isCut)
        }
        if manner.form == .text || manner.wrap == .escaped { op.flags.insert(.isEscaped) }
        if spec.width > 0 || op.flags.contains(.isCut) || manner.wrap != .none {
            op.flags.insert(.isFinished)
        }
        return op
    }

    /// The step that writes a value of the record or of the context.
    private mutating func op(_ value: Value, _ manner: Manner, _ spec: Spec) -> Op {
        var op: Op
        switch manner.writer {
        case .line, .integer: op = step(.integer, manner, spec)
        case .bytes: op = step(manner.form == .text ? .text : .bytes, manner, spec)
        case .array:
            op = step(.bytes, manner, spec)
            op.form = .array
            op.elementForm = manner.form
        case .presentation(let presentation):
            op = step(.presentation, manner, spec)
            op.extra = Int32(program.presentations.count)
            program.presentations.append(presentation)
        case .stack: op = step(.stack, manner, spec)
        case .wall(let clock):
            op = step(.wall, manner, spec)
            op.extra = Int32(program.clocks.count)
            program.clocks.append(clock)
        }
        op.read(value)
        // The commonest steps have codes of their own.
        if op.code == .text, op.source == .comm { op.code = .comm }
        let canBeFilled =
            op.width > 0 && Int(op.width) <= Op.longestBounded && op.wrap == .none
            && op.flags.isDisjoint(with: [.isCut, .centres])
        let isZeroFilled = op.flags.contains(.isZeroFilled)
        if op.code == .integer, !op.flags.contains(.showsPlus) {
            if op.form == .decimal, !isZeroFilled || canBeFilled { op.code = .decimal }
            if op.form == .clock, op.source == .time, !isZeroFilled {
                op.code = .time
                op.count = op.limit == 0 ? 10 : 9 - Int32(op.limit)
            }
        }
        if canBeFilled, [.comm, .decimal, .time].contains(op.code) { op.flags.insert(.isFilled) }
        return op
    }

    // MARK: Many values

    /// The steps that print all of the event's own fields as `name=value`; plainly where they stand in for a
    /// print format that is there, which is for torn records only.
    private mutating func fields(
        of layout: EventLayout, _ manner: Manner, _ spec: Spec, isPlain: Bool = false
    ) -> [Op] {
        var ops: [Op] = []
        let isRaw = manner.wrap == .none
        for (index, field) in layout.fields.enumerated() {
            let name = Array(((index > 0 ? " " : "") + displayed(field.name) + "=").utf8)
            let value = Value.field(field)
            let itsOwn =
                isPlain
                ? value.plainManner(nil, decimals: nil)
                : value.manner(nil, decimals: nil, in: layout, presentations)
            guard var manner = itsOwn else { continue }
            if isRaw, manner.form == .text { manner = Manner(writer: .bytes, form: .raw) }
            var op = op(value, manner, Spec())
            if manner.form == .text {
                op.wrap = .nameValue
                op.flags.insert(.isFinished)
            }
            ops += program.prefixed(name, linked([op], [program.literal([UInt8(ascii: "-")])]))
        }
        // What the values hold is escaped already.
        var group = manner
        if group.wrap == .escaped { group.wrap = .none }
        var finish = typed(step(.finish, group, spec), group)
        guard finish.flags.contains(.isFinished) else { return ops }
        if manner.wrap == .escaped { finish.flags.insert(.isEscaped) }
        return [Op(code: .begin)] + ops + [finish]
    }

    /// The step that prints the event's print format; `nil` where only its fields can be printed.
    private mutating func printOp(_ layout: EventLayout, _ manner: Manner, _ spec: Spec) -> Op? {
        let printer = printer ?? printer(of: layout)
        self.printer = printer
        switch printer {
        case .format(let index):
            var op = step(.print, manner, spec)
            op.extra = Int32(index)
            if op.wrap == .escaped, program.prints[index].program.isPlain {
                op.wrap = .none
                if op.width == 0, !op.flags.contains(.isCut) { op.flags.remove(.isFinished) }
            }
            return op
        case .caller: return step(.foreignPrint, manner, spec)
        case .fields: return nil
        }
    }

    private mutating func printer(of layout: EventLayout) -> Printer {
        // There is no print format of joined records.
        guard layout.parts.isEmpty else { return .fields }
        do throws(PrintFormat.Failure) {
            program.prints.append(try PrintFormat(of: layout, symbols: presentations.symbols))
            return .format(program.prints.count - 1)
        } catch {
            program.printFallbacks.append(PrintFallback(event: event, reason: error.message))
            return options.printFallback == nil ? .fields : .caller
        }
    }
}

extension Value {
    /// What must be known of an event's moment for the value.
    var needs: ContextNeeds {
        switch self {
        case .context(let context): context.needs
        case .field(let field): field.momentNeeds
        case .element: []
        }
    }
}

extension ContextValue {
    /// What must be known of an event's moment for the value.
    var needs: ContextNeeds {
        switch self {
        case .pid: .pid
        case .tid: .tid
        case .comm: .comm
        case .ppid, .uid, .user, .exe, .cmdline, .cgroup, .container: .process
        case .stack: .kernelStack
        case .ustack: [.pid, .userStack]
        default: []
        }
    }

    /// Whether every event has the value.
    var isAlwaysKnown: Bool {
        switch self {
        case .time, .wall, .delta, .elapsed, .cpu, .n, .event, .name, .subsystem, .fields, .print: true
        case .pid, .tid, .comm, .ppid, .uid, .user, .exe, .cmdline, .cgroup, .container, .late: false
        case .stack, .ustack: false
        }
    }
}

extension Op.Form {
    /// The number of decimals where the spec tells none.
    fileprivate var usualDecimals: Int {
        switch self {
        case .size1024, .size1000: 1
        case .nanoseconds, .microseconds, .milliseconds, .seconds: 3
        default: 9
        }
    }
}

extension Op {
    /// Sets where the value is read from.
    mutating func read(_ value: Value) {
        switch value {
        case .field(let field):
            // What does not fit leads out of every record, where nothing is read.
            offset = Int32(clamping: field.offset)
            count = Int32(clamping: field.size)
            read(field)
        case .element(let field, let index):
            read(field)
            if field.isDynamic {
                offset = Int32(clamping: field.offset)
                source = .dynamicElement
                count = Int32(index)
            } else {
                offset = Int32(clamping: field.offset + index * field.elementSize)
                source = .field
            }
        case .context(let value): read(value)
        }
    }

    private mutating func read(_ field: Field) {
        size = UInt8(truncatingIfNeeded: field.elementSize)
        if field.isSigned { flags.insert(.isSigned) }
        if field.isRelative { flags.insert(.isRelative) }
        if field.isDynamic, code != .presentation { extra = Int32(clamping: field.origin) }
        switch field.kind {
        case .integer, .pointer: source = .field
        case .text: source = .fixedText
        case .dynamicText: source = .dynamicText
        case .array, .opaque: source = .fixedBytes
        case .dynamicArray, .dynamicBitmask: source = .dynamicBytes
        }
    }

    private mutating func read(_ value: ContextValue) {
        switch value {
        case .time: source = .time
        case .wall: source = .wall
        case .delta: source = .delta
        case .elapsed: source = .elapsed
        case .cpu: source = .cpu
        case .pid: source = .pid
        case .tid: source = .tid
        case .ppid: source = .parent
        case .uid: source = .uid
        case .late: source = .late
        case .n: source = .line
        case .comm: source = .comm
        case .user: source = .user
        case .exe: source = .exe
        case .cmdline: source = .cmdline
        case .cgroup: source = .cgroup
        case .container: source = .container
        case .event, .name, .subsystem: source = .pool
        case .fields, .print: break
        case .stack: source = .kernelStack
        case .ustack: source = .userStack
        }
        switch value {
        case .cpu, .pid, .tid, .ppid:
            size = 4
            flags.insert(.isSigned)
        case .uid: size = 4
        case .wall, .delta, .elapsed: flags.insert(.isSigned)
        default: break
        }
    }
}
