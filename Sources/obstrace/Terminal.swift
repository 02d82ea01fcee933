import CommandLine
import Glibc
import Tracepoints

enum Terminal {
    /// Whether output is to be coloured.
    static func isColoured(_ colour: Colour, output: Output = .standardOutput) -> Bool {
        switch colour {
        case .always: true
        case .never: false
        case .auto:
            output == .standardOutput && System.isTerminal(1) && environment("NO_COLOR") == nil
                && environment("TERM") != "dumb"
        }
    }
}

/// The value of an environment variable; `nil` where it is not set or empty.
func environment(_ name: String) -> String? {
    guard let value = unsafe getenv(name), unsafe value.pointee != 0 else { return nil }
    return unsafe String(cString: value)
}
