/// The functions of the kernel that can be probed.
public enum KernelFunctions {
    private static let directories = ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"]

    /// The names, sorted; empty where we may not see them.
    public static func names() -> [String] {
        for directory in directories {
            guard let list = try? System.contents(of: directory + "/available_filter_functions") else {
                continue
            }
            return names(in: list, place: 0)
        }
        // Without the list, the functions among all symbols: `ADDRESS t NAME`.
        guard let symbols = try? System.contents(of: "/proc/kallsyms") else { return [] }
        let functions = symbols.split(separator: 0x0a).filter {
            let kind = $0.firstIndex(of: 0x20).map { $0 + 1 } ?? $0.startIndex
            return kind < $0.endIndex && ($0[kind] | 0x20) == UInt8(ascii: "t")
        }
        return names(in: functions.joined(separator: [0x0a]), place: 2)
    }

    /// The words at a place of each line; a module's name may stand behind.
    private static func names(in text: some Sequence<UInt8>, place: Int) -> [String] {
        let names = Array(text).split(separator: 0x0a).compactMap { line -> String? in
            let words = line.split(maxSplits: place + 1) { $0 == 0x20 || $0 == 0x09 }
            return words.count > place ? String(decoding: words[place], as: UTF8.self) : nil
        }
        // The compiler's padding before functions is no function.
        return Set(names).filter { !$0.hasPrefix("__pfx_") }.sorted()
    }

    /// What the kernel was built without, where it has no kprobes.
    public static var missingOption: String? {
        let isThere = directories.contains { System.mayAccess($0 + "/kprobe_events", 0) }
        return isThere ? nil : "this kernel has no kprobes: it was built without CONFIG_KPROBE_EVENTS"
    }

    static func check(_ description: ProbeDescription) throws(ProbeError) {
        guard let missingOption else { return }
        throw ProbeError(
            missingOption, 0..<description.kind.rawValue.utf8.count,
            notes: ["tracepoints and system calls are there: obstrace list"])
    }
}
