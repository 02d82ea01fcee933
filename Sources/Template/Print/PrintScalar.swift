import Tracepoints

/// A C integer type as far as arithmetic cares: a width and a sign.
///
/// Values travel as 64 bits, extended from their width by their sign.
struct Scalar: Equatable, Sendable, BitwiseCopyable {
    /// The width in bytes: 1, 2, 4 or 8.
    var size: UInt8
    var isSigned: Bool

    static let int = Scalar(size: 4, isSigned: true)
    static let unsignedInt = Scalar(size: 4, isSigned: false)
    static let long = Scalar(size: 8, isSigned: true)
    static let unsignedLong = Scalar(size: 8, isSigned: false)
    static let byte = Scalar(size: 1, isSigned: false)

    /// The type after C's integer promotion.
    var promoted: Scalar { size < 4 ? .int : self }

    /// The type that C computes in when operands are of these two types.
    func common(with other: Scalar) -> Scalar {
        let left = promoted
        let right = other.promoted
        if left.size != right.size { return left.size > right.size ? left : right }
        return Scalar(size: left.size, isSigned: left.isSigned && right.isSigned)
    }

    /// The value cut to the type's width and extended again.
    @inline(__always)
    func wrap(_ value: Int64) -> Int64 {
        switch (size, isSigned) {
        case (4, true): Int64(Int32(truncatingIfNeeded: value))
        case (4, false): Int64(UInt32(truncatingIfNeeded: value))
        case (2, true): Int64(Int16(truncatingIfNeeded: value))
        case (2, false): Int64(UInt16(truncatingIfNeeded: value))
        case (1, true): Int64(Int8(truncatingIfNeeded: value))
        case (1, false): Int64(UInt8(truncatingIfNeeded: value))
        default: value
        }
    }

    /// The type that a C type's words name, or `nil` for one that is not known here.
    static func named(_ words: [String]) -> Scalar? {
        let words = words.filter { !qualifiers.contains($0) }
        if words.first == "enum" { return .unsignedInt }
        if words.count == 1, let known = typedefs[words[0]] { return known }
        guard !words.isEmpty, words.allSatisfy({ basic.contains($0) }) else { return nil }
        let isSigned = !words.contains("unsigned")
        if words.contains("char") {
            // The kernel is built with an unsigned `char`.
            return Scalar(size: 1, isSigned: words.contains("signed"))
        }
        if words.contains("short") { return Scalar(size: 2, isSigned: isSigned) }
        return Scalar(size: words.contains("long") ? 8 : 4, isSigned: isSigned)
    }

    /// Whether a word can only belong to the name of a type.
    static func isTypeWord(_ word: String) -> Bool {
        basic.contains(word) || qualifiers.contains(word) || typedefs[word] != nil
            || ["void", "struct", "union", "enum"].contains(word)
    }

    private static let basic: Set<String> = ["char", "short", "int", "long", "signed", "unsigned"]
    private static let qualifiers: Set<String> = [
        "const", "volatile", "static", "__user", "__force", "__bitwise", "__iomem", "__rcu",
    ]
    private static let typedefs: [String: Scalar] = {
        var types: [String: Scalar] = [:]
        for (size, bits) in [(1, "8"), (2, "16"), (4, "32"), (8, "64")] as [(UInt8, String)] {
            for name in ["s\(bits)", "__s\(bits)", "int\(bits)_t"] {
                types[name] = Scalar(size: size, isSigned: true)
            }
            for name in ["u\(bits)", "__u\(bits)", "uint\(bits)_t", "__le\(bits)", "__be\(bits)"] {
                types[name] = Scalar(size: size, isSigned: false)
            }
        }
        for name in ["bool", "_Bool", "uchar", "u_char"] { types[name] = .byte }
        for name in ["umode_t", "ushort", "sa_family_t"] { types[name] = Scalar(size: 2, isSigned: false) }
        for name in ["pid_t", "clockid_t", "__kernel_rwf_t", "key_serial_t"] { types[name] = .int }
        for name in [
            "uint", "dev_t", "gfp_t", "uid_t", "gid_t", "fmode_t", "blk_opf_t", "blk_status_t", "vm_fault_t",
            "nlink_t", "slab_flags_t",
        ] { types[name] = .unsignedInt }
        for name in ["ssize_t", "loff_t", "off_t", "ktime_t", "time64_t", "ptrdiff_t", "intptr_t"] {
            types[name] = .long
        }
        for name in [
            "size_t", "sector_t", "ino_t", "pgoff_t", "dma_addr_t", "phys_addr_t", "resource_size_t",
            "uintptr_t", "ulong", "blkcnt_t",
        ] { types[name] = .unsignedLong }
        return types
    }()
}
