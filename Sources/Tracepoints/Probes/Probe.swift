/// An event that the kernel is to have at places of a program's code or of its own.
///
/// It is a value: making it and looking at it asks nothing of the kernel. An observer to which it is added
/// makes the event when it opens, and removes it when it closes.
public struct Probe: Sendable, Hashable {
    /// A place in the code, with what is read there.
    struct Site: Sendable, Hashable {
        /// The place as the kernel takes it: `FILE:0xOFFSET`, or `FUNCTION+OFFSET`.
        let place: String
        /// The address as the linker gave it; 0 in the kernel.
        let address: UInt64
        /// Where each field's value is, in the kernel's language.
        let fetches: [String]
    }

    /// A field of the event.
    struct Value: Sendable, Hashable {
        let name: String
        let type: ProbeType
        /// Where it stands in the text, for messages.
        let range: Range<Int>?
    }

    /// What it stands at.
    public let kind: ProbeDescription.Kind
    /// The EVENT that it comes from, as it was typed.
    public let text: String
    /// Where that names the place, in UTF-8 bytes.
    public let placeRange: Range<Int>
    /// The path of the program or library; `nil` in the kernel.
    public let path: String?
    /// The part of its name behind the colon: the function, or `provider:name` of a mark.
    public private(set) var name: String
    let sites: [Site]
    let values: [Value]

    init(
        _ description: ProbeDescription, path: String?, name: String, sites: [Site], values: [Value]
    ) {
        kind = description.kind
        text = description.text
        placeRange = description.place.range
        self.path = path
        self.name = name
        self.sites = sites
        self.values = values
    }

    /// What tells it from other probes: two of the same identity are at the same places.
    public var identity: String {
        "\(kind.rawValue) " + sites.map { $0.place.filter { $0 != "(" } }.joined(separator: " ")
    }

    /// Puts the file's name before the names that several files have.
    public static func distinguish(_ probes: inout [Probe]) {
        let names = Dictionary(grouping: probes) { "\($0.kind.rawValue):\($0.name)" }
        for index in probes.indices {
            let probe = probes[index]
            let sharers = names["\(probe.kind.rawValue):\(probe.name)"] ?? []
            guard let path = probe.path, sharers.contains(where: { $0.path != path }) else { continue }
            let file = String(path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...])
            probes[index].name = "\(file):\(probe.name)"
        }
    }

    // MARK: As the kernel takes it

    /// The file of tracefs that takes its definition.
    var definitionFile: String { kind.isKernel ? "kprobe_events" : "uprobe_events" }

    /// The definitions, one for each place, under a name of the form `group/event`.
    ///
    /// The kernel takes several definitions of one name as places of one event.
    public func commands(as event: String) -> [String] {
        sites.map { site in
            let fetches = zip(values, site.fetches).map { " \($0.name)=\($1):\($0.type.name)" }
            return "\(kind.isReturn ? "r" : "p"):\(event) \(site.place)\(fetches.joined())"
        }
    }

    /// Which part of the text a place in a definition comes from.
    func range(inCommand command: String, at position: Int) -> Range<Int> {
        var start = Array(command.utf8).split(separator: 0x20, maxSplits: 2).prefix(2)
            .reduce(0) { $0 + $1.count + 1 }
        for (index, piece) in command.utf8.dropFirst(start).split(separator: 0x20).enumerated() {
            let end = start + piece.count
            if position >= start, position <= end, index < values.count, let range = values[index].range {
                return range
            }
            start = end + 1
        }
        return placeRange
    }

    /// The event's record, laid out as the kernel will do it; its number is not known yet.
    public var layout: EventLayout {
        get throws(TraceError) {
            let bytes = Array(format(name: "probe", id: 0).utf8)
            return try FormatParser.parse(bytes, subsystem: kind.rawValue).renamed(kind.rawValue, name, id: 0)
        }
    }

    /// The text of the event's format file.
    func format(name: String, id: Int) -> String {
        let common = [
            ("unsigned short common_type", 0, 2, 0), ("unsigned char common_flags", 2, 1, 0),
            ("unsigned char common_preempt_count", 3, 1, 0), ("int common_pid", 4, 4, 1),
        ]
        let places = kind.isReturn ? ["__probe_func", "__probe_ret_ip"] : ["__probe_ip"]
        var text = "name: \(name)\nID: \(id)\nformat:\n"
        for (declaration, offset, size, sign) in common {
            text += "\tfield:\(declaration);\toffset:\(offset);\tsize:\(size);\tsigned:\(sign);\n"
        }
        text += "\n"
        var offset = 8
        for place in places {
            text += "\tfield:unsigned long \(place);\toffset:\(offset);\tsize:8;\tsigned:0;\n"
            offset += 8
        }
        var formats = [kind.isReturn ? "(%lx <- %lx)" : "(%lx)"]
        var arguments = places.map { "REC->\($0)" }
        for value in values {
            text += value.type.formatLine(value.name, offset: offset)
            offset += value.type.elementSize * (value.type.count ?? 1)
            let printed = value.type.print(value.name)
            formats.append("\(value.name)=\(printed.format)")
            arguments.append(printed.arguments)
        }
        return text + "\nprint fmt: \"\(formats.joined(separator: " "))\", "
            + arguments.joined(separator: ", ") + "\n"
    }
}

extension EventLayout {
    /// The same record under another name and number.
    func renamed(_ subsystem: String, _ name: String, id: UInt16) -> EventLayout {
        EventLayout(
            id: id, subsystem: subsystem, name: name, fields: fields, commonFields: commonFields,
            printFormat: printFormat)
    }
}
