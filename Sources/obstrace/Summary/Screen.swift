import CommandLine
import Glibc
import Template
import Tracepoints

/// A terminal that a table is shown on in place, and whose keys are ours meanwhile.
///
/// The terminal is as it was before once this has been destroyed, however the run ends.
final class Screen {
    private let settings: termios
    /// Whether the other screen is shown.
    private var isShown = false
    /// The terminal's keys.
    let input: Int32 = 0

    /// Takes the terminal; `nil` where stdout or stdin is none, a command has it, or we are in its background.
    init?(_ arguments: TraceArguments) {
        guard arguments.output == .standardOutput, arguments.form == .lines, arguments.command.isEmpty,
            System.isTerminal(0), System.isTerminal(1), System.isForeground(on: 0),
            let settings = try? System.takeKeys(of: 0)
        else { return nil }
        self.settings = settings
    }

    deinit {
        System.restore(0, settings)
        // The run has failed.
        if isShown { System.print("\u{1b}[?1049l\u{1b}[?25h", to: 1) }
    }

    /// How many rows of a table find room.
    var rows: Int { max(1, size.rows - 4) }

    private var size: (columns: Int, rows: Int) { System.terminalSize(1) ?? (80, 24) }

    /// Switches to the terminal's other screen.
    func begin(into line: inout LineBuffer) {
        isShown = true
        line.append(string: "\u{1b}[?1049h\u{1b}[?25l\u{1b}[H\u{1b}[J")
    }

    /// Switches back.
    func end(into line: inout LineBuffer) {
        isShown = false
        line.append(string: "\u{1b}[?1049l\u{1b}[?25h")
    }

    /// Draws a table over the one before it, as far as it fits.
    func show(_ table: [String], status: String, into line: inout LineBuffer) {
        let size = size
        line.append(string: "\u{1b}[H")
        let lines = ["obstrace top: \(status)   q quit, s sort, p pause"] + table
        for (index, text) in lines.prefix(size.rows).enumerated() {
            if index > 0 { line.append(string: "\r\n") }
            line.append(string: String(text.prefix(size.columns)) + "\u{1b}[K")
        }
        line.append(string: "\u{1b}[J")
    }

    /// The keys that have been typed; none at all where the terminal has gone.
    func keys() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = unsafe bytes.withUnsafeMutableBytes { try? unsafe System.read(0, into: $0) } ?? 0
        return Array(bytes[..<count])
    }
}
