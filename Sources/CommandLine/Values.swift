// How the text of an argument is read as a value. Each reader points at the first byte that is wrong.

extension Argument {
    /// Makes an error about this argument or about a part of it.
    func error(
        _ message: String, _ range: Range<Int>? = nil, hint: String? = nil, notes: [String] = []
    ) -> UsageError {
        UsageError(message, at: self, range: range, hint: hint, notes: notes)
    }

    /// Reads a number of lines, or of something else, at least 1.
    func lineCount(_ what: String = "a number of lines") throws(UsageError) -> UInt64 {
        var scanner = Scanner(self)
        let number = try scanner.number("\(what), 1 or more", example: "10")
        try scanner.expectEnd("\(what) has digits only")
        guard number > 0 else { throw error("\(prefix) 0 would print nothing", hint: "at least 1") }
        return number
    }

    /// Reads a time as nanoseconds, at least 1.
    func duration() throws(UsageError) -> UInt64 {
        let units: [(String, UInt64)] = [
            ("ns", 1), ("us", 1000), ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000),
            ("h", 3_600_000_000_000),
        ]
        var scanner = Scanner(self)
        let whole = try scanner.number("a time such as 5s, 500ms or 1.5m", example: "5s")
        var fraction: Range<Int> = 0..<0
        if scanner.take(".") {
            fraction = scanner.digits()
            guard !fraction.isEmpty else {
                throw error("\(prefix) needs digits after the point", scanner.here, hint: "such as 1.5s")
            }
        }
        let unit = scanner.rest
        guard let scale = unit.text.isEmpty ? 1_000_000_000 : units.first(where: { $0.0 == unit.text })?.1
        else {
            throw error(
                "\(prefix) does not know the unit '\(unit.text)'", unit.range,
                hint: "a unit is ns, us, ms, s, m or h")
        }
        let tooLong = error("\(prefix) is given a time that is too long", hint: "at most 2562047h")
        var (time, overflow) = whole.multipliedReportingOverflow(by: scale)
        guard !overflow, time <= UInt64(Int64.max) else { throw tooLong }
        // What is finer than a nanosecond is cut.
        var step = scale
        for digit in scanner.values(fraction) {
            time += step * digit / 10
            step /= 10
        }
        guard time <= UInt64(Int64.max) else { throw tooLong }
        guard time > 0 else { throw error("\(prefix) needs a time of 1ns or more", hint: "such as 5s") }
        return time
    }

    /// Reads a size as bytes, at least 1.
    ///
    /// - Parameter example: what an error proposes.
    func size(example: String = "4M") throws(UsageError) -> Int {
        var scanner = Scanner(self)
        let number = try scanner.number("a size such as 512K, 4M or 1G", example: example)
        let unit = scanner.rest
        let shifts = ["": 0, "K": 10, "M": 20, "G": 30]
        guard let shift = shifts[unit.text.uppercased()] else {
            throw error(
                "\(prefix) does not know the unit '\(unit.text)'", unit.range,
                hint: "a unit is K, M or G; without one, bytes")
        }
        let (size, overflow) = number.multipliedReportingOverflow(by: 1 << UInt64(shift))
        guard !overflow, let bytes = Int(exactly: size) else {
            throw error("\(prefix) is given a size that is too large", hint: "such as \(example)")
        }
        guard bytes > 0 else {
            throw error("\(prefix) needs a size of 1 byte or more", hint: "such as \(example)")
        }
        guard bytes <= 1 << 30 else {
            throw error("\(prefix) is given more than 1G for each CPU", hint: "such as \(example)")
        }
        return bytes
    }

    /// Reads how many bytes of a stack to copy, and rounds them up to words; 8 KiB where nothing is said.
    func stackCopy() throws(UsageError) -> Int {
        if text.isEmpty { return 8192 }
        // The kernel takes no more: the size of a record is a number of 16 bits.
        let greatest = 65528
        let bytes = try size(example: "8K")
        guard bytes <= greatest else {
            throw error("\(prefix) copies \(greatest) bytes at most", hint: "such as \(prefix)=32K")
        }
        return (bytes + 7) / 8 * 8
    }

    /// Reads process ids with commas between them.
    func pids() throws(UsageError) -> [Int32] {
        var scanner = Scanner(self)
        var pids: [Int32] = []
        repeat {
            let start = scanner.position
            let number = try scanner.number("process ids such as 1234 or 1234,5678", example: "1234")
            guard let pid = Int32(exactly: number), pid > 0 else {
                throw error(
                    "\(prefix) is given \(number), which is no process id", start..<scanner.position,
                    hint: "they go from 1 to \(Int32.max)")
            }
            pids.append(pid)
        } while scanner.take(",")
        try scanner.expectEnd("process ids have commas between them")
        return pids
    }

    /// Reads CPU numbers and ranges with commas between them; a range may have a stride.
    func cpus() throws(UsageError) -> CPUList {
        var scanner = Scanner(self)
        var ranges: [ClosedRange<Int>] = []
        repeat {
            let start = scanner.position
            let first = try scanner.cpu()
            var last = first
            var stride = 1
            if scanner.take("-") {
                last = try scanner.cpu()
                guard last >= first else {
                    throw error(
                        "\(prefix) is given a range that runs backwards", start..<scanner.position,
                        hint: "did you mean \(last)-\(first)?")
                }
                if scanner.take(":") {
                    let start = scanner.position
                    stride = try scanner.cpu()
                    guard stride > 0 else {
                        throw error("\(prefix) needs a stride of 1 or more", start..<scanner.position)
                    }
                }
            }
            if stride == 1 {
                ranges.append(first...last)
            } else {
                ranges += Swift.stride(from: first, through: last, by: stride).map { $0...$0 }
            }
        } while scanner.take(",")
        try scanner.expectEnd("CPUs are typed as 0-3,5")
        return CPUList(ranges)
    }

    /// Checks that there is a value.
    func nonEmpty(_ what: String) throws(UsageError) -> Argument {
        guard !text.isEmpty else { throw error("\(prefix) needs \(what)") }
        return self
    }

    /// Tells that a flag can be given once only.
    func repeated(_ first: Argument) -> UsageError {
        error("\(prefix) is given twice", hint: "join both: '(\(first.text)) || (\(text))'")
    }

    /// Reads when to colour.
    func colour() throws(UsageError) -> Colour {
        guard let colour = Colour(rawValue: text) else {
            throw error("\(prefix) does not know '\(text)'", hint: choice(Colour.allCases.map(\.rawValue)))
        }
        return colour
    }

    /// What to say to a word that is none of those that can be.
    func choice(_ names: [String]) -> String {
        if let near = nearest(to: text, among: names) { return "did you mean \(near)?" }
        return "one of " + names.joined(separator: ", ")
    }

    /// Reads where lines are written.
    func output() throws(UsageError) -> Output {
        guard !text.isEmpty else { throw error("\(prefix) needs a file's name", hint: "- is stdout") }
        return text == "-" ? .standardOutput : .file(self)
    }
}

/// A place in an argument's text that moves forward.
private struct Scanner {
    let argument: Argument
    let bytes: [UInt8]
    private(set) var position = 0

    init(_ argument: Argument) {
        self.argument = argument
        bytes = Array(argument.text.utf8)
    }

    /// The byte at the place, or the empty range at the text's end.
    var here: Range<Int> { position..<min(position + 1, bytes.count) }

    /// What has not been read.
    var rest: (text: String, range: Range<Int>) {
        (String(decoding: bytes[position...], as: UTF8.self), position..<bytes.count)
    }

    /// Moves over a byte if it is the next one.
    mutating func take(_ byte: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: byte) else { return false }
        position += 1
        return true
    }

    /// Moves over digits and answers where they stand.
    mutating func digits() -> Range<Int> {
        let start = position
        while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) {
            position += 1
        }
        return start..<position
    }

    /// The digits in a range, as numbers.
    func values(_ range: Range<Int>) -> [UInt64] { bytes[range].map { UInt64($0 - UInt8(ascii: "0")) } }

    /// Reads a number; `what` and `example` say what the flag takes.
    mutating func number(_ what: String, example: String) throws(UsageError) -> UInt64 {
        let range = digits()
        let prefix = argument.prefix
        guard !range.isEmpty else {
            throw argument.error("\(prefix) takes \(what)", here, hint: "such as \(prefix) \(example)")
        }
        guard let number = UInt64(String(decoding: bytes[range], as: UTF8.self)) else {
            throw argument.error("\(prefix) is given a number that is too large", range)
        }
        return number
    }

    /// Reads a CPU's number.
    mutating func cpu() throws(UsageError) -> Int {
        let start = position
        let number = try number("CPUs such as 0-3,5", example: "0-3,5")
        guard number <= CPUList.greatest else {
            throw argument.error(
                "\(argument.prefix) is given \(number), which is no CPU", start..<position,
                hint: "they go from 0 to \(CPUList.greatest)")
        }
        return Int(number)
    }

    /// Checks that all has been read.
    func expectEnd(_ hint: String) throws(UsageError) {
        guard position == bytes.count else {
            throw argument.error(
                "\(argument.prefix) cannot read '\(rest.text)'", rest.range, hint: hint)
        }
    }
}
