public import Tracepoints

/// The names that a field's values can take, from the event's print format.
public struct FieldSymbols {
    /// The values and their names, in the kernel's order; empty where the field is a plain value.
    public let names: [(value: UInt64, name: String)]
    /// Whether the names are of bits that can stand together.
    public let isFlags: Bool
    /// The type that shows the field best, for `<name:type>`; `nil` where the default does.
    public let bestType: String?

    /// Looks the names up.
    public init(of field: Field, in layout: EventLayout, symbols: KernelSymbols) {
        let presentation = Presentations(symbols).presentation(of: field, in: layout)
        names = presentation?.symbols ?? []
        isFlags = presentation?.isFlags ?? false
        bestType = presentation == nil ? FieldSymbols.type(for: field) : nil
    }

    /// What the name and the C type of a field suggest.
    private static func type(for field: Field) -> String? {
        switch (field.name, field.kind) {
        case ("ret", .integer) where field.isSigned, ("error", .integer), ("err", .integer): "e"
        case ("sig", .integer): "sig"
        case ("mode", .integer): "mode"
        case ("bytes", .integer), ("size", .integer), ("bytes_req", .integer), ("bytes_alloc", .integer): "h"
        case ("function", .pointer), ("call_site", .integer), ("caller_ip", .integer): "sym"
        default: nil
        }
    }
}
