/// The kernel's description of its own types (BTF), as far as enumerators go.
///
/// Some print formats name enumerators that the kernel has not replaced by their values.
enum TypeInformation {
    /// The values of the enumerators of those names, from the kernel's description in `directory` and, for
    /// names that are not there, from those of its modules.
    static func enumerators(named names: Set<String>, in directory: String) -> [String: Int64] {
        guard let kernel = try? System.contents(of: directory + "/vmlinux"), let base = BTF(kernel) else {
            return [:]
        }
        var search = Search(names)
        base.collect(&search)
        for module in System.entries(of: directory) where module != "vmlinux" {
            if search.found.count == names.count { break }
            guard let content = try? System.contents(of: directory + "/" + module), let own = BTF(content)
            else { continue }
            // A module's names go on where the kernel's end; it may use the kernel's as well.
            own.collect(&search, shared: base.strings)
        }
        return search.found
    }

    /// What is looked for, by hash so that the many other names cost no allocation.
    fileprivate struct Search {
        private var names: [UInt64: String] = [:]
        private(set) var found: [String: Int64] = [:]

        init(_ wanted: Set<String>) {
            for name in wanted { names[Search.hash(name.utf8)] = name }
        }

        /// Keeps the value if the name is one of those looked for; the first of two stands.
        mutating func offer(_ name: ArraySlice<UInt8>, _ value: Int64) {
            guard let wanted = names[Search.hash(name)], name.elementsEqual(wanted.utf8), found[wanted] == nil
            else { return }
            found[wanted] = value
        }

        private static func hash(_ name: some Sequence<UInt8>) -> UInt64 {
            name.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        }
    }
}

/// One BTF blob: a header, the types, the names.
private struct BTF {
    let types: ArraySlice<UInt8>
    let strings: ArraySlice<UInt8>

    init?(_ bytes: [UInt8]) {
        let parts = unsafe bytes.withUnsafeBytes { raw -> (types: Range<Int>, strings: Range<Int>)? in
            let view = unsafe Bytes(raw)
            guard view.load(0, as: UInt16.self) == 0xeb9f, let length = view.load(4, as: UInt32.self),
                let typeOffset = view.load(8, as: UInt32.self),
                let typeLength = view.load(12, as: UInt32.self),
                let nameOffset = view.load(16, as: UInt32.self),
                let nameLength = view.load(20, as: UInt32.self)
            else { return nil }
            let types = Int(length) + Int(typeOffset)
            let names = Int(length) + Int(nameOffset)
            guard types + Int(typeLength) <= view.count, names + Int(nameLength) <= view.count else {
                return nil
            }
            return (types..<types + Int(typeLength), names..<names + Int(nameLength))
        }
        guard let parts else { return nil }
        types = bytes[parts.types]
        strings = bytes[parts.strings]
    }

    /// Offers all enumerators to `search`.
    ///
    /// - Parameter shared: the names that come before this blob's own.
    func collect(_ search: inout TypeInformation.Search, shared: ArraySlice<UInt8> = []) {
        unsafe types.withUnsafeBytes { raw in
            let view = unsafe Bytes(raw)
            var offset = 0
            while let info = view.load(offset + 4, as: UInt32.self) {
                let count = Int(info & 0xffff)
                let kind = info >> 24 & 0x1f
                let members = offset + 12
                guard let size = BTF.size(kind, count), view.slice(members, size) != nil else { return }
                // The top bit of the information says that the values are signed.
                let isSigned = info >> 31 == 1
                if kind == BTF.enumeration || kind == BTF.enumeration64 {
                    let wide = kind == BTF.enumeration64
                    for index in 0..<count {
                        let member = members + index * (wide ? 12 : 8)
                        guard let place = view.load(member, as: UInt32.self),
                            let value = view.integer(
                                at: member + 4, size: wide ? 8 : 4, isSigned: isSigned)
                        else { return }
                        search.offer(name(at: Int(place), shared), value)
                    }
                }
                offset = members + size
            }
        }
    }

    private func name(at place: Int, _ shared: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let (names, offset) = place < shared.count ? (shared, place) : (strings, place - shared.count)
        guard offset < names.count else { return [] }
        return names[(names.startIndex + offset)...].prefix { $0 != 0 }
    }

    private static let enumeration: UInt32 = 6
    private static let enumeration64: UInt32 = 19

    /// How many bytes follow the head of a type.
    private static func size(_ kind: UInt32, _ count: Int) -> Int? {
        switch kind {
        case 2, 7, 8, 9, 10, 11, 12, 16, 18: 0  // pointer, forward, typedef, qualifiers, function, float, tag
        case 1, 14, 17: 4  // integer, variable, declaration tag
        case 3: 12  // array
        case 4, 5, 15, enumeration64: count * 12  // structure, union, section
        case enumeration, 13: count * 8  // prototype
        default: nil
        }
    }
}
