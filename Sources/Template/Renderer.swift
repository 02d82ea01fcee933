public import Tracepoints

/// Renders batches of events into lines, by templates that were compiled once.
///
/// It keeps what a line says of those before it: its number and the time since the last one.
@safe
public struct Renderer: ~Copyable {
    let ops: PlainArray<Op>
    let starts: PlainArray<Int32>
    let pool: PlainArray<UInt8>
    /// How many bytes the steps of bounded length take at most, those of any event.
    private let room: Int
    let presentations: [PrintFormat.Presentation]
    let prints: [PrintFormat]
    /// What `prints` hold, to be used without counting references.
    private let printers: PlainArray<Unmanaged<PrintProgram>>
    let symbols: KernelSymbols
    /// What names the functions of stacks; it must learn of the traced processes.
    public let symbolizer: Symbolizer
    private(set) var options: RenderOptions
    var clocks: [WallClock]
    var seconds = SecondsCache()
    /// The number of the line that is rendered.
    var lineNumber: UInt64 = 0
    /// The time of the event that was looked at last, in nanoseconds of the event clock.
    public internal(set) var time: UInt64 = 0
    /// The time of the line before.
    var previousTime: UInt64 = 0
    /// Bytes of a value that does not lie in the record.
    var content = LineBuffer(capacity: 4096)
    /// What has been rendered and is to be rewritten.
    var scratch = LineBuffer(capacity: 4096)

    /// What stands above all lines, closed by a newline: the names of the columns in CSV and TSV, else nothing.
    public let header: [UInt8]
    let filterOps: PlainArray<FilterOp>
    let filterRanges: PlainArray<UInt64>
    let filterPool: PlainArray<UInt8>
    /// Where the filter of each event begins; nothing, if there are no filters.
    let filterStarts: PlainArray<Int32>
    var watch: Watch
    /// The ways to the measured value, and where those of each event begin.
    let measureOps: PlainArray<Op>
    let measureStarts: PlainArray<Int32>
    /// The measured value of the last event; `nil` where it has none.
    private(set) var measure: (value: Int64, isSigned: Bool)?

    /// What must be known of each event's moment, and no more.
    public let needs: ContextNeeds
    /// What of each event's call chain must be asked for, and no more.
    public let stacks: [StackRequest]
    /// The events whose `<print>` goes through the fallback or prints the fields.
    public let printFallbacks: [PrintFallback]
    /// What the user is to be told once, such as a field that some of the events do not have.
    public let notes: [String]

    /// Compiles templates for the events that they are bound to: the binding at an index is that of
    /// `Sample.event`, its `template` an index into `templates`, or `nil` for the default line.
    ///
    /// - Parameter measure: the value of each event that is measured, of the same events.
    /// - Throws: the first template that does not fit its events.
    public init(
        _ bindings: [(layout: EventLayout, template: Int?)], templates: [Template],
        filters: FilterPlan? = nil, measure: Measure? = nil, symbols: KernelSymbols,
        symbolizer: Symbolizer? = nil, options: RenderOptions
    ) throws(BindError) {
        let shown = Presentations(symbols)
        var notes: [String] = []
        for (index, template) in templates.enumerated() {
            let layouts = bindings.filter { $0.template == index }.map(\.layout)
            var binder = Binder(layouts: layouts, presentations: shown, form: options.form)
            do throws(TemplateError) {
                try binder.check(template)
            } catch {
                throw BindError(template: index, error: error)
            }
            notes += binder.notes.filter { !notes.contains($0) }
        }
        var compiler = Compiler(presentations: shown, options: options)
        header = compiler.addAll(bindings.map { ($0.layout, $0.template.map { templates[$0] }) })
        let program = compiler.program
        ops = PlainArray(program.ops)
        starts = PlainArray(program.starts)
        pool = PlainArray(program.pool)
        room = program.room
        presentations = program.presentations
        prints = program.prints
        unsafe printers = PlainArray(program.prints.map { unsafe Unmanaged.passUnretained($0.program) })
        clocks = program.clocks
        needs = program.needs.union(filters?.needs ?? []).union(measure?.needs ?? [])
        measureOps = PlainArray(measure?.ops ?? [])
        measureStarts = PlainArray(measure?.starts ?? [])
        filterOps = PlainArray(filters?.program.ops ?? [])
        filterRanges = PlainArray(filters?.program.ranges ?? [])
        filterPool = PlainArray(filters?.program.pool ?? [])
        filterStarts = PlainArray(filters?.starts ?? bindings.map { _ in FilterOp.passed })
        watch = Watch(filters, events: bindings.count)
        printFallbacks = program.printFallbacks
        self.notes = notes
        self.symbols = symbols
        self.symbolizer = symbolizer ?? Symbolizer(kernel: symbols)
        stacks = program.stacks
        self.options = options
        previousTime = options.startTime
    }

    /// Counts `elapsed` from that moment on, in nanoseconds of the event clock.
    public mutating func start(at time: UInt64) {
        options.startTime = time
        previousTime = time
    }

    /// Appends a line for each event that passes its filter, from the batch's sample `from` on, until `limit`
    /// lines are made or there is a verdict; answers how many samples that took and how many lines it made.
    public mutating func render(
        _ batch: Batch, from: Int, limit: Int, into line: inout LineBuffer
    ) -> (consumed: Int, lines: Int) {
        let count = unsafe batch.samples.count
        precondition(from >= 0 && from <= count)
        var index = from
        var lines = 0
        while index < count, lines < limit {
            let sample = unsafe batch.samples[index]
            index &+= 1
            guard render(sample, batch, into: &line) else { continue }
            lines &+= 1
            if watch.verdict != nil { break }
        }
        return (index &- from, lines)
    }

    /// Whether a sample passes its filter; counts it, and looks whether it is what is watched for.
    @inline(__always)
    mutating func accepts(_ sample: Sample, _ batch: Batch) -> Bool {
        let event = Int(sample.event)
        guard event >= 0, event < starts.count &- 1 else { return false }
        time = sample.time
        guard passes(filterStarts[event], sample, batch) else { return false }
        watch.note(event)
        if watch.count > 0 { look(event, sample, batch) }
        return true
    }

    /// Appends the line of an event, and reads its measured value where that is asked for; answers `false` where
    /// the event does not pass its filter.
    @inline(__always)
    mutating func render(
        _ sample: Sample, _ batch: Batch, measures: Bool = false, into line: inout LineBuffer
    ) -> Bool {
        guard accepts(sample, batch) else { return false }
        let event = Int(sample.event)
        lineNumber &+= 1
        if lineNumber == 1 { previousTime = time }
        run(from: Int(starts[event]), to: Int(starts[event &+ 1]), sample, batch, into: &line)
        if measures { measure = measured(sample, batch) }
        previousTime = time
        return true
    }

    /// Takes the steps of one line.
    ///
    /// Those of a bounded length, which are most, write into room that has been reserved for all of them; `out`
    /// is where they stand. The others go through the buffer.
    @inline(__always)
    mutating func run(
        from first: Int, to end: Int, _ sample: Sample, _ batch: Batch, into line: inout LineBuffer
    ) {
        line.reserve(room)
        var out = unsafe line.end
        var groupStart = line.count
        let steps = unsafe ops.range(first, end)
        var next = unsafe steps.lowerBound
        while unsafe next < steps.upperBound {
            // Read where it lies: copying the whole step delays the loads of its parts.
            let op = unsafe next
            unsafe next += 1
            unsafe UnsafeMutableRawPointer(out).storeBytes(
                of: op.pointee.prefix.littleEndian, as: UInt64.self)
            unsafe out += Int(op.pointee.prefixCount)
            let start = unsafe out
            var isBounded = true
            switch unsafe op.pointee.code {
            case .nothing: continue
            case .literal:
                let literal = unsafe pool.slice(Int(op.pointee.offset), Int(op.pointee.count))
                unsafe UnsafeMutableRawPointer(out).copyMemory(
                    from: literal.baseAddress!, byteCount: literal.count)
                unsafe out += literal.count
                continue
            case .decimal:
                guard let value = unsafe integer(op.pointee, sample, batch) else { continue }
                if value < 0, unsafe op.pointee.flags.contains(.isSigned) {
                    if unsafe op.pointee.flags.contains(.isZeroFilled) {
                        isBounded = false
                        break
                    }
                    unsafe out.pointee = UInt8(ascii: "-")
                    unsafe out += 1
                    unsafe out += writeDecimal(value.magnitude, out)
                } else {
                    unsafe out += writeDecimal(UInt64(bitPattern: value), out)
                }
            case .time:
                unsafe out += seconds.write(sample.time, dropped: Int(op.pointee.count), out)
            case .comm:
                guard !sample.comm.isUnknown else { continue }
                if let length = unsafe writePlain(sample.comm, out) {
                    unsafe out += length
                } else {
                    isBounded = false
                }
            case .quotedComm:
                guard !sample.comm.isUnknown else { continue }
                if !sample.comm.hasQuote, let length = unsafe writePlain(sample.comm, out + 1) {
                    unsafe out.pointee = UInt8(ascii: "\"")
                    unsafe (out + length + 1).pointee = UInt8(ascii: "\"")
                    unsafe out += length + 2
                } else {
                    isBounded = false
                }
            case .print:
                unsafe line.setEnd(out)
                let isThere = unsafe appendPrint(op, sample, to: &line)
                line.reserve(room)
                unsafe out = unsafe line.end
                if isThere { unsafe next += Int(op.pointee.skip) }
                continue
            default: isBounded = false
            }
            if !isBounded {
                unsafe line.setEnd(out)
                let isThere = unsafe take(op, sample, batch, &groupStart, into: &line)
                line.reserve(room)
                unsafe out = unsafe line.end
                if isThere { unsafe next += Int(op.pointee.skip) }
                continue
            }
            if unsafe !op.pointee.flags.contains(.isFinished) {
                // Most are not.
            } else if unsafe op.pointee.flags.contains(.isFilled) {
                unsafe out = fill(op, from: start, to: out)
            } else {
                let from = unsafe line.offset(of: start)
                unsafe line.setEnd(out)
                unsafe finish(op.pointee, from: from, &line)
                line.reserve(room)
                unsafe out = unsafe line.end
            }
            unsafe next += Int(op.pointee.skip)
        }
        unsafe line.setEnd(out)
    }

    /// Appends the line of a print format; `false` where the record does not fit it.
    @inline(never)
    private mutating func appendPrint(
        _ op: UnsafePointer<Op>, _ sample: Sample, to line: inout LineBuffer
    ) -> Bool {
        let start = line.count
        let isThere = unsafe printers[Int(op.pointee.extra)]._withUnsafeGuaranteedRef {
            $0.render(sample.record, into: &line)
        }
        if isThere, unsafe op.pointee.flags.contains(.isFinished) {
            unsafe finish(op.pointee, from: start, &line)
        }
        return isThere
    }

    /// Fills what a step of bounded length has written with blanks or zeros, and answers where that ends.
    @inline(__always)
    private func fill(
        _ op: UnsafePointer<Op>, from start: UnsafeMutablePointer<UInt8>, to end: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        let missing = unsafe Int(op.pointee.width) &- (end - start)
        guard missing > 0 else { return unsafe end }
        typealias Room = (UInt64, UInt64, UInt64, UInt64)
        let isLeft = unsafe op.pointee.flags.contains(.alignsLeft)
        let isZeroFilled = unsafe op.pointee.flags.contains(.isZeroFilled)
        let filling = UInt64(isZeroFilled && !isLeft ? 0x30 : 0x20) &* 0x0101_0101_0101_0101
        let room = (filling, filling, filling, filling)
        // All of what may have been written is moved, and all of the room filled, which takes no loop.
        if isLeft {
            unsafe UnsafeMutableRawPointer(end).storeBytes(of: room, as: Room.self)
        } else {
            let start = UnsafeMutableRawPointer(start)
            let written = unsafe start.loadUnaligned(as: Room.self)
            unsafe start.storeBytes(of: room, as: Room.self)
            unsafe start.storeBytes(of: written, toByteOffset: missing, as: Room.self)
        }
        return unsafe end + missing
    }

    /// Takes a step whose length is not bounded; answers whether it had something to print.
    @inline(never)
    private mutating func take(
        _ op: UnsafePointer<Op>, _ sample: Sample, _ batch: Batch, _ groupStart: inout Int,
        into line: inout LineBuffer
    ) -> Bool {
        let start = line.count
        switch unsafe op.pointee.code {
        case .nothing, .literal, .time, .print: return false
        case .text, .comm:
            guard unsafe appendText(op.pointee, sample, batch, to: &line) else { return false }
        case .quotedText, .quotedComm:
            guard unsafe appendQuotedText(op.pointee, sample, batch, to: &line) else { return false }
        case .integer, .decimal:
            guard let value = unsafe integer(op.pointee, sample, batch) else { return false }
            unsafe appendInteger(value, op.pointee.form, op.pointee, to: &line)
        case .bytes:
            guard unsafe appendBytes(op.pointee, sample, batch, to: &line) else { return false }
        case .stack:
            guard unsafe appendStack(op.pointee, sample, to: &line) else { return false }
        case .wall:
            unsafe clocks[Int(op.pointee.extra)].append(wallTime(batch), to: &line)
        case .presentation:
            guard unsafe presentations[Int(op.pointee.extra)].render(sample.record, into: &line) else {
                return false
            }
        case .foreignPrint:
            guard options.printFallback?(Int(sample.event), sample.record, &line) == true else {
                return false
            }
        case .begin:
            groupStart = start
            return false
        case .finish:
            unsafe finish(op.pointee, from: groupStart, &line)
            return false
        case .unlessLate:
            return !sample.isLate
        }
        if unsafe op.pointee.flags.contains(.isFinished) { unsafe finish(op.pointee, from: start, &line) }
        return true
    }

    /// Wraps, cuts and fills what has been rendered since `start`.
    @inline(never)
    private mutating func finish(_ op: Op, from start: Int, _ line: inout LineBuffer) {
        switch op.wrap {
        case .none: break
        case .escaped: line.escape(from: start, scratch: &scratch)
        case .nameValue: line.quoteValue(from: start)
        case .shell:
            line.move(from: start, to: &scratch)
            unsafe line.appendShellWord(Bytes(scratch.bytes))
        case .json:
            line.move(from: start, to: &scratch)
            unsafe line.appendJSONText(Bytes(scratch.bytes))
        }
        if op.flags.contains(.isCut) {
            line.cut(from: start, columns: Int(op.limit), isEscaped: op.flags.contains(.isEscaped))
        }
        if op.encoding != .none { line.encode(op.encoding, from: start, scratch: &scratch) }
        line.pad(from: start, width: Int(op.width), alignment: op.alignment)
    }

    @inline(__always)
    func wallTime(_ batch: Batch) -> Int64 { Int64(bitPattern: time) &+ batch.wallOffset }
}
