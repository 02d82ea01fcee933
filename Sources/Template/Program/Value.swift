import Tracepoints

/// What a name leads to in one event.
enum Value {
    case field(Field)
    /// An element of an array.
    case element(Field, Int)
    case context(ContextValue)

    /// What a value is, as far as its type must fit.
    enum Shape: Equatable {
        case integer(size: Int)
        case text
        case array(elementSize: Int)
        case bitMask
        case opaque
        /// Nanoseconds that are shown as seconds.
        case clock
        case wall
        /// Many values in a row.
        case line
        case flag
        /// The functions that led to the event.
        case stack
    }

    var shape: Shape {
        switch self {
        case .field(let field):
            switch field.kind {
            case .integer where field.isTime: .clock
            case .integer, .pointer: .integer(size: field.size)
            case .text, .dynamicText: .text
            case .array, .dynamicArray:
                [1, 2, 4, 8].contains(field.elementSize) ? .array(elementSize: field.elementSize) : .opaque
            case .dynamicBitmask: .bitMask
            case .opaque: .opaque
            }
        case .element(let field, _): .integer(size: field.elementSize)
        case .context(let value):
            switch value {
            case .time, .delta, .elapsed: .clock
            case .wall: .wall
            case .cpu, .pid, .tid, .ppid, .uid: .integer(size: 4)
            case .n: .integer(size: 8)
            case .comm, .user, .exe, .cmdline, .cgroup, .container, .event, .name, .subsystem: .text
            case .fields, .print: .line
            case .late: .flag
            case .stack, .ustack: .stack
            }
        }
    }

    /// What a value is, in words for a message.
    var kindInWords: String {
        switch shape {
        case .integer: "a number"
        case .text: "text"
        case .array: "an array"
        case .bitMask: "a bit mask"
        case .opaque: "bytes of no known shape"
        case .clock, .wall: "a time"
        case .line: "a line of many values"
        case .flag: "a mark"
        case .stack: "a stack"
        }
    }
}
