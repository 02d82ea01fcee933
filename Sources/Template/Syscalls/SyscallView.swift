public import Tracepoints

/// What is shown of system calls, and how.
public struct SyscallViewOptions: Sendable {
    /// The calls that are wanted.
    public var selection = SyscallSelection()
    /// Whether a table at the end takes the place of lines.
    public var isSummary = false
    /// Whether only calls are wanted that have failed.
    public var isFailedOnly = false
    /// The least duration that is wanted, in nanoseconds.
    public var slowest: UInt64 = 0
    /// Whether lines and table are JSON.
    public var isJSON = false
    public var isColoured = false
    /// Whether the ends of some calls are kept from us by a filter, so that those are no loss.
    public var hasFilteredEnds = false

    /// All calls, in lines.
    public init() {}
}

/// Puts together the begin and the end of each system call, and writes a line for it or counts it.
public struct SyscallView: ~Copyable {
    /// Which of the batch's events is which.
    private let enter: Int32
    private let exit: Int32
    private let exec: Int32
    private let paths: Int32
    let options: SyscallViewOptions
    private let host: SyscallHost
    /// Where fields lie in the records.
    private let numberOffset: Int
    private let argumentsOffset: Int
    private let exitNumberOffset: Int
    private let resultOffset: Int
    private let execPath: FieldToken?
    private let execOldThread: FieldToken?
    var table: SyscallTable
    private var calls = PendingCalls()
    var texts = TextBlocks()
    private var arrivals = PathArrivals()
    private var summary = SyscallSummary()
    /// The thread whose calls count from its first exec on only; 0 for none.
    private var held: Int32 = 0
    private let readsPaths: Bool
    /// Whether calls of the 32-bit interface are marked, so that no program must be looked at.
    public var hasMarks = false

    /// Makes a view; the indexes are those of `Sample.event`: of `raw_syscalls:sys_enter`, `sys_exit`, and
    /// where there are such `sched:sched_process_exec` and `EventLayout.syscallPaths`.
    ///
    /// - Throws: `nil` fields are answered by `nil`: a kernel whose records are others.
    public init?(
        enter: (index: Int, layout: EventLayout), exit: (index: Int, layout: EventLayout),
        exec: (index: Int, layout: EventLayout)?, paths: Int?, options: SyscallViewOptions, host: SyscallHost
    ) {
        guard let number = enter.layout.field("id"), let arguments = enter.layout.field("args"),
            let exitNumber = exit.layout.field("id"), let result = exit.layout.field("ret"),
            number.size == 8, arguments.size == 48, exitNumber.size == 8, result.size == 8
        else { return nil }
        self.enter = Int32(enter.index)
        self.exit = Int32(exit.index)
        self.exec = Int32(exec?.index ?? -1)
        self.paths = Int32(paths ?? -1)
        numberOffset = number.offset
        argumentsOffset = arguments.offset
        exitNumberOffset = exitNumber.offset
        resultOffset = result.offset
        execPath = exec?.layout.field("filename").map(FieldToken.init)
        execOldThread = exec?.layout.field("old_pid").map(FieldToken.init)
        self.options = options
        self.host = host
        table = SyscallTable(options.selection, host)
        readsPaths = !options.isSummary
    }

    /// Leaves out what a thread does before its first exec.
    public mutating func hold(_ thread: Int32) { held = thread }

    /// Takes the events of a batch, and answers how many lines it has made, at most `room`.
    public mutating func take(
        _ batch: Batch, _ renderer: inout Renderer, room: Int, into line: inout LineBuffer
    ) -> Int {
        let count = unsafe batch.samples.count
        var lines = 0
        var index = 0
        while index < count, lines < room {
            let sample = unsafe batch.samples[index]
            index &+= 1
            // Of threads that are not traced too, and so not to be counted.
            if sample.event == paths {
                notePath(sample)
                continue
            }
            guard renderer.accepts(sample, batch) else { continue }
            if sample.event == enter {
                lines &+= begin(sample, batch, &renderer, into: &line)
            } else if sample.event == exit {
                lines &+= end(sample, batch, &renderer, into: &line)
            } else if sample.event == exec {
                noteExec(sample)
            }
            if renderer.verdict != nil { break }
        }
        return lines
    }

    /// Writes the table, or at most `room` lines of the calls that have not ended.
    public mutating func finish(_ renderer: inout Renderer, room: Int, into line: inout LineBuffer) {
        guard !options.isSummary else {
            if options.isJSON {
                summary.appendJSON(&table, to: &line)
            } else {
                summary.appendTable(&table, to: &line)
            }
            return
        }
        guard !options.hasFilteredEnds, !options.isFailedOnly, options.slowest == 0 else { return }
        var left: [(start: UInt64, place: Int)] = []
        for place in 0..<calls.count where calls[place].thread != 0 && calls[place].isInside {
            left.append((calls[place].start, place))
        }
        left.sort { ($0.start, $0.place) < ($1.start, $1.place) }
        var lines = 0
        for (_, place) in left where lines < room {
            lines += writeUnfinished(place, &renderer, into: &line)
        }
    }

    // MARK: Events

    @inline(__always)
    private func thread(of sample: Sample) -> Int32 { sample.record.load(4, as: Int32.self) ?? 0 }

    /// The thread as processes know it.
    private func ownThread(of sample: Sample, _ thread: Int32) -> Int32 {
        sample.tid >= 0 ? sample.tid : thread
    }

    @inline(__always)
    private mutating func begin(
        _ sample: Sample, _ batch: Batch, _ renderer: inout Renderer, into line: inout LineBuffer
    ) -> Int {
        let thread = thread(of: sample)
        guard thread != 0, let number = sample.record.load(numberOffset, as: Int64.self),
            let arguments = sample.record.load(
                argumentsOffset, as: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64).self)
        else { return 0 }
        let place = calls.place(of: thread)
        if hasMarks {
            calls[place].interface = calls[place].isNextCompat ? .compat : .native
            calls[place].isNextCompat = false
        } else if calls[place].interface == .unknown {
            learnInterface(place, ownThread(of: sample, thread))
        }
        let index = SyscallTable.index(number, isCompat: calls[place].interface == .compat)
        let plan = table.plan(index)
        if held != 0, ownThread(of: sample, thread) == held {
            guard plan.executes else { return 0 }
            held = 0
        }
        var lines = 0
        if calls[place].isInside {
            // Its end was lost, or kept from us.
            if isShowingUnfinished { lines += writeUnfinished(place, &renderer, into: &line) }
            leave(place)
        }
        guard plan.isWanted else { return lines }
        calls[place].isInside = true
        calls[place].index = Int32(truncatingIfNeeded: index)
        calls[place].number = number
        calls[place].start = sample.time
        calls[place].arguments = arguments
        calls[place].cpu = sample.cpu
        calls[place].process = sample.pid
        calls[place].task = sample.tid
        calls[place].comm = sample.comm
        if plan.hasPaths, readsPaths { findPaths(place, plan, ownThread(of: sample, thread)) }
        if plan.neverReturns {
            if !options.isSummary, !options.isFailedOnly, options.slowest == 0, !options.hasFilteredEnds {
                write(place, plan, sample, batch, nil, &renderer, into: &line)
                lines += 1
            }
            leave(place)
            calls[place].interface = .unknown
        }
        return lines
    }

    private var isShowingUnfinished: Bool {
        !options.isSummary && !options.hasFilteredEnds && !options.isFailedOnly && options.slowest == 0
    }

    @inline(__always)
    private mutating func end(
        _ sample: Sample, _ batch: Batch, _ renderer: inout Renderer, into line: inout LineBuffer
    ) -> Int {
        let thread = thread(of: sample)
        guard thread != 0, let number = sample.record.load(exitNumberOffset, as: Int64.self),
            let result = sample.record.load(resultOffset, as: Int64.self)
        else { return 0 }
        if held != 0, ownThread(of: sample, thread) == held { return 0 }
        let place = calls.place(of: thread)
        let index = Int(calls[place].index)
        guard calls[place].isInside, isSame(index, number) || result == 0 && isExec(index, number) else {
            return endAlone(place, number, result, sample, batch, &renderer, into: &line)
        }
        let plan = table.plan(index)
        let duration = sample.time >= calls[place].start ? sample.time &- calls[place].start : 0
        let isError = result < 0 && result >= -4095
        defer { leave(place) }
        guard isError || !options.isFailedOnly, duration >= options.slowest else { return 0 }
        if options.isSummary {
            summary.add(index, duration, isError: isError)
            return 0
        }
        write(place, plan, sample, batch, result, &renderer, into: &line)
        return 1
    }

    /// Whether a number at a call's end is that of its begin.
    @inline(__always)
    private mutating func isSame(_ index: Int, _ number: Int64) -> Bool {
        let room = SyscallTable.room
        let known = index >= room && index < 2 * room ? index &- room : index
        if Int64(known) == number { return true }
        if index == 2 * room { return number < 0 || number >= Int64(room) }
        return number == -1 && table.plan(index).forgetsNumber
    }

    /// Whether a call and a number at its end are both the exec of a program, which may have the other interface.
    private mutating func isExec(_ index: Int, _ number: Int64) -> Bool {
        guard table.plan(index).executes else { return false }
        return table.plan(SyscallTable.index(number, isCompat: false)).executes
            || table.plan(SyscallTable.index(number, isCompat: true)).executes
    }

    /// Takes the end of a call whose begin is not known.
    @inline(never)
    private mutating func endAlone(
        _ place: Int, _ number: Int64, _ result: Int64, _ sample: Sample, _ batch: Batch,
        _ renderer: inout Renderer, into line: inout LineBuffer
    ) -> Int {
        let tid = ownThread(of: sample, calls[place].thread)
        if calls[place].interface == .unknown { learnInterface(place, tid) }
        let index = SyscallTable.index(number, isCompat: calls[place].interface == .compat)
        let plan = table.plan(index)
        var lines = 0
        if calls[place].isInside {
            if isShowingUnfinished { lines += writeUnfinished(place, &renderer, into: &line) }
            leave(place)
        }
        // A child comes back from the call that has made it, which is its parent's.
        guard plan.isWanted, !(plan.makesChild && result == 0), number >= 0 else { return lines }
        let isError = result < 0 && result >= -4095
        guard isError || !options.isFailedOnly, options.slowest == 0 else { return lines }
        guard !options.isSummary else { return lines }
        calls[place].index = Int32(truncatingIfNeeded: index)
        calls[place].start = sample.time
        writeAlone(number, plan, sample, batch, result, &renderer, into: &line)
        return lines + 1
    }

    /// Notes the program that a thread's exec has begun.
    @inline(never)
    private mutating func noteExec(_ sample: Sample) {
        let thread = thread(of: sample)
        guard thread != 0 else { return }
        // The call itself may not be among those that are wanted.
        if ownThread(of: sample, thread) == held { held = 0 }
        let old = execOldThread?.integer(in: sample.record).map(Int32.init(truncatingIfNeeded:)) ?? thread
        if old != thread, old > 0 {
            // Another thread than the first has called it, and is the first one now.
            let call = calls[calls.place(of: old)]
            leaveCompletely(calls.place(of: old))
            let place = calls.place(of: thread)
            leave(place)
            if call.isInside {
                calls[place] = call
                calls[place].thread = thread
                calls[place].texts = (-1, -1, -1)
            }
        }
        let place = calls.place(of: thread)
        // The call itself was the former program's.
        calls[place].interface = .unknown
        guard calls[place].isInside, readsPaths, table.plan(Int(calls[place].index)).executes,
            let path = execPath?.content(in: sample.record), path.count > 0
        else { return }
        texts.release(calls[place].texts.0)
        calls[place].texts.0 = copy(path)
        calls[place].certain = calls[place].texts.0 >= 0 ? 1 : 0
    }

    private mutating func copy(_ text: Bytes) -> Int32 {
        unsafe texts.make { room in
            let count = min(text.count, room.count)
            unsafe room.baseAddress!.copyMemory(from: text.base, byteCount: count)
            return count
        }
    }

    /// Takes a path that could not be read when its call began.
    private mutating func noteLatePath(_ place: Int, _ address: UInt64, _ text: Bytes) {
        guard calls[place].isInside else { return }
        let plan = table.plan(Int(calls[place].index))
        var found = 0
        for argument in 0..<max(0, Int(plan.argumentCount))
        where table.arguments[Int(plan.firstArgument) + argument].kind == .path {
            if calls[place].argument(argument) == address, !calls[place].isCertain(found) {
                texts.release(calls[place].text(found))
                calls[place].setText(found, copy(text))
            }
            found += 1
        }
    }

    /// Keeps a path that the kernel has told of until its call begins, which is at once.
    @inline(never)
    private mutating func notePath(_ sample: Sample) {
        let mark = sample.record.load(2, as: UInt8.self) ?? 0
        let thread = thread(of: sample)
        if mark == 1 { calls[calls.place(of: thread)].isNextCompat = true }
        guard readsPaths, let address = sample.record.load(8, as: UInt64.self),
            address != 0, let text = sample.record.slice(16, max(0, sample.record.count - 16))
        else { return }
        if mark == 2 {
            noteLatePath(calls.place(of: thread), address, text.untilNul())
            return
        }
        let block = copy(text.untilNul())
        texts.release(
            arrivals.add(PathArrivals.Path(thread: thread, block: block, address: address)))
    }

    private mutating func learnInterface(_ place: Int, _ tid: Int32) {
        calls[place].interface = host.isCompat(tid) == true ? .compat : .native
    }

    /// Takes the paths of a call that the kernel has told of, and reads others from its process, which may have
    /// changed them by now.
    @inline(never)
    private mutating func findPaths(_ place: Int, _ plan: SyscallPlan, _ tid: Int32) {
        var found = 0
        for argument in 0..<Int(plan.argumentCount)
        where table.arguments[Int(plan.firstArgument) + argument].kind == .path {
            let address = calls[place].argument(argument)
            if address != 0 {
                if let block = arrivals.take(calls[place].thread, address) {
                    calls[place].setText(found, block)
                    calls[place].certain |= 1 << UInt8(found)
                } else {
                    calls[place].setText(found, readPath(tid, address))
                }
            }
            found += 1
        }
    }

    private mutating func readPath(_ tid: Int32, _ address: UInt64) -> Int32 {
        let host = host
        return unsafe texts.make { room in
            let count = unsafe host.readMemory(tid, address, room)
            // Without its closing zero it is no text, or not all of it.
            guard count > 0, count <= room.count, unsafe room[..<count].contains(0) else { return -1 }
            return unsafe Bytes(UnsafeRawBufferPointer(rebasing: room[..<count])).untilNul().count
        }
    }

    @inline(__always)
    private mutating func leave(_ place: Int) {
        calls[place].isInside = false
        guard calls[place].texts.0 >= 0 || calls[place].texts.1 >= 0 || calls[place].texts.2 >= 0 else {
            return
        }
        releaseTexts(place)
    }

    private mutating func leaveCompletely(_ place: Int) {
        leave(place)
        calls[place].interface = .unknown
    }

    @inline(never)
    private mutating func releaseTexts(_ place: Int) {
        texts.release(calls[place].texts.0)
        texts.release(calls[place].texts.1)
        texts.release(calls[place].texts.2)
        calls[place].texts = (-1, -1, -1)
        calls[place].certain = 0
    }

    // MARK: Lines

    @inline(__always)
    private mutating func write(
        _ place: Int, _ plan: SyscallPlan, _ sample: Sample, _ batch: Batch, _ result: Int64?,
        _ renderer: inout Renderer, into line: inout LineBuffer
    ) {
        var begun = sample
        begun.time = calls[place].start
        let call = calls[place]
        if options.isJSON {
            appendJSON(call, plan, begun, result, end: result == nil ? nil : sample.time, into: &line)
            return
        }
        renderer.renderHead(begun, batch, into: &line)
        appendCall(call, plan, into: &line)
        appendResult(result, plan, into: &line)
        if result != nil { appendDuration(sample.time &- call.start, into: &line) }
        line.append(0x0a)
    }

    private mutating func writeUnfinished(
        _ place: Int, _ renderer: inout Renderer, into line: inout LineBuffer
    ) -> Int {
        let call = calls[place]
        let plan = table.plan(Int(call.index))
        let sample = Sample(
            record: unsafe Bytes(UnsafeRawBufferPointer(start: nil, count: 0)), time: call.start, event: exit,
            cpu: call.cpu, pid: call.process, tid: call.task, comm: call.comm)
        if options.isJSON {
            appendJSON(call, plan, sample, nil, end: nil, into: &line)
        } else {
            let none = unsafe UnsafeBufferPointer<Sample>(start: nil, count: 0)
            renderer.renderHead(
                sample, unsafe Batch(samples: none, wallOffset: 0, processes: []), into: &line)
            appendCall(call, plan, into: &line)
            line.append(" = ? <unfinished>\n")
        }
        return 1
    }

    private mutating func writeAlone(
        _ number: Int64, _ plan: SyscallPlan, _ sample: Sample, _ batch: Batch, _ result: Int64,
        _ renderer: inout Renderer, into line: inout LineBuffer
    ) {
        var call = PendingCall()
        call.number = number
        call.thread = thread(of: sample)
        call.start = sample.time
        var nameOnly = plan
        nameOnly.argumentCount = 0
        if options.isJSON {
            appendJSON(call, nameOnly, sample, result, end: nil, isAlone: true, into: &line)
            return
        }
        renderer.renderHead(sample, batch, into: &line)
        line.append("... ")
        appendName(call, plan, into: &line)
        line.append("(?)")
        appendResult(result, plan, into: &line)
        line.append(0x0a)
    }
}
