/// One field of a tracepoint's record: where it lies, how wide it is, and what it means.
public struct Field: Sendable, Hashable {
    /// How the bytes of a field are to be read.
    @frozen
    public enum Kind: UInt8, Sendable, Hashable, BitwiseCopyable {
        /// An integer of 1, 2, 4 or 8 bytes; also `bool`, enums, `pid_t`, `dev_t` and their like.
        case integer
        /// A pointer-sized address.
        case pointer
        /// `char name[N]` within the record, ended by a zero byte or by its size.
        case text
        /// `__data_loc char[]` or `__rel_loc char[]`: a 32-bit word, offset in its low 16 bits and length in
        /// its high 16, that leads to text at the end of the record.
        case dynamicText
        /// A fixed array of integers within the record.
        case array
        /// `__data_loc T[]` or `__rel_loc T[]`: an array of integers at the end of the record.
        case dynamicArray
        /// A bit mask at the end of the record, as of CPUs (`__data_loc cpumask_t`).
        case dynamicBitmask
        /// Bytes of a shape that is not known: a struct, or an integer of an odd width.
        case opaque
    }

    /// The field's name, as in `<name>`.
    public let name: String
    /// The C type as the kernel spells it, `__data_loc char[]` or `pid_t` for example.
    public let type: String
    /// The distance from the start of the raw record, in bytes.
    public let offset: Int
    /// The width within the fixed part of the record, in bytes: 4 for a dynamic field.
    public let size: Int
    /// The width that the record has for it, in bytes; more than `size` where a register holds a smaller type.
    public let slotSize: Int
    /// How the bytes are to be read.
    public let kind: Kind
    /// Whether integers (and the elements of arrays) are signed.
    public let isSigned: Bool
    /// The width of an element of an array in bytes; of the field itself where it is no array.
    public let elementSize: Int
    /// The number of elements of a fixed array, 1 for a scalar, 0 where the record tells (dynamic kinds).
    public let elementCount: Int
    /// Whether a dynamic field's offset counts from the end of its own 32-bit word (`__rel_loc`).
    public let isRelative: Bool
    /// Where the record begins that the field is part of, in bytes: 0 but where records are joined to one. What
    /// a location word leads to is counted from there.
    public let origin: Int

    /// Describes a field; the values are those of the kernel's `format` file.
    public init(
        name: String, type: String, offset: Int, size: Int, kind: Kind, isSigned: Bool,
        elementSize: Int, elementCount: Int, isRelative: Bool = false, slotSize: Int? = nil,
        origin: Int = 0
    ) {
        self.name = name
        self.type = type
        self.offset = offset
        self.size = size
        self.slotSize = slotSize ?? size
        self.kind = kind
        self.isSigned = isSigned
        self.elementSize = elementSize
        self.elementCount = elementCount
        self.isRelative = isRelative
        self.origin = origin
    }

    /// Whether the field is text of either kind.
    public var isText: Bool { kind == .text || kind == .dynamicText }
    /// Whether the field's content lies at the end of the record, behind a 32-bit location word.
    public var isDynamic: Bool {
        kind == .dynamicText || kind == .dynamicArray || kind == .dynamicBitmask
    }
}

/// A tracepoint as the kernel describes it: its number, its fields and its print format.
public struct EventLayout: Sendable, Hashable {
    /// The number that each of its records carries in `common_type`.
    public let id: UInt16
    /// The part before the colon, `sched` for example.
    public let subsystem: String
    /// The part after the colon, `sched_switch` for example.
    public let name: String
    /// The event's own fields, in the order of the record.
    public let fields: [Field]
    /// The fields that every event has: `common_type`, `common_flags`, `common_preempt_count`, `common_pid`.
    public let commonFields: [Field]
    /// The text after `print fmt:`, as the kernel gives it: a C string and the arguments after it.
    public let printFormat: String
    /// The records that are joined in this one; none in an event of the kernel.
    public let parts: [Part]

    /// An event whose record is part of a joined one, where it begins and what its fields are called there.
    public struct Part: Sendable, Hashable {
        /// What stands before the names of its fields, `start.` for example.
        public let prefix: String
        /// Where its record begins, in bytes.
        public let origin: Int
        /// The event.
        public let layout: EventLayout

        /// Describes a part.
        public init(prefix: String, origin: Int, layout: EventLayout) {
            self.prefix = prefix
            self.origin = origin
            self.layout = layout
        }
    }

    /// Describes a tracepoint.
    public init(
        id: UInt16, subsystem: String, name: String, fields: [Field], commonFields: [Field],
        printFormat: String, parts: [Part] = []
    ) {
        self.id = id
        self.subsystem = subsystem
        self.name = name
        self.fields = fields
        self.commonFields = commonFields
        self.printFormat = printFormat
        self.parts = parts
    }

    /// `subsystem:name`.
    public var fullName: String { "\(subsystem):\(name)" }

    /// The field of that name, the event's own first, then the common ones, then those of its parts without
    /// their prefix, the last part first.
    public func field(_ name: String) -> Field? {
        if let field = fields.first(where: { $0.name == name }) { return field }
        if let field = commonFields.first(where: { $0.name == name }) { return field }
        for part in parts.reversed() {
            if let field = fields.first(where: { $0.name == part.prefix + name }) { return field }
        }
        return nil
    }

    /// The event that a field comes from, and the field as it is there; for an event of the kernel, these.
    public func source(of field: Field) -> (layout: EventLayout, field: Field, origin: Int) {
        guard let part = parts.first(where: { $0.origin == field.origin && field.name.hasPrefix($0.prefix) }),
            let original = (part.layout.fields + part.layout.commonFields).first(where: {
                $0.offset == field.offset - part.origin && part.prefix + $0.name == field.name
            })
        else { return (self, field, 0) }
        return (part.layout, original, part.origin)
    }
}

/// Where and how to read one field: the part of a `Field` that reading needs, looked up once.
@frozen
public struct FieldToken: Sendable, Hashable, BitwiseCopyable {
    @usableFromInline let offset: Int32
    @usableFromInline let size: Int32
    @usableFromInline let kind: Field.Kind
    @usableFromInline let isSigned: Bool
    @usableFromInline let isRelative: Bool
    @usableFromInline let origin: Int32

    /// Whether the field is text of either kind.
    public var isText: Bool { kind == .text || kind == .dynamicText }

    /// The token of a field.
    public init(_ field: Field) {
        offset = Int32(clamping: field.offset)
        size = Int32(clamping: field.size)
        kind = field.kind
        isSigned = field.isSigned
        isRelative = field.isRelative
        origin = Int32(clamping: field.origin)
    }

    /// The field's value as 64 bits, sign-extended by its width, or `nil` where the record is too short or
    /// the field is no scalar.
    @inlinable
    public func integer(in record: Bytes) -> Int64? {
        guard kind == .integer || kind == .pointer else { return nil }
        return record.integer(at: Int(offset), size: Int(size), isSigned: isSigned)
    }

    /// The bytes of a text, an array, a bit mask or an opaque field, or `nil` where the record is too
    /// short or a location word leads outside it. Text ends before its first zero byte.
    @inlinable
    public func content(in record: Bytes) -> Bytes? {
        switch kind {
        case .dynamicText, .dynamicArray, .dynamicBitmask:
            guard let all = record.located(at: Int(offset), isRelative: isRelative, from: Int(origin))
            else { return nil }
            return kind == .dynamicText ? all.untilNul() : all
        default:
            guard let all = record.slice(Int(offset), Int(size)) else { return nil }
            return kind == .text ? all.untilNul() : all
        }
    }
}

extension Field {
    /// The field's value as `FieldToken.integer(in:)` reads it.
    public func integer(in record: Bytes) -> Int64? { FieldToken(self).integer(in: record) }
    /// The field's bytes as `FieldToken.content(in:)` reads them.
    public func content(in record: Bytes) -> Bytes? { FieldToken(self).content(in: record) }
}

extension Bytes {
    /// The integer of `size` bytes (1, 2, 4 or 8) at `offset`, extended to 64 bits by its sign, or `nil`.
    @inlinable @inline(__always)
    public func integer(at offset: Int, size: Int, isSigned: Bool) -> Int64? {
        switch size {
        case 4:
            guard let value = load(offset, as: UInt32.self) else { return nil }
            return isSigned ? Int64(Int32(bitPattern: value)) : Int64(value)
        case 8:
            guard let value = load(offset, as: UInt64.self) else { return nil }
            return Int64(bitPattern: value)
        case 2:
            guard let value = load(offset, as: UInt16.self) else { return nil }
            return isSigned ? Int64(Int16(bitPattern: value)) : Int64(value)
        case 1:
            guard let value = load(offset, as: UInt8.self) else { return nil }
            return isSigned ? Int64(Int8(bitPattern: value)) : Int64(value)
        default: return nil
        }
    }

    /// What the location word at `offset` leads to (`__data_loc`, counted from `origin` on, or `__rel_loc`
    /// where `isRelative`).
    @inlinable @inline(__always)
    public func located(at offset: Int, isRelative: Bool, from origin: Int = 0) -> Bytes? {
        guard let word = load(offset, as: UInt32.self) else { return nil }
        let start = Int(word & 0xffff) &+ (isRelative ? offset &+ 4 : origin)
        return slice(start, Int(word >> 16))
    }
}
