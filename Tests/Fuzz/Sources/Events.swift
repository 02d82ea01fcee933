@testable import Tracepoints

/// An event with fields of all kinds.
struct EveryKind {
    private var fields: [Field] = []
    private var end = 8

    private mutating func add(
        _ name: String, _ type: String, _ kind: Field.Kind, size: Int, element: Int? = nil, count: Int = 1,
        isSigned: Bool = false, isRelative: Bool = false
    ) {
        fields.append(
            Field(
                name: name, type: type, offset: end, size: size, kind: kind, isSigned: isSigned,
                elementSize: element ?? size, elementCount: count, isRelative: isRelative))
        end += size
    }

    private init() {
        add("a", "u8", .integer, size: 1)
        add("b", "s16", .integer, size: 2, isSigned: true)
        add("c", "bool", .integer, size: 1)
        add("d", "int", .integer, size: 4, isSigned: true)
        add("e", "u64", .integer, size: 8)
        add("f", "long", .integer, size: 8, isSigned: true)
        add("p", "void *", .pointer, size: 8)
        add("t", "char[16]", .text, size: 16, element: 1, count: 16)
        add("r", "u32[4]", .array, size: 16, element: 4, count: 4)
        add("m", "u8[6]", .array, size: 6, element: 1, count: 6)
        add("o", "struct thing", .opaque, size: 10)
        add("s", "__data_loc char[]", .dynamicText, size: 4, element: 1, count: 0)
        add("v", "__rel_loc char[]", .dynamicText, size: 4, element: 1, count: 0, isRelative: true)
        add("l", "__data_loc u64[]", .dynamicArray, size: 4, element: 8, count: 0)
        add("k", "__data_loc cpumask_t", .dynamicBitmask, size: 4, element: 8, count: 0)
    }

    private static let common = [
        ("common_type", 0, 2), ("common_flags", 2, 1), ("common_preempt_count", 3, 1), ("common_pid", 4, 4),
    ].map { name, offset, size in
        Field(
            name: name, type: "int", offset: offset, size: size, kind: .integer, isSigned: size == 4,
            elementSize: size, elementCount: 1)
    }

    /// A print format that names values of some fields.
    static let symbols =
        #""%s %s", __print_symbolic(REC->a, { 1, "ONE" }, { 2, "TWO" }), "#
        + #"__print_flags(REC->e, "|", { 1, "LOW" }, { 4, "HIGH" })"#

    /// The event with a print format.
    static func layout(printing format: String) -> EventLayout {
        EventLayout(
            id: 7, subsystem: "made", name: "up", fields: EveryKind().fields, commonFields: common,
            printFormat: format)
    }
}

/// Symbols of a kernel of which nothing can be read.
var noSymbols: KernelSymbols {
    var paths = KernelSymbols.Paths()
    paths.symbols = "/nonexistent"
    paths.texts = []
    paths.types = "/nonexistent"
    return KernelSymbols(paths)
}
