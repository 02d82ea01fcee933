/// What has been counted of one call.
struct SyscallCount {
    /// Where the call stands in the table.
    let index: Int
    var calls: UInt64 = 0
    var errors: UInt64 = 0
    /// The time spent in it, in nanoseconds, and the longest of one call.
    var time: UInt64 = 0
    var longest: UInt64 = 0
    /// How many calls took a time of each class: four classes for each power of two.
    var classes = ContiguousArray<UInt32>(repeating: 0, count: 256)

    /// The class of a time.
    @inline(__always)
    static func timeClass(_ time: UInt64) -> Int {
        guard time >= 4 else { return Int(time) }
        let power = 63 - time.leadingZeroBitCount
        return power * 4 + Int(time >> UInt64(power - 2) & 3)
    }

    /// The highest time of a class.
    static func limit(of timeClass: Int) -> UInt64 {
        guard timeClass >= 8 else { return UInt64(min(timeClass, 3)) }
        let power = UInt64(timeClass / 4)
        let (end, overflow) = (UInt64(timeClass & 3) + 5).multipliedReportingOverflow(by: 1 << (power - 2))
        return overflow ? UInt64.max : end - 1
    }

    @inline(__always)
    mutating func add(_ duration: UInt64, isError: Bool) {
        calls &+= 1
        if isError { errors &+= 1 }
        addTime(duration)
        if duration > longest { longest = duration }
        classes[Self.timeClass(duration)] &+= 1
    }

    /// Adds to the time, which stays the longest there is where a recording has more.
    @inline(__always)
    mutating func addTime(_ duration: UInt64) {
        let (sum, overflow) = time.addingReportingOverflow(duration)
        time = overflow ? .max : sum
    }

    /// The time that a share of the calls does not exceed, from above and at most the longest.
    func percentile(_ share: Double) -> UInt64 {
        let wanted = UInt64((Double(calls) * share).rounded(.up))
        var seen: UInt64 = 0
        for (index, count) in classes.enumerated() {
            seen += UInt64(count)
            if seen >= wanted { return min(Self.limit(of: index), longest) }
        }
        return longest
    }
}

/// The counts of all calls that were seen.
struct SyscallSummary: ~Copyable {
    private var places = ContiguousArray<Int16>(repeating: -1, count: 2 * SyscallTable.room + 1)
    private(set) var counts: ContiguousArray<SyscallCount> = []

    @inline(__always)
    mutating func add(_ index: Int, _ duration: UInt64, isError: Bool) {
        if places[index] < 0 {
            places[index] = Int16(counts.count)
            counts.append(SyscallCount(index: index))
        }
        counts[Int(places[index])].add(duration, isError: isError)
    }

    /// The counts, those first whose calls took most.
    private var sorted: [SyscallCount] {
        counts.sorted { ($0.time, $0.calls, $1.index) > ($1.time, $1.calls, $0.index) }
    }

    /// Writes the table as `strace -c` lays it out, with two columns more: of the time that 99 of 100 calls do
    /// not exceed and of the longest, in microseconds.
    func appendTable(_ table: inout SyscallTable, to line: inout LineBuffer) {
        var sum = SyscallCount(index: 0)
        for count in counts {
            sum.calls += count.calls
            sum.errors += count.errors
            sum.addTime(count.time)
            sum.longest = max(sum.longest, count.longest)
            for place in count.classes.indices { sum.classes[place] &+= count.classes[place] }
        }
        let rule =
            "------ ----------- ----------- --------- --------- ----------- ----------- ----------------\n"
        line.append(
            text: "% time     seconds  usecs/call     calls    errors    p99 usecs    max usecs syscall\n")
        line.append(text: rule)
        for count in sorted {
            appendRow(count, of: sum.time, to: &line)
            line.append(table.plan(count.index).name, of: table.pool)
            if count.index >= SyscallTable.room, count.index < 2 * SyscallTable.room {
                line.append(" (32-bit)")
            }
            line.append(0x0a)
        }
        line.append(text: rule)
        appendRow(sum, of: sum.time, to: &line)
        line.append("total\n")
    }

    private func appendRow(_ count: SyscallCount, of total: UInt64, to line: inout LineBuffer) {
        let hundredths = total == 0 ? 0 : UInt64((Double(count.time) / Double(total) * 10000).rounded())
        line.column(6) {
            $0.appendDecimal(hundredths / 100)
            $0.append(0x2e)
            $0.append(UInt8(0x30 + hundredths / 10 % 10))
            $0.append(UInt8(0x30 + hundredths % 10))
        }
        line.column(12) { $0.appendSeconds(count.time, isNegative: false, digits: 6, style: NumberStyle()) }
        line.column(12) { $0.appendDecimal(count.calls == 0 ? 0 : count.time / count.calls / 1000) }
        line.column(10) { $0.appendDecimal(count.calls) }
        line.column(10) { if count.errors > 0 { $0.appendDecimal(count.errors) } }
        line.column(12) { $0.appendDecimal(count.percentile(0.99) / 1000) }
        line.column(12) { $0.appendDecimal(count.longest / 1000) }
        line.append(0x20)
    }

    /// Writes an object for each call.
    func appendJSON(_ table: inout SyscallTable, to line: inout LineBuffer) {
        for count in sorted {
            line.append("{\"name\":\"")
            line.append(table.plan(count.index).name, of: table.pool)
            line.append("\",")
            if count.index >= SyscallTable.room, count.index < 2 * SyscallTable.room {
                line.append("\"compat\":true,")
            }
            line.append("\"calls\":")
            line.appendDecimal(count.calls)
            line.append(",\"errors\":")
            line.appendDecimal(count.errors)
            let times: [(StaticString, UInt64)] = [
                (",\"seconds\":", count.time), (",\"p50\":", count.percentile(0.5)),
                (",\"p99\":", count.percentile(0.99)), (",\"max\":", count.longest),
            ]
            for (name, time) in times {
                line.append(name)
                line.appendSeconds(time, isNegative: false, digits: 9, style: NumberStyle())
            }
            line.append("}\n")
        }
    }
}

extension LineBuffer {
    /// Appends text as it is.
    mutating func append(text: String) {
        for byte in text.utf8 { append(byte) }
    }

    /// Appends what `write` writes, with blanks before it to fill the width.
    fileprivate mutating func column(_ width: Int, _ write: (inout LineBuffer) -> Void) {
        let start = count
        write(&self)
        insert(0x20, times: width - (count - start), at: start)
    }
}
