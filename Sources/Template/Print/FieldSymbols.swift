public import Tracepoints

/// The names that a field's values can take, from the event's print format.
public struct FieldSymbols {
    /// The values and their names, in the kernel's order; empty where the field is a plain value.
    public let names: [(value: UInt64, name: String)]
    /// Whether the names are of bits that can stand together.
    public let isFlags: Bool
    /// The type that shows the field best, for `<name:type>`; `nil` where the default does.
    public let bestType: String?

    /// What is to be told of each of an event's own fields, in their order; its print format is read once.
    public static func all(of layout: EventLayout, symbols: KernelSymbols) -> [FieldSymbols] {
        let presentations = Presentations(symbols)
        return layout.fields.map { FieldSymbols(of: $0, in: layout, presentations) }
    }

    /// Looks the names up.
    init(of field: Field, in layout: EventLayout, _ presentations: Presentations) {
        let presentation = presentations.presentation(of: field, in: layout)
        names = presentation?.symbols ?? []
        isFlags = presentation?.isFlags ?? false
        if presentation?.isDefault == true {
            bestType = nil
        } else if presentations.isNanoseconds(field, in: layout) {
            bestType = TypeName.duration.rawValue
        } else {
            bestType = TypeName(for: field, in: layout)?.rawValue
        }
    }
}

extension TypeName {
    /// What the name and the C type of a field suggest, where they leave no doubt.
    fileprivate init?(for field: Field, in layout: EventLayout) {
        let found: TypeName? =
            switch (field.name, field.kind) {
            case _ where field.namesSystemCalls(in: layout): .syscall
            case ("ret", .integer), ("error", .integer), ("err", .integer): field.isSigned ? .errno : nil
            case ("sig", .integer): field.isSigned ? .signal : nil
            // Of the same name are modes of access, of memory policies and so on, which are an int.
            case ("mode", .integer):
                ["umode_t", "mode_t", "__u16", "u16"].contains(field.type) ? .mode : nil
            // A size that is not as wide as size_t counts pages or entries more often than bytes.
            case ("size", .integer): field.size == 8 ? .size1024 : nil
            case ("bytes", .integer), ("bytes_req", .integer), ("bytes_alloc", .integer): .size1024
            case ("function", .pointer), ("call_site", .integer), ("caller_ip", .integer): .symbol
            default: nil
            }
        guard let found else { return nil }
        self = found
    }
}

extension Field {
    /// Whether the field tells which system call it is.
    func namesSystemCalls(in layout: EventLayout) -> Bool {
        guard kind == .integer else { return false }
        if !layout.parts.isEmpty {
            let source = layout.source(of: self)
            return source.origin > 0 && source.field.namesSystemCalls(in: source.layout)
        }
        return name == "__syscall_nr" || name == "syscall_nr"
            || layout.subsystem == "raw_syscalls" && name == "id"
    }
}
