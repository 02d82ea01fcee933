internal import CTraceEvent
internal import CTracefs
internal import Synchronization

/// Parses the kernel's `format` files with libtraceevent.
///
/// Only the fields are given to the library, in a form that it reads safely. The print format is cut off
/// before: the library frees memory that it still uses on some of them, and this program compiles print
/// formats by itself.
enum FormatParser {
    // libtraceevent parses with global state, so that not even two handles may be used at once.
    private static let lock = Mutex(())

    /// The layout that a `format` file describes (`tep_parse_event`).
    static func parse(_ format: [UInt8], subsystem: String) throws(TraceError) -> EventLayout {
        let (fields, print) = split(format)
        guard let clean = FormatText.clean(fields) else {
            throw TraceError.badFormat(event: subsystem, reason: "it is not of the form that kernels write")
        }
        let text = clean + Array("\nprint fmt: \"\"\n".utf8)
        return try lock.withLock { _ throws(TraceError) in
            // An event cannot be freed by itself: each gets a handle of its own, for this machine's words.
            guard let handle = unsafe tep_alloc() else { fatalError("out of memory") }
            defer { unsafe tep_free(handle) }
            unsafe tep_set_long_size(handle, Int32(MemoryLayout<Int>.size))
            unsafe tep_set_page_size(handle, Int32(System.pageSize))
            // Errors are reported by us; the library would print its own to stderr.
            tep_set_loglevel(TEP_LOG_NONE)
            let status = unsafe text.withUnsafeBytes { bytes in
                unsafe tep_parse_event(
                    handle, bytes.baseAddress!.assumingMemoryBound(to: CChar.self), UInt(bytes.count),
                    subsystem)
            }
            guard status.rawValue == 0, let event = unsafe tep_get_first_event(handle) else {
                throw TraceError.badFormat(event: subsystem, reason: "libtraceevent error \(status.rawValue)")
            }
            return unsafe layout(event.pointee, subsystem, print)
        }
    }

    /// The part before the print format, and the print format itself.
    static func split(_ format: [UInt8]) -> (fields: ArraySlice<UInt8>, print: String) {
        let mark = Array("\nprint fmt:".utf8)
        var index = 0
        while index + mark.count <= format.count {
            if format[index] == mark[0], format[index..<index + mark.count].elementsEqual(mark) {
                let text = format[(index + mark.count)...].drop { $0 == 0x20 }
                let trimmed = text.reversed().drop { $0 == 0x0a || $0 == 0 }.reversed()
                return (format[..<index], String(decoding: Array(trimmed), as: UTF8.self))
            }
            index += 1
        }
        return (format[...], "")
    }

    private static func layout(_ event: tep_event, _ subsystem: String, _ print: String) -> EventLayout {
        unsafe EventLayout(
            id: UInt16(truncatingIfNeeded: event.id), subsystem: subsystem, name: String(cString: event.name),
            fields: fields(event.format.fields), commonFields: fields(event.format.common_fields),
            printFormat: print)
    }

    private static func fields(_ first: UnsafeMutablePointer<tep_format_field>?) -> [Field] {
        var fields: [Field] = []
        var next = unsafe first
        while let field = unsafe next {
            unsafe fields.append(Field(field.pointee))
            unsafe next = field.pointee.next
        }
        return fields
    }
}

extension Field {
    /// Reads a field of libtraceevent's.
    fileprivate init(_ field: tep_format_field) {
        let flags = unsafe UInt(field.flags)
        func has(_ flag: tep_format_flags) -> Bool { flags & UInt(flag.rawValue) != 0 }
        let type = unsafe String(cString: field.type)
        let size = unsafe Int(field.size)
        let element = Field.elementType(of: type)
        var kind: Kind
        var elementSize = size
        var elementCount = 1
        if has(TEP_FIELD_IS_DYNAMIC) {
            elementCount = 0
            if element == "char" {
                kind = .dynamicText
                elementSize = 1
            } else if element.hasPrefix("cpumask") || (type.hasSuffix("unsigned long[]")) {
                kind = .dynamicBitmask
                elementSize = MemoryLayout<UInt>.size
            } else {
                kind = .dynamicArray
                elementSize = unsafe Field.size(ofType: element) ?? max(1, Int(field.elementsize))
            }
        } else if has(TEP_FIELD_IS_ARRAY), size > 0,
            let own = Field.elementSize(of: type, size: size)
        {
            elementSize = own
            elementCount = size / own
            kind = element == "char" ? .text : .array
            if ![1, 2, 4, 8].contains(elementSize) { kind = .opaque }
        } else if has(TEP_FIELD_IS_POINTER), size == 8 || size == 4 {
            kind = .pointer
        } else {
            kind = [1, 2, 4, 8].contains(size) ? .integer : .opaque
        }
        var width = size
        var isSigned = has(TEP_FIELD_IS_SIGNED)
        // The arguments of a system call have a register each, of which a smaller type uses the low part.
        if kind == .integer, size == 8, let own = Field.size(ofType: element), own < size {
            width = own
            isSigned = Field.isSigned(type: element)
            elementSize = own
        }
        unsafe self.init(
            name: unsafe String(cString: field.name), type: type, offset: Int(field.offset), size: width,
            kind: kind, isSigned: isSigned, elementSize: elementSize,
            elementCount: elementCount, isRelative: has(TEP_FIELD_IS_RELATIVE), slotSize: size)
    }

    /// The type of an array's elements: without location mark, qualifiers and brackets.
    static func elementType(of type: String) -> String {
        type.prefix { $0 != "[" }.split(separator: " ")
            .filter { !["__data_loc", "__rel_loc", "const", "volatile"].contains($0) }
            .joined(separator: " ")
    }

    /// The width of the elements of a fixed array of `size` bytes; `nil` where it is not known.
    private static func elementSize(of type: String, size: Int) -> Int? {
        let length = type.drop { $0 != "[" }.dropFirst().prefix { $0 != "]" }
        if let count = Int(length), count > 0, count <= size { return size / count }
        // The length is an expression, of which the library takes one number.
        return Field.size(ofType: elementType(of: type))
    }

    /// Whether a C type of a known width has negative values.
    static func isSigned(type: String) -> Bool {
        switch type {
        case "int", "short", "s8", "s16", "s32", "__s8", "__s16", "__s32", "int8_t", "int16_t", "int32_t",
            "pid_t",
            "signed char", "char", "key_t", "clockid_t", "mqd_t", "timer_t", "key_serial_t", "rwf_t":
            true
        default: false
        }
    }

    /// The width of a C type in bytes, or `nil` for one that is not known.
    static func size(ofType type: String) -> Int? {
        switch type {
        case "char", "signed char", "unsigned char", "u8", "s8", "__u8", "__s8", "uint8_t", "int8_t", "bool":
            1
        case "short", "unsigned short", "u16", "s16", "__u16", "__s16", "uint16_t", "int16_t", "__be16",
            "__le16", "umode_t":
            2
        case "int", "unsigned int", "unsigned", "u32", "s32", "__u32", "__s32", "uint32_t", "int32_t",
            "__be32", "__le32", "pid_t", "dev_t", "gfp_t", "uid_t", "gid_t",
            "key_t", "clockid_t", "mqd_t", "timer_t", "key_serial_t", "qid_t", "rwf_t":
            4
        case "long", "unsigned long", "size_t", "ssize_t", "long int":
            MemoryLayout<Int>.size
        case "long long", "unsigned long long", "u64", "s64", "__u64", "__s64", "uint64_t", "int64_t",
            "__be64", "__le64", "dma_addr_t", "phys_addr_t", "sector_t", "loff_t":
            8
        default: nil
        }
    }
}
