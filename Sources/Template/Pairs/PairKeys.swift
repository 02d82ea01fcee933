import Tracepoints

/// The values that a start and its end have in common, as the user named them: `pid=prev_pid,cpu`.
public struct PairKeys: Sendable {
    /// A value of the start and that of the end which must be the same.
    struct Key: Sendable {
        let start: Alternative
        let end: Alternative
    }

    let keys: [Key]

    /// Reads names with commas between them, each with another one after `=` where the end calls it otherwise.
    ///
    /// - Throws: what is wrong with it, and where.
    public static func parse(_ text: String) throws(TemplateError) -> PairKeys {
        var keys: [Key] = []
        var offset = 0
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            var names: [Alternative] = []
            var place = offset
            for word in part.split(separator: "=", omittingEmptySubsequences: false) {
                let range = place..<place + word.utf8.count
                place = range.upperBound + 1
                let atom = Atom(text: Array(word.utf8), isQuoted: false, place: Place(range: range))
                guard names.count < 2, let name = Alternative(atom) else {
                    throw TemplateError(
                        word.isEmpty ? "a name is missing" : "'\(displayed(String(word)))' is no name",
                        at: range, hint: "such as dev,sector or pid=prev_pid")
                }
                names.append(name)
            }
            keys.append(Key(start: names[0], end: names[names.count - 1]))
            offset = place
        }
        return PairKeys(keys: keys)
    }

    /// The names by which values of the end are looked up alone, without those of the start.
    var ends: [Alternative] { keys.map(\.end) }
    var starts: [Alternative] { keys.map(\.start) }
}

/// How the key of an event is read: a step for each of its values.
struct PairKeyReader {
    private let ops: [Op]
    private let isText: [Bool]
    let needs: ContextNeeds

    /// Looks the names up in an event.
    ///
    /// - Parameter kinds: whether each value is text, as the other events have it; set by the first of them.
    /// - Throws: a name that the event does not have, or a value that cannot be a key.
    init(_ names: [Alternative], of layout: EventLayout, kinds: inout [Bool?]) throws(TemplateError) {
        var ops: [Op] = []
        var isText: [Bool] = []
        var needs: ContextNeeds = []
        for (index, name) in names.enumerated() {
            guard let value = name.value(in: layout) else {
                throw UnknownName(layouts: [layout], isInTemplate: false).error(name)
            }
            let text: Bool
            switch value.shape {
            case .integer: text = false
            case .text: text = true
            default: throw PairKeyReader.misfit(name, "is \(value.kindInWords), which is no key")
            }
            if case .context(let context) = value, [.event, .name, .subsystem, .n].contains(context) {
                throw PairKeyReader.misfit(name, "is not of the event, and is no key")
            }
            if let other = kinds[index], other != text {
                throw PairKeyReader.misfit(
                    name, "is \(value.kindInWords) in \(displayed(layout.fullName)), and the other one is not"
                )
            }
            kinds[index] = text
            var op = Op(code: .nothing)
            op.read(value)
            ops.append(op)
            isText.append(text)
            needs.formUnion(value.needs)
        }
        self.ops = ops
        self.isText = isText
        self.needs = needs
    }

    private static func misfit(_ name: Alternative, _ what: String) -> TemplateError {
        TemplateError("'\(displayed(name.description))' \(what)", at: name.place.range)
    }

    /// Puts the key of an event into the buffer; `false` where the event lacks one of the values.
    @inline(__always)
    func read(_ sample: Sample, _ batch: Batch, _ renderer: inout Renderer, into key: inout LineBuffer)
        -> Bool
    {
        key.removeAll()
        for index in ops.indices {
            if isText[index] {
                guard let text = renderer.bytes(ops[index], sample, batch)?.bytes else { return false }
                append(UInt64(text.count), to: &key)
                key.append(text)
            } else {
                guard let number = renderer.integer(ops[index], sample, batch) else { return false }
                append(UInt64(bitPattern: number), to: &key)
            }
        }
        return true
    }

    @inline(__always)
    private func append(_ word: UInt64, to key: inout LineBuffer) {
        unsafe key.append(room: 8) { end in
            unsafe UnsafeMutableRawPointer(end).storeBytes(of: word, as: UInt64.self)
            return 8
        }
    }
}
