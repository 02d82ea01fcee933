internal import CLinux

/// Makes readable names of those that compilers give to functions. Used from one thread.
final class Demangler {
    /// How many children may end over names before those that need one stay as they are.
    private static let mostChildren = 8

    private var child: DemanglingChild?
    /// How many children there have been.
    private(set) var children = 0
    /// The process that reads names of C++ and Swift, where there is one.
    var process: Int32? { child?.process }

    /// The name as it was written in Swift, C++ or Rust; the name itself where it is of none of these, or too much
    /// for those who read it.
    func readable(_ name: String) -> String {
        let bytes = Array(name.utf8)
        guard bytes.count > 2, bytes.count <= CLINUX_LONGEST_NAME else { return name }
        if bytes.starts(with: "_R".utf8) { return RustName.readable(bytes) ?? name }
        guard bytes.starts(with: "_Z".utf8) || Demangler.isSwift(bytes) else { return name }
        return Demangler.legacyRust(bytes) ?? read(bytes) ?? name
    }

    private static func isSwift(_ name: [UInt8]) -> Bool {
        ["$s", "$S", "$e", "_$s", "_$S", "_$e", "_T0"].contains { name.starts(with: $0.utf8) }
    }

    /// What a child process reads a name as; `nil` where it ends over it.
    private func read(_ name: [UInt8]) -> String? {
        while child != nil || children < Demangler.mostChildren {
            if child == nil {
                children += 1
                child = DemanglingChild()
            }
            switch child?.read(name) {
            case .text(let text): return text
            case .tooMuch:
                child = nil
                return nil
            case nil: child = nil
            }
        }
        return nil
    }

    /// A path of Rust in the form of C++: `_ZN`, lengths and names, a hash of 16 digits, `E`.
    private static func legacyRust(_ name: [UInt8]) -> String? {
        guard name.starts(with: "_ZN".utf8) else { return nil }
        var parts: [ArraySlice<UInt8>] = []
        var index = 3
        while index < name.count, name[index] != UInt8(ascii: "E") {
            var length = 0
            let start = index
            while index < name.count, case 0x30...0x39 = name[index], length < 4096 {
                length = length * 10 + Int(name[index] - 0x30)
                index += 1
            }
            guard index > start, length > 0, length <= name.count - index else { return nil }
            parts.append(name[index..<index + length])
            index += length
        }
        guard parts.count > 1, let hash = parts.popLast(), hash.count == 17, hash.first == UInt8(ascii: "h"),
            hash.dropFirst().allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { return nil }
        return parts.map(unescaped).joined(separator: "::")
    }

    /// A name of a path with what stands for the letters that a linker does not take.
    private static func unescaped(_ part: ArraySlice<UInt8>) -> String {
        let marks = [
            "SP": "@", "BP": "*", "RF": "&", "LT": "<", "GT": ">", "LP": "(", "RP": ")", "C": ",",
        ]
        var text = ""
        var rest = part
        // A leading underscore keeps a mark from being the first letter.
        if rest.starts(with: "_$".utf8) { rest = rest.dropFirst() }
        while let byte = rest.first {
            if byte == UInt8(ascii: "$"), let end = rest.dropFirst().firstIndex(of: byte) {
                let mark = String(decoding: rest[(rest.startIndex + 1)..<end], as: UTF8.self)
                let scalar =
                    mark.hasPrefix("u")
                    ? UInt32(mark.dropFirst(), radix: 16).flatMap(Unicode.Scalar.init) : nil
                if let plain = marks[mark] ?? scalar.map({ String(Character($0)) }) {
                    text += plain
                    rest = rest[(end + 1)...]
                    continue
                }
            }
            if rest.starts(with: "..".utf8) {
                text += "::"
                rest = rest.dropFirst(2)
                continue
            }
            let run = rest.prefix { $0 != UInt8(ascii: "$") && $0 != UInt8(ascii: ".") }
            text +=
                run.isEmpty ? String(decoding: [byte], as: UTF8.self) : String(decoding: run, as: UTF8.self)
            rest = rest.dropFirst(max(1, run.count))
        }
        return text
    }
}
