import Tracepoints

/// Two events joined to one, so that templates, filters and records work on a pair as they do on an event.
///
/// The record of a pair begins with what is known of it beside the events' own fields, then come the two records as
/// the kernel wrote them. That of the start has room of a fixed size, so that the end's lies at the same place in
/// every pair.
struct JoinedLayout {
    /// What is known of a pair, at the beginning of its record.
    enum Moment {
        static let latency = 0
        static let startTime = 8
        static let startCPU = 16
        static let startPid = 20
        static let startTid = 24
        /// A location word that leads to the name, or nowhere where it is not known.
        static let startComm = 28
        static let startCommText = 32
        /// Where the start's record begins.
        static let end = 48
    }

    /// The longest record that a tracepoint writes (`PERF_MAX_TRACE_SIZE`), in bytes.
    private static let longestRecord = 8192

    let layout: EventLayout
    /// The room of the start's record, in bytes.
    let room: Int
    /// The least length of each event's record, in bytes.
    let startSize: Int
    let endSize: Int

    /// Where the end's record begins.
    var endOrigin: Int { Moment.end + room }

    /// Joins two events under a name.
    init(_ start: EventLayout, _ end: EventLayout, name: String) {
        startSize = start.fixedSize
        endSize = end.fixedSize
        // What lies behind the fixed fields varies; its size is a multiple of eight but for the length word.
        room = start.fields.contains(where: \.isDynamic) ? JoinedLayout.longestRecord : (startSize + 15) & ~7
        let parts = [
            EventLayout.Part(prefix: "start.", origin: Moment.end, layout: start),
            EventLayout.Part(prefix: "end.", origin: Moment.end + room, layout: end),
        ]
        layout = EventLayout(
            id: 0, subsystem: "pair", name: name, fields: parts.flatMap { $0.joined($0.layout.fields) },
            commonFields: JoinedLayout.moment + parts.flatMap { $0.joined($0.layout.commonFields) },
            printFormat: "", parts: parts)
    }

    private static let moment = [
        time("latency", Moment.latency), time("start.time", Moment.startTime),
        integer("start.cpu", Moment.startCPU), integer("start.pid", Moment.startPid),
        integer("start.tid", Moment.startTid),
        Field(
            name: "start.comm", type: Field.momentType, offset: Moment.startComm, size: 4, kind: .dynamicText,
            isSigned: true, elementSize: 1, elementCount: 0),
    ]

    private static func time(_ name: String, _ offset: Int) -> Field {
        Field(
            name: name, type: Field.timeType, offset: offset, size: 8, kind: .integer, isSigned: false,
            elementSize: 8, elementCount: 1)
    }

    private static func integer(_ name: String, _ offset: Int) -> Field {
        Field(
            name: name, type: Field.momentType, offset: offset, size: 4, kind: .integer, isSigned: true,
            elementSize: 4, elementCount: 1)
    }
}

extension Field {
    /// The types of what is known of a pair: no field of the kernel's can have them.
    fileprivate static let timeType = "(time)"
    fileprivate static let momentType = "(moment)"

    /// Whether the field is a number of nanoseconds that is shown in seconds.
    var isTime: Bool { type == Field.timeType }

    /// Whether the field tells of the pair's start what no field of its event does.
    fileprivate var isMoment: Bool { isTime || type == Field.momentType }

    /// What must be known of events for the field.
    var momentNeeds: ContextNeeds {
        guard type == Field.momentType else { return [] }
        switch name {
        case "start.pid": return .pid
        case "start.tid": return .tid
        case "start.comm": return .comm
        default: return []
        }
    }
}

extension EventLayout {
    /// The length of the record without what location words lead to, in bytes.
    var fixedSize: Int { (fields + commonFields).map { $0.offset + $0.size }.max() ?? 0 }

    /// What is known of a pair under that name; `nil` in an event of the kernel.
    func moment(_ name: String) -> Field? {
        parts.isEmpty ? nil : commonFields.first { $0.isMoment && $0.name == name }
    }

    /// The names of what is known of a pair.
    var momentNames: [String] { parts.isEmpty ? [] : commonFields.filter(\.isMoment).map(\.name) }

    /// The context value of that name. Those of a pair are its end's, with or without the prefix.
    func contextValue(_ name: String) -> ContextValue? {
        let prefix = parts.last?.prefix ?? ""
        return ContextValue(rawValue: name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name)
    }
}

extension EventLayout.Part {
    /// The fields as they are called and lie in the joined record.
    fileprivate func joined(_ fields: [Field]) -> [Field] {
        fields.map { field in
            Field(
                name: prefix + field.name, type: field.type, offset: origin + field.offset, size: field.size,
                kind: field.kind, isSigned: field.isSigned, elementSize: field.elementSize,
                elementCount: field.elementCount, isRelative: field.isRelative, slotSize: field.slotSize,
                origin: origin)
        }
    }
}

extension Template {
    /// The line of a pair that no template was given for: who began it, how long it took, and the fields of both
    /// events, those of the same name once.
    static func pairLine(for layout: EventLayout, _ presentations: Presentations) -> Template {
        var text =
            "<!dim><@time:12.6><!> <@start.comm:15>/<@start.tid:-7> <!dim>[<@start.cpu:03>]<!> "
            + "<!cyan><@name><!> <!bold><@latency:9t><!>"
        var shown: Set<String> = []
        for field in layout.fields {
            let source = layout.source(of: field)
            guard shown.insert(source.field.name).inserted else { continue }
            let type = FieldSymbols(of: source.field, in: source.layout, presentations).bestType
            text += " \(displayed(source.field.name))=<.\(field.name)\(type.map { ":" + $0 } ?? "")>"
        }
        do {
            return try parse(text.replacing("\\", with: "\\\\"))
        } catch {
            preconditionFailure("the line of a pair: \(error.message)")
        }
    }
}
