internal import CLinux
internal import CTracefs
internal import Glibc

/// The tracepoints that the running kernel offers, read from tracefs.
///
/// Nothing is read before it is asked for: the list of names is one file, and a format is read when its
/// event is named. Not thread-safe.
public final class Catalog {
    /// The folder that tracefs is mounted on.
    public let directory: String
    private var cachedNames: [String]?

    /// Finds tracefs, and mounts it on `/sys/kernel/tracing` if it is not mounted and we may.
    ///
    /// - Throws: `TraceError.tracefsNotMounted`, or `notPermitted` where it is there and closed to us.
    public init() throws(TraceError) {
        directory = try Catalog.locate()
        guard Permissions.mayRead(tracefs: directory) else {
            throw TraceError.notPermitted(missing: Permissions.missing(tracefs: directory))
        }
    }

    private static func locate() throws(TraceError) -> String {
        // The library's own search mounts too, but prints to stderr when it may not.
        for path in ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"] {
            // A mounted tracefs that is closed to us hides what is in it; its own folder still tells.
            if System.mayAccess(path + "/events", F_OK) || isMountPoint(path) { return path }
        }
        if let mounted = mountedElsewhere() { return mounted }
        guard System.effectiveUser == 0, unsafe mount("nodev", "/sys/kernel/tracing", "tracefs", 0, nil) == 0
        else { throw TraceError.tracefsNotMounted }
        return "/sys/kernel/tracing"
    }

    private static func isMountPoint(_ path: String) -> Bool {
        guard let parent = try? System.status(of: path + "/.."), let own = try? System.status(of: path) else {
            return false
        }
        return parent.st_dev != own.st_dev
    }

    /// Where tracefs stands when it is in no usual place (`tracefs_tracing_dir_is_mounted`).
    private static func mountedElsewhere() -> String? {
        var path: UnsafePointer<CChar>?
        guard unsafe tracefs_tracing_dir_is_mounted(false, &path) > 0, let path = unsafe path else {
            return nil
        }
        return unsafe String(cString: path)
    }

    /// The names of all tracepoints, `subsystem:name`, sorted.
    ///
    /// - Throws: `TraceError.system` where tracefs does not let us read them.
    public func names() throws(TraceError) -> [String] {
        if let cachedNames { return cachedNames }
        let text = try read("available_events")
        var names = text.split(separator: 0x0a).map { String(decoding: $0, as: UTF8.self) }
        names.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        cachedNames = names
        return names
    }

    /// The layout of a tracepoint's record.
    ///
    /// - Parameter name: `subsystem:name`.
    /// - Throws: `TraceError.noSuchEvent` with names that are similar, or `badFormat`.
    public func layout(of name: String) throws(TraceError) -> EventLayout {
        let parts = name.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty,
            !name.utf8.contains(UInt8(ascii: "/")), parts[0] != "..", parts[1] != ".."
        else { throw try unknown(name) }
        var size: Int32 = 0
        // A file of tracefs tells no size: the library reads it to its end and adds a zero byte.
        let text = unsafe tracefs_event_file_read(nil, String(parts[0]), String(parts[1]), "format", &size)
        guard let text = unsafe text else {
            throw [ENOENT, ENOTDIR, ENAMETOOLONG, 0].contains(errno)
                ? try unknown(name)
                : TraceError.badFormat(event: name, reason: System.describe(errno))
        }
        defer { unsafe free(text) }
        let bytes = unsafe [UInt8](UnsafeRawBufferPointer(start: text, count: Int(size)))
        do throws(TraceError) {
            return try FormatParser.parse(bytes, subsystem: String(parts[0]))
        } catch {
            guard case .badFormat(_, let reason) = error else { throw error }
            throw TraceError.badFormat(event: name, reason: reason)
        }
    }

    private func unknown(_ name: String) throws(TraceError) -> TraceError {
        TraceError.noSuchEvent(name, similar: similar(to: name, among: try names()))
    }

    /// Names close to one that does not exist: by the whole name, then by either part.
    private func similar(to name: String, among names: [String]) -> [String] {
        let whole = Similar.names(to: name, among: names)
        if !whole.isEmpty { return whole }
        let parts = name.split(separator: ":", maxSplits: 1).map(String.init)
        guard let last = parts.last, !last.isEmpty else { return [] }
        // The right name under the wrong subsystem, or the name alone.
        let sameName = names.filter { $0.hasSuffix(":" + last) }
        if !sameName.isEmpty { return Array(sameName.prefix(3)) }
        if parts.count == 2 {
            let subsystems = Set(names.map { String($0.prefix { $0 != ":" }) })
            if let subsystem = Similar.names(to: parts[0], among: subsystems.sorted()).first,
                names.contains("\(subsystem):\(parts[1])")
            {
                return ["\(subsystem):\(parts[1])"]
            }
        }
        return last.utf8.count < 3 ? [] : Array(names.filter { $0.contains(last) }.prefix(3))
    }

    /// The content of a file of tracefs.
    func read(_ file: String) throws(TraceError) -> [UInt8] {
        do throws(SystemError) {
            return try System.contents(of: directory + "/" + file)
        } catch {
            throw TraceError(error)
        }
    }

    /// Why the kernel refuses a filter, in its own words, and where in the filter.
    ///
    /// The filter ioctl says no more than `EINVAL`, so the filter is given to a private tracefs instance,
    /// whose `error_log` then has the reason.
    func explainFilter(_ filter: String, of event: String) -> (reason: String, position: Int?)? {
        let name = "obstrace-filter-\(System.processID)"
        guard let instance = unsafe tracefs_instance_create(name) else { return nil }
        defer {
            unsafe tracefs_instance_destroy(instance)
            unsafe tracefs_instance_free(instance)
        }
        let parts = event.split(separator: ":", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return nil }
        let written = unsafe tracefs_event_file_write(instance, parts[0], parts[1], "filter", filter)
        guard written < 0, let log = unsafe tracefs_error_last(instance) else { return nil }
        defer { unsafe free(log) }
        guard let (reason, position) = Catalog.parseErrorLog(unsafe String(cString: log)) else { return nil }
        // The kernel points behind a name that it does not know.
        guard reason == "Field not found", let position else { return (reason, position) }
        return (reason, Catalog.startOfName(endingBefore: position, in: Array(filter.utf8)))
    }

    /// Where the name starts that ends before a position, blanks between them left out.
    static func startOfName(endingBefore position: Int, in text: [UInt8]) -> Int {
        var start = min(position, text.count)
        while start > 0, text[start - 1] == UInt8(ascii: " ") { start -= 1 }
        while start > 0, isNamePart(text[start - 1]) { start -= 1 }
        return start
    }

    /// Whether a byte can be part of a name in C.
    static func isNamePart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// Takes reason and position out of an `error_log` entry: `[time] where: error: reason`, the
    /// `Command: ` line and a line with a caret below it.
    static func parseErrorLog(_ log: String) -> (reason: String, position: Int?)? {
        let lines = log.split(separator: "\n", omittingEmptySubsequences: false)
        guard let headIndex = lines.lastIndex(where: { $0.contains("error: ") }) else { return nil }
        let head = lines[headIndex]
        guard let mark = head.ranges(of: "error: ").last else { return nil }
        let reason = String(head[mark.upperBound...])
        guard let caretLine = lines[headIndex...].first(where: { $0.drop { $0 == " " } == "^" }),
            let command = lines[headIndex...].first(where: { $0.contains("Command: ") }),
            let start = command.firstRange(of: "Command: ")
        else { return (reason, nil) }
        let position = caretLine.utf8.count - 1 - command[..<start.upperBound].utf8.count
        return (reason, position >= 0 ? position : nil)
    }
}
