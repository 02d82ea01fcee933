import CommandLine
import Template
import Tracepoints

/// Writes counts and histograms in the form that was asked for.
struct SummaryWriter {
    /// A line of a table: a key as the renderer has made it, or `nil` for all other keys.
    struct Row {
        let key: [UInt8]?
        let count: UInt64
        let rate: Double
    }

    private let form: OutputForm
    private let isFolded: Bool
    private let columns: [String]
    private let unit: Measure.Unit
    private let keyHeader: [UInt8]
    private let hasTime: Bool

    init(_ summary: Summary, _ plan: borrowing Plan) {
        form = plan.arguments.form
        isFolded = summary.arguments.isFolded
        columns = summary.columns
        unit = summary.unit
        keyHeader = plan.renderer.header
        hasTime = summary.arguments.interval != nil || summary.arguments.kind == .top
    }

    /// The key of an event that the kernel has counted, as the renderer would make it.
    func key(_ event: String, cpu: Int32?) -> [UInt8] {
        switch form {
        case .lines: Array((event + (cpu.map { "\0\($0)" } ?? "")).utf8)
        case .json: Array("{\"event\":\"\(event)\"\(cpu.map { ",\"cpu\":\($0)" } ?? "")}\n".utf8)
        case .csv: Array((event + (cpu.map { ",\($0)" } ?? "") + "\n").utf8)
        case .tsv: Array((event + (cpu.map { "\t\($0)" } ?? "") + "\n").utf8)
        case .logfmt: Array(("event=\(event)" + (cpu.map { " cpu=\($0)" } ?? "") + "\n").utf8)
        }
    }

    /// Appends the line above all counts; tables have theirs in each block.
    func writeHeader(into line: inout LineBuffer) {
        guard form == .csv || form == .tsv else { return }
        let separator = form == .csv ? "," : "\t"
        let names = String(decoding: keyHeader.dropLast(), as: UTF8.self)
        line.append(
            string: ((hasTime ? ["time"] : []) + [names, "count", "rate"]).joined(separator: separator) + "\n"
        )
    }

    /// Appends rows; `time` is in nanoseconds since the start.
    func write(_ rows: [Row], at time: UInt64, into line: inout LineBuffer) {
        if isFolded {
            for row in rows {
                let key =
                    row.key?.map { $0 == Keys.separator ? UInt8(ascii: ";") : $0 } ?? Array("other".utf8)
                line.append(string: String(decoding: key, as: UTF8.self) + " \(row.count)\n")
            }
        } else if form == .lines {
            for text in table(rows, time: hasTime ? time : nil) { line.append(string: text + "\n") }
            if hasTime { line.append(UInt8(ascii: "\n")) }
        } else {
            let time = hasTime ? fixed(Double(time) / 1e9, 3) : nil
            for row in rows { writeRecord(row, time, into: &line) }
        }
    }

    private func writeRecord(_ row: Row, _ time: String?, into line: inout LineBuffer) {
        let rate = fixed(row.rate, 1)
        let key = row.key.map { String(decoding: $0.dropLast(), as: UTF8.self) }
        let separator = form == .csv ? "," : form == .tsv ? "\t" : " "
        switch form {
        case .json:
            let members = key.map { String($0.dropFirst().dropLast()) } ?? "\"other\":true"
            line.append(
                string:
                    "{\(time.map { "\"time\":\($0)," } ?? "")\(members),\"count\":\(row.count),\"rate\":\(rate)}\n"
            )
        case .logfmt:
            line.append(
                string: (time.map { "time=\($0) " } ?? "")
                    + "\(key ?? "other=true") count=\(row.count) rate=\(rate)\n")
        default:
            let empty = "other" + String(repeating: separator, count: max(0, columns.count - 1))
            line.append(
                string: ((time.map { [$0] } ?? []) + [key ?? empty, "\(row.count)", rate])
                    .joined(separator: separator) + "\n")
        }
    }

    /// The lines of a table with its header.
    func table(_ rows: [Row], time: UInt64? = nil) -> [String] {
        var cells = [(time == nil ? [] : ["TIME"]) + ["COUNT", "RATE/S"] + columns.map { $0.uppercased() }]
        for row in rows {
            let names =
                row.key.map { key in
                    key.split(separator: Keys.separator, omittingEmptySubsequences: false)
                        .map { String(decoding: $0, as: UTF8.self) }
                } ?? ["other"]
            cells.append(
                (time.map { [fixed(Double($0) / 1e9, 3)] } ?? []) + ["\(row.count)", fixed(row.rate, 1)]
                    + names)
        }
        let numbers = time == nil ? 2 : 3
        let widths = cells[0].indices.map { column in
            cells.map { column < $0.count ? $0[column].unicodeScalars.count : 0 }.max() ?? 0
        }
        return cells.map { row in
            var text = ""
            for (column, cell) in row.enumerated() {
                let filling = String(
                    repeating: " ",
                    count: column < widths.count ? max(0, widths[column] - cell.unicodeScalars.count) : 0)
                if column > 0 { text += "  " }
                text += column < numbers ? filling + cell : column == row.count - 1 ? cell : cell + filling
            }
            return text
        }
    }

    /// Appends the histogram of a key; `nil` for all other keys.
    func write(
        _ histogram: Histogram, of key: [UInt8]?, at time: UInt64, width: Int, into line: inout LineBuffer
    ) {
        let start = hasTime ? fixed(Double(time) / 1e9, 3) : nil
        if form == .json {
            let members =
                key.map { String(decoding: $0.dropFirst().dropLast(2), as: UTF8.self) } ?? "\"other\":true"
            line.append(
                string: "{\(start.map { "\"time\":\($0)," } ?? "")\(members),\(histogram.jsonMembers)}\n")
            return
        }
        let name =
            key.map { String(decoding: $0.map { $0 == Keys.separator ? 0x20 : $0 }, as: UTF8.self) }
            ?? "other"
        line.append(string: (start.map { "\($0)  " } ?? "") + name + "\n")
        line.append(histogram, in: unit, width: width)
        line.append(UInt8(ascii: "\n"))
    }

    /// A number with that many decimals, rounded.
    private func fixed(_ value: Double, _ decimals: Int) -> String {
        guard value.isFinite, value < 1e15 else { return "0" }
        let scale: UInt64 = decimals == 1 ? 10 : 1000
        let number = UInt64((max(0, value) * Double(scale)).rounded())
        let digits = String(number % scale)
        return "\(number / scale)." + String(repeating: "0", count: decimals - digits.utf8.count) + digits
    }
}
