import Tracepoints

/// Splits a filter for one event into what the kernel tests and what is left.
struct Pushdown {
    let layout: EventLayout
    /// Whether `common_pid` is the thread id that `tid` means: not so in a PID namespace.
    let hasGlobalIDs: Bool

    /// The conditions that the kernel tests, all of which must hold.
    private(set) var parts: [String] = []
    private var length = 0

    /// The longest filter in bytes: the kernel takes a page, of which some is left for our own exclusion.
    private static let longest = 3900
    /// The longest text within a filter, in bytes.
    private static let longestText = 250

    init(_ layout: EventLayout, hasGlobalIDs: Bool) {
        self.layout = layout
        self.hasGlobalIDs = hasGlobalIDs
    }

    /// The kernel's filter; `nil` for none.
    var filter: String? { parts.isEmpty ? nil : parts.joined(separator: " && ") }

    /// Hands over as much of a filter as the kernel can take; answers what is left.
    mutating func take(_ node: FilterNode) -> FilterNode {
        // The filter of the function tracer follows rules of its own.
        if layout.subsystem == "ftrace" { return node }
        if case .and(let parts) = node {
            var rest: [FilterNode] = []
            for part in parts { rest.append(take(part)) }
            return .all(rest)
        }
        guard let part = part(node), length + part.text.utf8.count + 4 <= Self.longest else { return node }
        if !parts.contains(part.text) {
            parts.append(part.text)
            length += part.text.utf8.count + 4
        }
        return part.isExact ? .constant(true) : node
    }

    /// What the kernel can test of a filter.
    private struct Part {
        let text: String
        /// Whether it says the same as the filter, or lets more through.
        let isExact: Bool
    }

    private func part(_ node: FilterNode) -> Part? {
        switch node {
        case .constant: return nil
        case .test(let test): return part(test, isNegated: false)
        case .not(.test(let test)): return part(test, isNegated: true)
        case .not: return nil
        case .and(let parts):
            let known = parts.compactMap(part)
            guard !known.isEmpty else { return nil }
            let text = known.map(\.text).joined(separator: " && ")
            return Part(
                text: known.count == 1 ? text : "(\(text))",
                isExact: known.count == parts.count && known.allSatisfy(\.isExact))
        case .or(let parts):
            let known = parts.compactMap(part)
            guard known.count == parts.count else { return nil }
            return Part(
                text: "(\(known.map(\.text).joined(separator: " || ")))", isExact: known.allSatisfy(\.isExact)
            )
        }
    }

    private func part(_ test: FilterTest, isNegated: Bool) -> Part? {
        guard let name = name(test.value) else { return nil }
        let text: String?
        switch test.condition {
        case .numbers(let set, let domain):
            let wanted = isNegated ? set.complement(in: domain.all) : set
            if case .field(let field) = test.value, field.slotSize != field.size {
                return inRegister(name, wanted, domain, of: field)
            }
            return numbers(name, wanted, domain).map { Part(text: $0, isExact: true) }
        case .bits(let mask, let set, let domain):
            guard case .field(let field) = test.value else { return nil }
            text = bits(name, mask, set, domain, of: field)
        case .texts(let texts, let isOther):
            text = self.texts(name, texts, isOther, of: test.value)
        case .glob(let glob, let isOther):
            text = self.glob(name, glob, isOther, of: test)
        case .value: return nil
        }
        return text.map { Part(text: isNegated ? "!(\($0))" : $0, isExact: true) }
    }

    // MARK: Names

    /// What the kernel's filter calls a value; `nil` where it does not know it.
    private func name(_ value: Value) -> String? {
        switch value {
        case .element: return nil
        case .field(let field):
            let isPlain = field.name.utf8.enumerated().allSatisfy {
                isNameByte($0.element, isFirst: $0.offset == 0)
            }
            let fields = layout.fields + layout.commonFields
            guard isPlain, fields.count(where: { $0.name == field.name }) == 1 else { return nil }
            if field.isText { return field.type.contains("char") ? field.name : nil }
            guard field.pointsToText else { return field.name }
            let isUsers = layout.subsystem == "syscalls" && layout.name.hasPrefix("sys_enter_")
            return field.name + (isUsers ? ".ustring" : "")
        case .context(.cpu): return layout.field("CPU") == nil ? "CPU" : nil
        case .context(.comm): return layout.field("COMM") == nil ? "COMM" : nil
        case .context(.tid): return hasGlobalIDs ? "common_pid" : nil
        case .context: return nil
        }
    }

    // MARK: Numbers

    private func numbers(_ name: String, _ set: NumberSet, _ domain: NumberDomain) -> String? {
        // The kernel compares what a pointer to text leads to, never its address.
        guard layout.field(name)?.pointsToText != true, !name.hasSuffix(".ustring") else { return nil }
        let rest = set.complement(in: domain.all)
        guard !set.ranges.isEmpty, !rest.ranges.isEmpty else { return nil }
        if let other = rest.only { return "\(name) != \(domain.text(other))" }
        if rest.ranges.count < set.ranges.count { return "!(\(union(name, rest, domain)))" }
        let text = union(name, set, domain)
        return set.ranges.count == 1 ? text : "(\(text))"
    }

    /// The argument of a system call, of which the kernel compares the whole register: what its upper half
    /// holds beside a smaller type is up to the caller, so all is let through where that is not zero.
    private func inRegister(_ name: String, _ set: NumberSet, _ domain: NumberDomain, of field: Field)
        -> Part?
    {
        guard layout.subsystem == "syscalls", field.slotSize == 8 else { return nil }
        let whole = NumberDomain(bits: 64, isSigned: false)
        let low: UInt64 = (1 << domain.bits) - 1
        // Negative numbers come after the others as patterns.
        let halves =
            domain.isSigned
            ? [domain.all.lowerBound...domain.bias - 1, domain.bias...domain.all.upperBound] : [domain.all]
        let patterns = set.ranges.flatMap { range in
            halves.filter(range.overlaps).map { half in
                let part = range.clamped(to: half)
                return (part.lowerBound ^ domain.bias) & low...(part.upperBound ^ domain.bias) & low
            }
        }
        guard let text = numbers(name, NumberSet(patterns), whole) else { return nil }
        return Part(text: "(\(text) || \(name) & 0x\(String(~low, radix: 16)))", isExact: false)
    }

    private func union(_ name: String, _ set: NumberSet, _ domain: NumberDomain) -> String {
        set.ranges.map { range in
            let low = domain.text(range.lowerBound)
            let high = domain.text(range.upperBound)
            if range.lowerBound == range.upperBound { return "\(name) == \(low)" }
            if range.lowerBound == domain.all.lowerBound { return "\(name) <= \(high)" }
            if range.upperBound == domain.all.upperBound { return "\(name) >= \(low)" }
            return "(\(name) >= \(low) && \(name) <= \(high))"
        }.joined(separator: " || ")
    }

    /// The kernel tests whether any bit of a mask is set, so each bit that must be set is a test of its own.
    private func bits(
        _ name: String, _ mask: UInt64, _ set: NumberSet, _ domain: NumberDomain, of field: Field
    ) -> String? {
        guard !field.pointsToText else { return nil }
        let rest = set.complement(in: domain.all)
        let isInverted = set.only == nil
        guard let wanted = set.only ?? rest.only else { return nil }
        guard wanted & ~mask == 0, wanted.nonzeroBitCount <= 16 else { return nil }
        func test(_ bits: UInt64) -> String {
            // A signed field takes no number that its sign would not fit.
            let isHigh = domain.bits == 64 && bits >> 63 == 1 && field.isSigned
            return "\(name) & \(isHigh ? String(Int64(bitPattern: bits)) : "0x" + String(bits, radix: 16))"
        }
        var tests = (0..<64).map { UInt64(1) << $0 }.filter { $0 & wanted != 0 }.map(test)
        let unwanted = mask & ~wanted
        if isInverted, tests.isEmpty, unwanted != 0 { return test(unwanted) }
        if unwanted != 0 { tests.append("!(\(test(unwanted)))") }
        guard !tests.isEmpty else { return nil }
        let text = tests.joined(separator: " && ")
        return isInverted ? "!(\(text))" : tests.count == 1 ? text : "(\(text))"
    }

    // MARK: Text

    private func texts(_ name: String, _ texts: [[UInt8]], _ isNegated: Bool, of value: Value) -> String? {
        let quoted = texts.compactMap { fits($0, in: value) ? self.quoted($0) : nil }
        guard quoted.count == texts.count, let first = quoted.first else { return nil }
        if texts.count == 1 { return "\(name) \(isNegated ? "!=" : "==") \(first)" }
        let text = "(\(quoted.map { "\(name) == \($0)" }.joined(separator: " || ")))"
        return isNegated ? "!\(text)" : text
    }

    private func glob(_ name: String, _ glob: TextGlob, _ isNegated: Bool, of test: FilterTest) -> String? {
        guard !glob.matchesAll || test.isThroughPointer else { return nil }
        // A pointer that leads nowhere matches nothing, and nothing but this sign keeps it from being the
        // opposite of a match.
        let isInverted = isNegated && test.isThroughPointer
        guard let quoted = quoted((isInverted ? Array("!".utf8) : []) + glob.forKernel) else { return nil }
        let text = "\(name) ~ \(quoted)"
        return isNegated && !isInverted ? "!(\(text))" : text
    }

    /// The kernel compares no more than an array holds, so that a longer text would match its start.
    private func fits(_ text: [UInt8], in value: Value) -> Bool {
        switch value {
        case .field(let field) where field.kind == .text: text.count <= field.size
        case .context: text.count < 16
        default: true
        }
    }

    /// Text in quotes as the kernel reads it, which knows no escapes; `nil` where it cannot hold the text.
    private func quoted(_ text: [UInt8]) -> String? {
        guard text.count <= Self.longestText, text.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }),
            let text = String(validating: text, as: UTF8.self)
        else { return nil }
        if !text.contains("\"") { return "\"\(text)\"" }
        return text.contains("'") ? nil : "'\(text)'"
    }
}
