import Tracepoints

/// What a record of one event holds in typed output, in its order.
struct Record {
    /// A named part of a record.
    struct Member {
        let name: String
        let content: Content
    }

    enum Content {
        case value(Placeholder)
        /// The event's own fields.
        case fields([(name: String, placeholder: Placeholder)])
    }

    let members: [Member]

    private init(members: [Member]) { self.members = members }

    /// The values by the names of their columns.
    var columns: [(name: String, placeholder: Placeholder)] {
        members.flatMap { member in
            switch member.content {
            case .value(let placeholder): [(member.name, placeholder)]
            case .fields(let fields): fields.map { ("\(member.name).\($0.name)", $0.placeholder) }
            }
        }
    }
}

extension Record {
    /// The record of an event by a template, whose text and colours take no part in it.
    ///
    /// - Parameter fields: The event's own fields, which `<fields>` stands for.
    init(_ template: Template, of layout: EventLayout, fields: [(name: String, placeholder: Placeholder)]) {
        let placeholders = template.placeholders
        members = zip(Record.names(of: placeholders), placeholders).map { name, placeholder in
            Member(
                name: name,
                content: placeholder.isAllFields(of: layout) ? .fields(fields) : .value(placeholder))
        }
    }

    /// The record of an event that no template was given for.
    init(of layout: EventLayout, fields: [(name: String, placeholder: Placeholder)]) {
        let names =
            ["time", "event", "cpu", "pid", "tid", "comm"] + (layout.parts.isEmpty ? [] : ["latency"])
        let head = names.map { name in
            Member(name: name, content: .value(Placeholder(.context, name)))
        }
        guard !layout.parts.isEmpty else {
            members = head + [Member(name: "args", content: .fields(fields))]
            return
        }
        members =
            head
            + layout.parts.map { part in
                let own = fields.filter { $0.name.hasPrefix(part.prefix) }
                return Member(
                    name: String(part.prefix.dropLast()),
                    content: .fields(
                        own.map { (String($0.name.dropFirst(part.prefix.count)), $0.placeholder) }))
            }
    }

    /// The record with stacks at its end, those that it does not have yet.
    func adding(_ stacks: [String], depth: Int) -> Record {
        let taken = Set(members.map(\.name))
        return Record(
            members: members
                + stacks.filter { !taken.contains($0) }.map { name in
                    var placeholder = Placeholder(.context, name)
                    placeholder.spec.limit = depth > 0 ? depth : nil
                    return Member(name: name, content: .value(placeholder))
                })
    }

    /// The names as written, without specs. One that was taken gets its spec too, then a number.
    private static func names(of placeholders: [Placeholder]) -> [String] {
        var taken: Set<String> = []
        return placeholders.map { placeholder in
            var name = placeholder.name
            let spec = placeholder.spec.description
            if taken.contains(name), !spec.isEmpty { name += ":" + spec }
            let start = name
            var number = 2
            while !taken.insert(name).inserted {
                name = "\(start)_\(number)"
                number += 1
            }
            return name
        }
    }
}

extension Template {
    /// The placeholders in their order.
    var placeholders: [Placeholder] {
        pieces.compactMap { if case .placeholder(let placeholder) = $0 { placeholder } else { nil } }
    }
}

extension Placeholder {
    /// A placeholder that was not typed.
    init(_ scope: Alternative.Scope, _ name: String, type: TypeName? = nil) {
        let place = Place(range: 0..<0)
        var spec = Spec()
        spec.type = type.map(ValueType.named)
        self.init(
            alternatives: [Alternative(scope: scope, name: name, index: nil, place: place)], spec: spec,
            fallback: nil, place: place)
    }

    /// The names as written.
    var name: String { alternatives.map(\.description).joined(separator: "|") }

    /// Whether it is `<fields>`, which a record takes apart.
    fileprivate func isAllFields(of layout: EventLayout) -> Bool {
        guard alternatives.count == 1, spec.type == nil || spec.type == .named(.json),
            case .context(.fields) = alternatives[0].value(in: layout)
        else { return false }
        return true
    }
}
