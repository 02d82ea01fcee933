import Tracepoints

extension PrintFormat {
    /// How one field is shown by the print format: by name, as flags, as hex and so on.
    struct Presentation {
        /// The names that the field's values can take, in the kernel's order.
        let symbols: [(value: UInt64, name: String)]
        /// Whether the names are of bits that can stand together.
        let isFlags: Bool
        /// Whether the field is shown so unless another type is asked for. It is not where the print format
        /// shows the field as a number as well, and by name only a part of it or some of its values.
        let isDefault: Bool

        fileprivate let program: PrintProgram
        fileprivate let piece: Int32
        /// Where the event's record begins, which is 0 unless records are joined.
        fileprivate var origin = 0

        /// Appends what the kernel would show of the field in `record`, and 0 where that is no flag at all;
        /// `false` (and nothing appended) where the record is too short.
        func render(_ record: Bytes, into line: inout LineBuffer) -> Bool {
            let start = line.count
            guard let own = record.slice(origin, record.count &- origin),
                program.render(piece, own, into: &line)
            else { return false }
            if line.count == start, !symbols.isEmpty { line.append(UInt8(ascii: "0")) }
            return true
        }
    }

    /// What the print format says of fields, by their offsets.
    struct Views {
        /// How fields are shown that are shown by more than a number or text.
        var presentations: [Int: Presentation] = [:]
        /// The fields that are numbers of nanoseconds.
        var nanoseconds: Set<Int> = []
    }

    /// Finds out what the print format of an event says of its fields.
    ///
    /// What counts is the first argument that is about that field alone; others may be tested in it.
    static func views(of layout: EventLayout, symbols: KernelSymbols) -> Views {
        var compiler = PrintCompiler(layout, symbols)
        guard let (conversions, arguments) = try? compiler.compile() else { return Views() }
        let uses = Dictionary(
            grouping: uses(conversions, arguments, compiler.builder), by: { Int($0.subject) })
        var views = Views()
        var pieces: [PrintPiece] = []
        var shown: [(field: Field, view: PrintBuilder.View, isDefault: Bool)] = []
        for field in layout.fields + layout.commonFields {
            guard let uses = uses[field.offset] else { continue }
            let isNumberToo = uses.contains { $0.conversion.isInteger }
            if uses.contains(where: { $0.conversion.isInteger && $0.isNanoseconds }) {
                views.nanoseconds.insert(field.offset)
            }
            var best: (view: PrintBuilder.View, piece: PrintPiece, isDefault: Bool)?
            for use in uses where best?.isDefault != true {
                guard let view = compiler.builder.view(use.term, use.conversion, of: field) else { continue }
                let isDefault = view.isWhole || !isNumberToo
                guard isDefault || best == nil && !view.symbols.isEmpty,
                    let piece = try? compiler.builder.piece(use.conversion, use.terms)
                else { continue }
                best = (view, piece, isDefault)
            }
            guard let best else { continue }
            pieces.append(best.piece)
            shown.append((field, best.view, best.isDefault))
        }
        let program = compiler.builder.program(pieces, symbols)
        for (index, shown) in shown.enumerated() {
            views.presentations[shown.field.offset] = Presentation(
                symbols: shown.view.symbols, isFlags: shown.view.isFlags, isDefault: shown.isDefault,
                program: program, piece: Int32(index))
        }
        return views
    }

    /// An argument that is about one field alone.
    private struct Use {
        /// Where the field lies.
        var subject: Int32
        var conversion: PrintConversion
        /// Width and precision as well.
        let terms: [PrintTerm]
        let term: PrintTerm
        /// Whether the text after it names that unit.
        let isNanoseconds: Bool
    }

    private static func uses(
        _ conversions: [PrintConversion], _ arguments: [PrintCompiler.Argument],
        _ builder: borrowing PrintBuilder
    ) -> [Use] {
        var uses: [Use] = []
        var next = 0
        for (index, var conversion) in conversions.enumerated() {
            let end = next + conversion.argumentCount
            guard conversion.letter != 0, end <= arguments.count else { return uses }
            let terms = arguments[next..<end].compactMap { try? $0.get() }
            let isWhole = terms.count == end - next
            next = end
            guard isWhole, let term = terms.last else { continue }
            let subjects = builder.subjects(of: term.node)
            guard subjects.count == 1, let subject = subjects.first else { continue }
            conversion.literal = []
            // Columns are the template's affair; of bytes and bits the width is their number.
            if conversion.letter == UInt8(ascii: "s") || conversion.width != .argument {
                let isCounted = [UInt8(ascii: "h"), UInt8(ascii: "b")].contains(conversion.suffix.first)
                if !isCounted, conversion.width != .argument { conversion.width = .none }
            }
            let text = index + 1 < conversions.count ? conversions[index + 1].literal : []
            uses.append(
                Use(
                    subject: subject, conversion: conversion, terms: terms, term: term,
                    isNanoseconds: text.starts(with: " [ns]".utf8)))
        }
        return uses
    }
}

/// How the print formats of events show their fields; each format is compiled once.
final class Presentations {
    let symbols: KernelSymbols
    private var known: [UInt16: (layout: EventLayout, views: PrintFormat.Views)] = [:]

    init(_ symbols: KernelSymbols) { self.symbols = symbols }

    private func views(of layout: EventLayout) -> PrintFormat.Views {
        if let known = known[layout.id], known.layout == layout { return known.views }
        let views = PrintFormat.views(of: layout, symbols: symbols)
        known[layout.id] = (layout, views)
        return views
    }

    /// How the event's print format shows the field; `nil` where as a number or text only.
    func presentation(of field: Field, in layout: EventLayout) -> PrintFormat.Presentation? {
        let source = layout.source(of: field)
        var presentation = views(of: source.layout).presentations[source.field.offset]
        presentation?.origin = source.origin
        return presentation
    }

    /// Whether the event's print format calls the field a number of nanoseconds.
    func isNanoseconds(_ field: Field, in layout: EventLayout) -> Bool {
        let source = layout.source(of: field)
        return views(of: source.layout).nanoseconds.contains(source.field.offset)
    }
}

extension PrintConversion {
    fileprivate var isInteger: Bool {
        ["d", "i", "u", "o", "x", "X"].contains { letter == UInt8(ascii: $0) }
    }
}

extension PrintBuilder {
    /// How an argument shows a field.
    fileprivate struct View {
        var symbols: [(value: UInt64, name: String)] = []
        var isFlags = false
        /// Whether it shows all of the field, for each of its values.
        var isWhole = true
    }

    /// How an argument shows the only field that it is about; `nil` where as a number or text only.
    fileprivate func view(_ term: PrintTerm, _ conversion: PrintConversion, of field: Field) -> View? {
        switch conversion.letter {
        case UInt8(ascii: "p"):
            guard let first = conversion.suffix.first, first != UInt8(ascii: "x"), first != UInt8(ascii: "K")
            else {
                return nil
            }
            return View()
        case UInt8(ascii: "s"):
            if field.kind == .pointer, case .address = term.meaning { return View() }
            guard term.meaning == .text else { return nil }
            return view(ofText: term.node, field)
        default: return nil
        }
    }

    /// How deeply choices may be nested in one that is still looked into.
    private static let deepestView = 8

    private func view(ofText index: Int32, _ field: Field, depth: Int = 0) -> View? {
        let node = nodes[Int(index)]
        switch node.operation {
        case .flags, .symbolic:
            if node.operation == .flags, let symbols = numbered(node, field) { return View(symbols: symbols) }
            return View(
                symbols: names(of: node.b, shownOf: node.a), isFlags: node.operation == .flags,
                isWhole: isField(node.a, field))
        case .hex, .array: return View()
        case .choice:
            guard depth < PrintBuilder.deepestView else { return nil }
            if let yes = literalText(node.b), let no = literalText(node.c) {
                return choice(
                    node, field, String(decoding: yes, as: UTF8.self), String(decoding: no, as: UTF8.self))
            }
            return view(ofChoice: node, field, depth: depth + 1)
        default: return nil
        }
    }

    /// A choice of which one side at least names the values.
    private func view(ofChoice node: PrintNode, _ field: Field, depth: Int) -> View? {
        let sides = [node.b, node.c].filter { !values(of: $0).isEmpty }
        let views = sides.compactMap { view(ofText: $0, field, depth: depth) }
        guard var view = views.first, views.count == sides.count else { return nil }
        if views.count == 2 {
            for symbol in views[1].symbols where !view.symbols.contains(where: { $0 == symbol }) {
                view.symbols.append(symbol)
            }
            view.isFlags = view.isFlags && views[1].isFlags
            view.isWhole = view.isWhole && views[1].isWhole
            return view
        }
        // The other side stands for what has no name.
        let isNamed = sides[0] == node.b
        let other = literalText(isNamed ? node.c : node.b)
        let isTruth = isTruth(node.a) && values(of: node.a) == [Int32(field.offset)]
        if isNamed, let other, isTruth, !view.symbols.isEmpty {
            view.symbols.append((0, String(decoding: other, as: UTF8.self)))
        }
        view.isWhole = view.isWhole && other != nil && isTruth && isField(node.a, field)
        return view
    }

    /// A choice of two words by the field's truth. One that leaves out a word, or tests a part of the field
    /// only, does not say what the field is.
    private func choice(_ node: PrintNode, _ field: Field, _ yes: String, _ no: String) -> View? {
        guard !yes.isEmpty, !no.isEmpty else { return nil }
        if isField(node.a, field) { return View(symbols: [(1, yes), (0, no)], isWhole: false) }
        let test = nodes[Int(node.a)]
        if test.operation == .not, isField(test.a, field) {
            return View(symbols: [(1, no), (0, yes)], isWhole: false)
        }
        if test.operation == .equal, isField(test.a, field), let value = constantValue(test.b) {
            return View(symbols: [(UInt64(bitPattern: value), yes)], isWhole: false)
        }
        return nil
    }

    /// The names of a list that is searched for what a node makes of a field, each with the field's value;
    /// none where that cannot be told.
    private func names(of list: Int32, shownOf index: Int32) -> [(value: UInt64, name: String)] {
        guard let shift = shift(index) else { return [] }
        return names(of: list).map { ($0.value << shift, $0.name) }
    }

    /// The names where the field is the number of the only bit that is set, as in `1 << REC->type`.
    private func numbered(_ node: PrintNode, _ field: Field) -> [(value: UInt64, name: String)]? {
        let bit = nodes[Int(node.a)]
        guard bit.operation == .shiftLeft, constantValue(bit.a) == 1, isField(bit.b, field) else {
            return nil
        }
        return names(of: node.b).map { (UInt64($0.value.trailingZeroBitCount), $0.name) }
    }

    /// How far to the right a node shifts the field that it takes a part of; `nil` where it does more.
    private func shift(_ index: Int32) -> UInt64? {
        let node = nodes[Int(index)]
        switch node.operation {
        case .load, .element: return 0
        case .convert: return shift(node.a)
        case .and: return shift(constantValue(node.a) == nil ? node.a : node.b)
        case .choice: return shift(constantValue(node.b) == nil ? node.b : node.c)
        case .shiftRight:
            guard let count = constantValue(node.b), let shift = shift(node.a) else { return nil }
            return shift &+ UInt64(bitPattern: count)
        default: return nil
        }
    }

    /// Whether a condition tests that its number is not zero.
    private func isTruth(_ index: Int32) -> Bool {
        ![.less, .lessOrEqual, .equal, .notEqual, .both, .either, .not].contains(nodes[Int(index)].operation)
    }

    /// Whether a number is the field as it is, but for its type.
    private func isField(_ index: Int32, _ field: Field) -> Bool {
        let node = nodes[Int(index)]
        return node.operation == .load && Int(node.a) == field.offset && Int(node.scalar.size) == field.size
            || node.operation == .convert && isField(node.a, field)
    }
}
