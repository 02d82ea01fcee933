import CommandLine
import Template
import Tracepoints

/// Tells what is in a recording.
enum Info {
    /// Prints it, and answers the exit status.
    static func run(_ arguments: InfoArguments) throws(Failure) -> Int32 {
        let file = arguments.file
        var recording = try Recording.open(file)
        let layouts = recording.layouts
        recording.select(layouts, needs: [])
        var counts: [[Int32: UInt64]] = Array(repeating: [:], count: layouts.count)
        var times: (first: UInt64, last: UInt64)?
        while let batch = recording.nextBatch() {
            for index in unsafe batch.samples.indices {
                let sample = unsafe batch.samples[index]
                counts[Int(sample.event)][sample.cpu, default: 0] += 1
                times = (min(times?.first ?? sample.time, sample.time), max(times?.last ?? 0, sample.time))
            }
        }
        var text = head(recording, file, times)
        text += table(layouts, counts, recording)
        text += "\nto print it: obstrace -r \(quoted(file.text))"
        let sums = counts.map { $0.values.reduce(0, +) }
        if layouts.count > 1, let most = layouts.indices.max(by: { sums[$0] < sums[$1] }) {
            text += "   or, of one event: obstrace -r \(quoted(file.text)) \(layouts[most].fullName)"
        }
        text += "\n"
        let status = Printer.print(text)
        for note in recording.notes { System.print("obstrace: \(note)\n", to: 2) }
        if let problem = recording.problem { throw Failure(problem, in: file) }
        return status
    }

    private static func head(
        _ recording: borrowing Recording, _ file: Argument, _ times: (first: UInt64, last: UInt64)?
    ) -> String {
        let info = recording.info
        var rows: [(String, String)] = []
        if let hostname = info.hostname { rows.append(("host", plain(hostname))) }
        if let release = info.release {
            rows.append(("kernel", plain(release + (info.architecture.map { " " + $0 } ?? ""))))
        }
        if let online = info.cpusOnline {
            let model = info.cpuDescription.map { ", " + plain($0) } ?? ""
            rows.append(("CPUs", "\(online) of \(info.cpusAvailable ?? online) online" + model))
        }
        if let memory = info.memory { rows.append(("memory", "\(memory >> 20) MiB")) }
        if let version = info.version { rows.append(("recorded by", plain(version))) }
        if !info.commandLine.isEmpty {
            rows.append(("as", info.commandLine.map { plain(quoted($0)) }.joined(separator: " ")))
        }
        if recording.size > 0 { rows.append(("size", "\(recording.size) bytes")) }
        if let times {
            var clock = WallClock(digits: 3)
            if let offset = info.wallOffset {
                rows.append(("first event", wall(times.first, offset, &clock)))
                rows.append(("last event", wall(times.last, offset, &clock)))
            }
            rows.append(("event clock", "\(seconds(times.first)) to \(seconds(times.last))"))
            rows.append(("time span", "\(seconds(times.last - times.first)) s"))
        }
        let width = (rows.map(\.0.count).max() ?? 0) + 2
        return rows.map { name, value in
            name + String(repeating: " ", count: width - name.count) + value + "\n"
        }.joined()
    }

    /// The events with their counts, one column for each CPU.
    private static func table(
        _ layouts: [EventLayout], _ counts: [[Int32: UInt64]], _ recording: borrowing Recording
    ) -> String {
        let cpus = Set(counts.flatMap(\.keys)).sorted()
        let losses = recording.losses
        var lostByName: [String: UInt64] = [:]
        for loss in losses {
            let event = recording.events[loss.event]
            let name = layouts.first { $0.id == event.tracepoint }?.fullName ?? event.name
            lostByName[name, default: 0] &+= loss.count
        }
        // With many CPUs the columns would be too many to read.
        let shown = cpus.count <= 16 ? cpus : []
        var rows: [[String]] = [["", "events", "lost"] + shown.map { $0 < 0 ? "no CPU" : "CPU \($0)" }]
        for (index, layout) in layouts.enumerated() {
            let sum = counts[index].values.reduce(0, +)
            rows.append(
                [layout.fullName, "\(sum)", "\(lostByName.removeValue(forKey: layout.fullName) ?? 0)"]
                    + shown.map { "\(counts[index][$0] ?? 0)" })
        }
        for (name, lost) in lostByName.sorted(by: { $0.key < $1.key }) {
            rows.append([name.isEmpty ? "others" : plain(name), "-", "\(lost)"])
        }
        if recording.otherCount > 0 { rows.append(["no tracepoint", "\(recording.otherCount)", "-"]) }
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        return "\n"
            + rows.map { row in
                row.enumerated().map { column, cell in
                    let space = String(repeating: " ", count: widths[column] - cell.count)
                    return column == 0 ? cell + space : "  " + space + cell
                }.joined() + "\n"
            }.joined()
    }

    /// Text of the file's as it can be shown: bytes that do something to a terminal are escaped.
    private static func plain(_ text: String) -> String {
        var line = LineBuffer()
        unsafe Array(text.utf8).withUnsafeBytes { bytes in unsafe line.append(bytes) }
        var scratch = LineBuffer()
        line.escape(from: 0, scratch: &scratch)
        return unsafe String(decoding: line.bytes, as: UTF8.self)
    }

    private static func wall(_ time: UInt64, _ offset: Int64, _ clock: inout WallClock) -> String {
        var line = LineBuffer()
        clock.append(Int64(bitPattern: time) &+ offset, to: &line)
        return unsafe String(decoding: line.bytes, as: UTF8.self)
    }

    private static func quoted(_ word: String) -> String {
        let isPlain =
            !word.isEmpty
            && word.utf8.allSatisfy {
                ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7a) || ($0 >= 0x2b && $0 <= 0x3a) || $0 == 0x5f
                    || $0 == 0x3d
            }
        return isPlain
            ? word
            : "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
                + "'"
    }

    private static func seconds(_ time: UInt64) -> String {
        let digits = String(time % 1_000_000_000)
        return "\(time / 1_000_000_000)." + String(repeating: "0", count: 9 - digits.count) + digits
    }
}
