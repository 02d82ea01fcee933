import Template
import Tracepoints

/// The text of events whose print format cannot be compiled, by libtraceevent where that can.
final class FallbackPrinter {
    private let layouts: [EventLayout]
    private let catalog: Catalog?
    private var printers: [Int: LibraryPrinter?] = [:]

    init(layouts: [EventLayout], catalog: Catalog?) {
        self.layouts = layouts
        self.catalog = catalog
    }

    /// Appends an event's text; `false` where there is none to be had.
    func print(_ event: Int, _ record: Bytes, into line: inout LineBuffer) -> Bool {
        guard let printer = printer(for: event) else { return false }
        let start = line.count
        printer.print(record) { line.append($0) }
        return line.count > start
    }

    /// Whether the library prints the event.
    func canPrint(_ event: Int) -> Bool { printer(for: event) != nil }

    private func printer(for event: Int) -> LibraryPrinter? {
        if let known = printers[event] { return known }
        // Formats of a recording are not for the library, which follows null pointers on some.
        let printer = catalog.flatMap { try? LibraryPrinter(for: layouts[event], in: $0) }
        printers[event] = .some(printer)
        return printer
    }
}
