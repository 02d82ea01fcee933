/// Writes numbers, tables and bars of what has been counted.
extension LineBuffer {
    /// Appends a value in its unit.
    public mutating func append(_ value: Int128, in unit: Measure.Unit) {
        let magnitude = UInt64(clamping: value.magnitude)
        switch unit {
        case .plain: appendDecimal(magnitude, isNegative: value < 0, style: NumberStyle())
        case .time(let scale):
            let nanoseconds = value.magnitude * UInt128(scale)
            // A round number needs no decimals.
            let isRound =
                nanoseconds < 1_000_000
                ? nanoseconds % 1000 == 0
                : nanoseconds < 1_000_000_000
                    ? nanoseconds % 1_000_000 == 0 : nanoseconds % 1_000_000_000 == 0
            appendDuration(magnitude, isNegative: value < 0, scale: scale, digits: isRound ? 0 : 2)
        case .size(let base):
            let isRound = magnitude % base == 0 || magnitude < base
            appendSize(magnitude, isNegative: value < 0, base: base, digits: isRound ? 0 : 1)
        }
    }

    /// Appends a histogram: a line for each group with a bar, no wider than `width` columns, and a line of
    /// percentiles; each line begins with `margin`.
    public mutating func append(
        _ histogram: Histogram, in unit: Measure.Unit, width: Int, margin: String = "  "
    ) {
        let groups = histogram.groups
        let froms = groups.map { group in group.from.map { text($0, unit) } ?? "..." }
        let tos = groups.map { group in group.to.map { text($0, unit) } ?? "..." }
        let counts = groups.map { "\($0.count)" }
        let fromWidth = froms.map(\.utf8.count).max() ?? 0
        let toWidth = tos.map(\.utf8.count).max() ?? 0
        let countWidth = counts.map(\.utf8.count).max() ?? 0
        let room = max(8, width - margin.utf8.count - fromWidth - toWidth - countWidth - 8)
        let most = max(1, groups.map(\.count).max() ?? 1)
        var emptyCount = 0
        for (index, group) in groups.enumerated() {
            // One line stands for a run of groups without values.
            emptyCount = group.count == 0 ? emptyCount + 1 : 0
            if emptyCount > 1 {
                if emptyCount == 2 { append(string: margin + "...\n") }
                continue
            }
            append(string: margin)
            append("[")
            append(pad: froms[index], to: fromWidth)
            append(", ")
            append(pad: tos[index], to: toWidth)
            append(") ")
            append(pad: counts[index], to: countWidth)
            append(" |")
            // A bar of eighths of a column.
            let eighths = Int(UInt128(group.count) * UInt128(room * 8) / UInt128(most))
            for _ in 0..<eighths / 8 { append("█") }
            let rest = eighths % 8
            if rest > 0 {
                append(string: String(Unicode.Scalar(UInt32(0x2590 - rest)).map(Character.init) ?? " "))
            } else if eighths == 0, group.count > 0 {
                append("▏")
            }
            append(UInt8(ascii: "\n"))
        }
        append(string: margin)
        append(string: "count \(histogram.count)")
        for (name, value) in histogram.figures(unit) {
            append(string: "  \(name) ")
            if name == "mean", unit == .plain {
                append(string: histogram.exactMean)
            } else {
                append(value, in: unit)
            }
        }
        append(UInt8(ascii: "\n"))
    }

    private func text(_ value: Int128, _ unit: Measure.Unit) -> String {
        var line = LineBuffer(capacity: 64)
        line.append(value, in: unit)
        return line.text
    }

    /// Appends text with blanks before it.
    public mutating func append(pad text: String, to width: Int) {
        append(UInt8(ascii: " "), times: width - text.utf8.count)
        append(string: text)
    }

    /// Appends text as it is.
    public mutating func append(string text: String) {
        var text = text
        text.withUTF8 { unsafe append(UnsafeRawBufferPointer($0)) }
    }

    /// What has been rendered, as text.
    public var text: String { unsafe String(decoding: bytes, as: UTF8.self) }
}

extension Histogram {
    /// The figures that sum it up, by name.
    fileprivate func figures(_ unit: Measure.Unit) -> [(String, Int128)] {
        guard count > 0 else { return [] }
        return [
            ("min", least), ("p50", percentile(0.5)), ("p90", percentile(0.9)), ("p99", percentile(0.99)),
            ("max", greatest), ("mean", Int128(mean.rounded())), ("total", sum),
        ]
    }

    /// The mean with up to three decimals.
    fileprivate var exactMean: String {
        let thousandths = (sum.magnitude * 1000 + UInt128(count) / 2) / max(1, UInt128(count))
        let sign = sum < 0 && thousandths > 0 ? "-" : ""
        var decimals = String(String(1000 + thousandths % 1000).dropFirst())
        while decimals.last == "0" { decimals.removeLast() }
        return "\(sign)\(thousandths / 1000)\(decimals.isEmpty ? "" : ".\(decimals)")"
    }

    /// The members of a JSON object that tell of it: figures in the value's own unit, and its groups.
    public var jsonMembers: String {
        let figures = figures(.plain).map { "\"\($0.0)\":\($0.0 == "mean" ? exactMean : "\($0.1)")" }
        let groups = groups.filter { $0.count > 0 }.map { group in
            "{\"from\":\(group.from.map(String.init) ?? "null"),\"to\":\(group.to.map(String.init) ?? "null"),"
                + "\"count\":\(group.count)}"
        }
        return (["\"count\":\(count)"] + figures + ["\"buckets\":[\(groups.joined(separator: ","))]"])
            .joined(separator: ",")
    }
}
