/// How a probe reads a value: the kernel's name of the type, its width, and how the kernel lays it out.
public struct ProbeType: Sendable, Hashable {
    /// What the bytes are.
    enum Base: Sendable, Hashable {
        /// A number of that many bits.
        case number(bits: Int, isSigned: Bool, isHex: Bool)
        /// One character.
        case character
        /// Text that ends with a zero byte, from the address that the value is.
        case string
        /// Some bits of a number: their count and place, and the number's width.
        case bits(count: Int, shift: Int, bits: Int)
    }

    let base: Base
    /// The number of elements of an array, which is read from the address that the value is.
    let count: Int?

    /// What the kernel reads at most of an array.
    private static let longestArray = 64

    /// Whether the value is an address from where the content is read.
    var isIndirect: Bool { base == .string || count != nil }

    /// The width of one element in bytes; of text that of its location word.
    var elementSize: Int {
        switch base {
        case .number(let bits, _, _), .bits(_, _, let bits): bits / 8
        case .character: 1
        case .string: 4
        }
    }

    /// The kernel's spelling, `s32` or `u8[4]` for example.
    public var name: String {
        let element =
            switch base {
            case .number(let bits, let isSigned, let isHex): "\(isHex ? "x" : isSigned ? "s" : "u")\(bits)"
            case .character: "char"
            case .string: "string"
            case .bits(let count, let shift, let bits): "b\(count)@\(shift)/\(bits)"
            }
        return element + (count.map { "[\($0)]" } ?? "")
    }

    static func number(_ bits: Int, signed: Bool = false) -> ProbeType {
        ProbeType(base: .number(bits: bits, isSigned: signed, isHex: false), count: nil)
    }
    static let string = ProbeType(base: .string, count: nil)
    static let address = ProbeType(base: .number(bits: 64, isSigned: false, isHex: true), count: nil)

    /// The kernel's numbers.
    private static let numbers = [8, 16, 32, 64].flatMap { bits in ["s\(bits)", "u\(bits)", "x\(bits)"] }
    /// C's types, as they are on machines where `long` has 64 bits.
    private static let inC: [String: String] = [
        "signed char": "s8", "unsigned char": "u8", "bool": "u8", "_Bool": "u8",
        "int8_t": "s8", "uint8_t": "u8",
        "short": "s16", "short int": "s16", "unsigned short": "u16", "unsigned short int": "u16",
        "int16_t": "s16", "uint16_t": "u16",
        "int": "s32", "signed": "s32", "signed int": "s32", "unsigned": "u32", "unsigned int": "u32",
        "int32_t": "s32", "uint32_t": "u32", "pid_t": "s32", "uid_t": "u32", "gid_t": "u32",
        "mode_t": "u32", "socklen_t": "u32",
        "long": "s64", "long int": "s64", "long long": "s64", "long long int": "s64",
        "unsigned long": "u64", "unsigned long int": "u64", "unsigned long long": "u64",
        "unsigned long long int": "u64", "int64_t": "s64", "uint64_t": "u64",
        "size_t": "u64", "ssize_t": "s64", "off_t": "s64", "time_t": "s64",
        "intptr_t": "s64", "uintptr_t": "x64", "ustring": "string",
    ]
    /// The names that a message offers in place of a misspelt one.
    static let names = numbers + ["char", "string"] + inC.keys.sorted()

    /// The type of that name, of the kernel or of C; `nil` for a name that is none.
    init?(_ name: String) {
        var element = name
        var count: Int?
        if name.hasSuffix("]"), let open = name.lastIndex(of: "[") {
            guard let length = Int(name[name.index(after: open)...].dropLast()),
                (1...ProbeType.longestArray).contains(length)
            else { return nil }
            count = length
            element = String(name[..<open])
        }
        element = ProbeType.inC[element] ?? element
        if element == "string" {
            // An array of texts has a form of its own in the record.
            guard count == nil else { return nil }
            self = .string
        } else if element == "char" {
            self.init(base: .character, count: count)
        } else if ProbeType.numbers.contains(element), let bits = Int(element.dropFirst()) {
            self.init(
                base: .number(bits: bits, isSigned: element.first == "s", isHex: element.first == "x"),
                count: count)
        } else if count == nil, let bits = ProbeType.bits(element) {
            self.init(base: bits, count: nil)
        } else {
            return nil
        }
    }

    private init(base: Base, count: Int?) {
        self.base = base
        self.count = count
    }

    /// `bCOUNT@SHIFT/WIDTH`.
    private static func bits(_ text: String) -> Base? {
        guard text.hasPrefix("b") else { return nil }
        let parts = text.dropFirst().split(omittingEmptySubsequences: false) { $0 == "@" || $0 == "/" }
            .map { Int($0) }
        guard parts.count == 3, let count = parts[0], let shift = parts[1], let width = parts[2],
            [8, 16, 32, 64].contains(width), 1...width ~= count, 0...(width - count) ~= shift
        else { return nil }
        return .bits(count: count, shift: shift, bits: width)
    }

    // MARK: As the kernel's format file has it

    /// The line of the format file.
    func formatLine(_ name: String, offset: Int) -> String {
        let size = elementSize * (count ?? 1)
        let isSigned: Bool
        let declaration: String
        switch base {
        case .number(let bits, let signed, _):
            isSigned = signed
            declaration = "\(signed ? "s" : "u")\(bits) \(name)"
        case .bits(_, _, let bits):
            isSigned = false
            declaration = "u\(bits) \(name)"
        case .character:
            isSigned = false
            declaration = "u8 \(name)"
        case .string:
            isSigned = true
            declaration = "__data_loc char[] \(name)"
        }
        return "\tfield:\(declaration)\(count == nil ? "" : "[]");\toffset:\(offset);\tsize:\(size);"
            + "\tsigned:\(isSigned ? 1 : 0);\n"
    }

    /// The conversions of the print format, and the arguments for them.
    func print(_ name: String) -> (format: String, arguments: String) {
        let conversion =
            switch base {
            case .number(64, _, true): "0x%Lx"
            case .number(_, _, true): "0x%x"
            case .number(64, let isSigned, _): isSigned ? "%Ld" : "%Lu"
            case .bits(_, _, 64): "%Lu"
            case .number(_, let isSigned, _): isSigned ? "%d" : "%u"
            case .bits: "%u"
            case .character: "'%c'"
            case .string: "\\\"%s\\\""
            }
        guard let count else {
            return (conversion, base == .string ? "__get_str(\(name))" : "REC->\(name)")
        }
        let list = Array(repeating: conversion, count: count).joined(separator: ",")
        return ("{\(list)}", (0..<count).map { "REC->\(name)[\($0)]" }.joined(separator: ", "))
    }
}
