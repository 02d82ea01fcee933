import Tracepoints

extension Compiler {
    /// Adds the steps of all events in typed output; answers the line above the records.
    mutating func addRecords(_ events: [(layout: EventLayout, template: Template?)]) -> [UInt8] {
        let records = events.map { layout, template in
            let fields = fields(of: layout)
            let record =
                template.map { Record($0, of: layout, fields: fields) } ?? Record(of: layout, fields: fields)
            return record.adding(options.stackValues.map(\.rawValue), depth: options.stacks.depth)
        }
        var taken: Set<String> = []
        let columns = records.flatMap { $0.columns.map(\.name) }.filter { taken.insert($0).inserted }
        for (event, record) in zip(events, records) { add(record, event.layout, columns: columns) }
        return Compiler.header(columns, form: options.form)
    }

    /// The event's own fields, each name once, with the numbers of those that are shown by name where that is asked for.
    private func fields(of layout: EventLayout) -> [(name: String, placeholder: Placeholder)] {
        var taken: Set<String> = []
        return layout.fields.filter { taken.insert($0.name).inserted }.flatMap { field in
            let own = (name: field.name, placeholder: Placeholder(.own, field.name))
            guard options.addsNumbers, Value.field(field).hidesNumber(in: layout, presentations) else {
                return [own]
            }
            return [own, ("\(field.name):n", Placeholder(.own, field.name, type: .plain))]
        }
    }

    /// Adds the steps of the next event; `columns` are those of all events, for the forms that have them.
    private mutating func add(_ record: Record, _ layout: EventLayout, columns: [String]) {
        begin()
        switch options.form {
        case .lines: preconditionFailure("lines are made of templates")
        case .json: addObject(record, layout)
        case .csv: addRow(record, layout, columns, separator: UInt8(ascii: ","))
        case .tsv: addRow(record, layout, columns, separator: UInt8(ascii: "\t"))
        case .logfmt: addPairs(record, layout)
        }
        text.append(0x0a)
        end()
    }

    private mutating func addObject(_ record: Record, _ layout: EventLayout) {
        text.append(UInt8(ascii: "{"))
        for (index, member) in record.members.enumerated() {
            addName(member.name, isFirst: index == 0)
            switch member.content {
            case .value(let placeholder): add(placeholder, layout)
            case .fields(let fields):
                text.append(UInt8(ascii: "{"))
                for (index, field) in fields.enumerated() {
                    addName(field.name, isFirst: index == 0)
                    add(field.placeholder, layout)
                }
                text.append(UInt8(ascii: "}"))
            }
        }
        text.append(UInt8(ascii: "}"))
    }

    private mutating func addName(_ name: String, isFirst: Bool) {
        if !isFirst { text.append(UInt8(ascii: ",")) }
        text += encoded(Array(name.utf8)) + [UInt8(ascii: ":")]
    }

    private mutating func addRow(
        _ record: Record, _ layout: EventLayout, _ columns: [String], separator: UInt8
    ) {
        let placeholders = Dictionary(
            record.columns.map { ($0.name, $0.placeholder) }, uniquingKeysWith: { first, _ in first })
        for (index, column) in columns.enumerated() {
            if index > 0 { text.append(separator) }
            if let placeholder = placeholders[column] { add(placeholder, layout) }
        }
    }

    private mutating func addPairs(_ record: Record, _ layout: EventLayout) {
        for (index, (name, placeholder)) in record.columns.enumerated() {
            if index > 0 { text.append(0x20) }
            // No quotes can be around a name.
            text += displayed(name).utf8.map { " =\"".utf8.contains($0) ? UInt8(ascii: "_") : $0 }
            text.append(UInt8(ascii: "="))
            add(placeholder, layout)
        }
    }

    /// The line above all records: the names of the columns, for the forms that have them.
    static func header(_ columns: [String], form: RecordForm) -> [UInt8] {
        let separator: String
        switch form {
        case .csv: separator = ","
        case .tsv: separator = "\t"
        case .lines, .json, .logfmt: return []
        }
        var line: [UInt8] = []
        for (index, column) in columns.enumerated() {
            if index > 0 { line += Array(separator.utf8) }
            line += encoded(Array(displayed(column).utf8), form.encoding)
        }
        return line + [0x0a]
    }

    // MARK: Values

    /// A value that is the same in all records of an event.
    func encoded(_ bytes: [UInt8]) -> [UInt8] { Compiler.encoded(bytes, options.form.encoding) }

    private static func encoded(_ bytes: [UInt8], _ encoding: Op.Encoding) -> [UInt8] {
        var line = LineBuffer(capacity: 64)
        var scratch = LineBuffer(capacity: 64)
        unsafe bytes.withUnsafeBytes { bytes in unsafe line.append(bytes) }
        line.encode(encoding, from: 0, scratch: &scratch)
        return unsafe Array(line.bytes)
    }

    /// What stands for a value that is absent. A default that is a whole number is one in JSON too.
    func fallback(_ placeholder: Placeholder) -> [UInt8] {
        let absent = Array(options.form.absent.utf8)
        guard options.form != .lines else {
            return finished(placeholder.fallback ?? absent, placeholder.spec, isEscaped: false)
        }
        guard let text = placeholder.fallback else { return absent }
        if options.form == .json, let number = Int64(String(decoding: text, as: UTF8.self)),
            Array(String(number).utf8) == text
        {
            return text
        }
        return encoded(text)
    }

    /// The step made fit for a record.
    func typed(_ op: Op, _ manner: Manner) -> Op {
        guard options.form != .lines else { return op }
        var op = op
        let isJSON = options.form == .json
        let isNumber = manner.form.isNumber
        if isJSON, isNumber, options.quotesWideIntegers, op.isWide {
            op.flags.insert(.quotesWide)
            if op.code == .decimal || op.code == .time { op.code = .integer }
        }
        switch manner.writer {
        case .integer where isNumber: return op
        case .stack where manner.form == .frames: return op
        case .array where isJSON:
            // A list that is cut is none; each element is a value.
            op.flags.subtract([.isCut, .isFinished])
            if !isNumber { op.encoding = .json }
            return op
        default: break
        }
        op.encoding = options.form.encoding
        if isJSON || options.form == .logfmt, op.wrap == .escaped {
            // What JSON quotes needs no escapes of its own.
            op.wrap = .none
            op.flags.remove(.isEscaped)
        }
        if op.code == .text || op.code == .comm, isJSON || options.form == .logfmt {
            let isShort = op.code == .comm && isJSON && !op.flags.contains(.isFinished)
            op.code = isShort ? .quotedComm : .quotedText
            op.flags.remove(.isFinished)
        } else {
            op.flags.insert(.isFinished)
        }
        return op
    }
}

extension Op {
    /// Whether the integers can be wider than a double can hold.
    fileprivate var isWide: Bool { size == 8 }
}
