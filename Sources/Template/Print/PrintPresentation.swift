import Tracepoints

extension PrintFormat {
    /// How one field is shown by the print format: by name, as flags, as hex and so on.
    struct Presentation {
        /// The names that the field's values can take, in the kernel's order.
        let symbols: [(value: UInt64, name: String)]
        /// Whether the names are of bits that can stand together.
        let isFlags: Bool

        fileprivate let program: PrintProgram

        /// Appends what the kernel would show of the field in `record`; `false` (and nothing appended)
        /// where the record is too short.
        func render(_ record: Bytes, into line: inout LineBuffer) -> Bool {
            program.render(record, into: &line)
        }
    }

    /// How the print format shows the field of that name, where it shows it by more than a number or text.
    ///
    /// It is the first argument that is about this field alone. Where the print format shows the field as a
    /// number as well, an argument that names only a part of it or only some of its values does not count.
    static func presentation(of field: Field, in layout: EventLayout, symbols: KernelSymbols) -> Presentation?
    {
        var compiler = PrintCompiler(layout, symbols)
        guard let (conversions, arguments) = try? compiler.compile() else { return nil }
        let uses = uses(of: field, conversions, arguments)
        let isNumberToo = uses.contains { $0.conversion.isInteger }
        for use in uses {
            guard let view = compiler.builder.view(use.term, use.conversion, of: field),
                view.isWhole || !isNumberToo,
                let piece = try? compiler.builder.piece(use.conversion, use.terms)
            else { continue }
            return Presentation(
                symbols: view.symbols, isFlags: view.isFlags,
                program: compiler.builder.program([piece], symbols))
        }
        return nil
    }

    /// An argument that is about one field alone.
    private struct Use {
        var conversion: PrintConversion
        /// Width and precision as well.
        let terms: [PrintTerm]
        let term: PrintTerm
    }

    private static func uses(
        of field: Field, _ conversions: [PrintConversion], _ arguments: [PrintCompiler.Argument]
    ) -> [Use] {
        var uses: [Use] = []
        var next = 0
        for var conversion in conversions {
            let end = next + conversion.argumentCount
            guard conversion.letter != 0, end <= arguments.count else { return uses }
            let taken = arguments[next..<end]
            next = end
            guard let last = taken.last, last.subjects == [field.name] else { continue }
            let terms = taken.compactMap { try? $0.term.get() }
            guard terms.count == taken.count, let term = terms.last else { continue }
            conversion.literal = []
            // Columns are the template's affair; of bytes and bits the width is their number.
            if conversion.letter == UInt8(ascii: "s") || conversion.width != .argument {
                let isCounted = [UInt8(ascii: "h"), UInt8(ascii: "b")].contains(conversion.suffix.first)
                if !isCounted, conversion.width != .argument { conversion.width = .none }
            }
            uses.append(Use(conversion: conversion, terms: terms, term: term))
        }
        return uses
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
            return view(ofText: term.node)
        default: return nil
        }
    }

    private func view(ofText index: Int32) -> View? {
        let node = nodes[Int(index)]
        switch node.operation {
        case .flags, .symbolic:
            return View(
                symbols: names(of: node.b), isFlags: node.operation == .flags, isWhole: isField(node.a))
        case .hex, .array: return View()
        case .choice:
            if let yes = literalText(node.b), let no = literalText(node.c) {
                return choice(node, String(decoding: yes, as: UTF8.self), String(decoding: no, as: UTF8.self))
            }
            // The one side names the values, the other stands for what has no name.
            let isNamed = literalText(node.b) == nil
            guard var view = view(ofText: isNamed ? node.b : node.c) else { return nil }
            let other = literalText(isNamed ? node.c : node.b)
            if isNamed, let other, isTruth(node.a), !view.symbols.isEmpty {
                view.symbols.append((0, String(decoding: other, as: UTF8.self)))
            }
            view.isWhole = view.isWhole && other != nil && isTruth(node.a) && isField(node.a)
            return view
        default: return nil
        }
    }

    /// A choice of two words by the field's truth. One that leaves out a word, or tests a part of the field
    /// only, does not say what the field is.
    private func choice(_ node: PrintNode, _ yes: String, _ no: String) -> View? {
        guard !yes.isEmpty, !no.isEmpty else { return nil }
        if isField(node.a) { return View(symbols: [(1, yes), (0, no)], isWhole: false) }
        let test = nodes[Int(node.a)]
        if test.operation == .not, isField(test.a) {
            return View(symbols: [(1, no), (0, yes)], isWhole: false)
        }
        if test.operation == .equal, isField(test.a), let value = constantValue(test.b) {
            return View(symbols: [(UInt64(bitPattern: value), yes)], isWhole: false)
        }
        return nil
    }

    /// Whether a condition tests that its number is not zero.
    private func isTruth(_ index: Int32) -> Bool {
        ![.less, .lessOrEqual, .equal, .notEqual, .both, .either, .not].contains(nodes[Int(index)].operation)
    }

    /// Whether a number is a field as it is, but for its type.
    private func isField(_ index: Int32) -> Bool {
        let node = nodes[Int(index)]
        return node.operation == .load || node.operation == .convert && isField(node.a)
    }
}
