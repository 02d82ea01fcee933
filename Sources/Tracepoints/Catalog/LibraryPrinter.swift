internal import CTraceEvent
internal import CTracefs
internal import Glibc

/// Prints events by libtraceevent, for print formats that this program cannot compile.
///
/// It is slow, and the library checks no bounds: it is given formats of the running kernel only, and none
/// that it is known to crash on. Not thread-safe.
@safe
package final class LibraryPrinter {
    private let handle: OpaquePointer
    private let event: UnsafeMutablePointer<tep_event>
    private var text = unsafe trace_seq()

    /// Parses an event's whole format; `nil` where the library cannot print it either.
    ///
    /// - Throws: `TraceError.system` where the format cannot be read.
    package init?(for layout: EventLayout, in catalog: Catalog) throws(TraceError) {
        guard LibraryPrinter.isHarmless(layout.printFormat), let handle = unsafe tep_alloc() else {
            return nil
        }
        let format = try catalog.read("events/\(layout.subsystem)/\(layout.name)/format")
        unsafe tep_set_long_size(handle, Int32(MemoryLayout<Int>.size))
        unsafe tep_set_page_size(handle, Int32(System.pageSize))
        tep_set_loglevel(TEP_LOG_NONE)
        // A tab within the format is read as its end.
        let escaped = format.flatMap { $0 == 0x09 ? [0x20] : [$0] }
        let status = unsafe escaped.withUnsafeBytes { bytes in
            unsafe tep_parse_event(
                handle, bytes.baseAddress!.assumingMemoryBound(to: CChar.self), UInt(bytes.count),
                layout.subsystem)
        }
        // The library answers success although the print format failed, which only the highest flag tells.
        guard status.rawValue == 0, let event = unsafe tep_get_first_event(handle),
            unsafe event.pointee.flags >= 0
        else {
            unsafe tep_free(handle)
            return nil
        }
        unsafe self.handle = unsafe handle
        unsafe self.event = unsafe event
        unsafe trace_seq_init(&text)
    }

    deinit {
        unsafe trace_seq_destroy(&text)
        unsafe tep_free(handle)
    }

    /// Hands over the text of a record, valid within `body` (`tep_print_event`).
    package func print(_ record: Bytes, _ body: (Bytes) -> Void) {
        unsafe trace_seq_reset(&text)
        var entry = unsafe tep_record()
        unsafe entry.size = Int32(record.count)
        unsafe entry.data = UnsafeMutableRawPointer(mutating: record.base)
        unsafe ctraceevent_print_info(handle, &text, &entry)
        unsafe body(Bytes(base: UnsafeRawPointer(text.buffer), count: Int(text.len)))
    }

    /// Whether a print format has nothing that the library is known to fail on: `sizeof`, which makes it
    /// read freed memory, a division, which may be by zero, and a variable of the kernel's, which it takes
    /// for zero without a word.
    static func isHarmless(_ printFormat: String) -> Bool {
        !["sizeof", "/", " % ", "vmemmap_base"].contains { printFormat.contains($0) }
    }
}
