internal import CLinux
internal import Glibc

/// The kernel's symbols, read from `/proc/kallsyms` when the first address is asked for.
///
/// What else only the running kernel knows of the names in its print formats is found here too: the texts
/// behind its `char *`, the values of its enumerators, its jiffies. Each source is read when it is first
/// needed. Not thread-safe; one reader owns it.
public final class KernelSymbols {
    /// Where an address lies.
    @safe
    public struct Symbol {
        /// The name, valid for as long as the table lives.
        public let name: Bytes
        /// The distance of the address from the symbol's start, in bytes.
        public let offset: UInt64
        /// The distance to the next symbol, in bytes; 0 where there is none.
        public let size: UInt64
        /// The module's name, empty for the kernel proper.
        public let module: Bytes
    }

    private var paths: Paths
    private var table: SymbolTable?
    private var texts: KernelTexts?
    private var enumerators: [String: Int64?] = [:]
    private lazy var clock = KernelClock()

    /// The files that symbols are read from.
    package struct Paths: Sendable {
        package var symbols = "/proc/kallsyms"
        package var texts = [
            "/sys/kernel/tracing/printk_formats", "/sys/kernel/debug/tracing/printk_formats",
        ]
        package var types = "/sys/kernel/btf"

        package init() {}

        /// No files: nothing is known of the kernel.
        package static var none: Paths {
            var paths = Paths()
            paths.symbols = ""
            paths.texts = []
            paths.types = "/dev/null"
            return paths
        }
    }

    /// What `/proc/kallsyms` has; empty where the addresses in it are kept from us, which are zero then.
    package static var text: [UInt8] {
        guard let text = try? System.contents(of: Paths().symbols),
            let last = text.dropLast().split(separator: 0x0a).last, last.first(where: { $0 != 0x30 }) != 0x20
        else { return [] }
        return text
    }

    /// Makes a table that is still empty; nothing is read yet.
    public convenience init() { self.init(Paths()) }

    /// Makes a table that will be read from other files than the running kernel's.
    package init(_ paths: Paths) { self.paths = paths }

    /// Makes a table that has the texts of a recording (`printk_formats`).
    package init(_ paths: Paths, texts: [UInt8]) {
        self.paths = paths
        self.texts = KernelTexts(texts)
    }

    /// Gives up the symbols of addresses: they are those of another kernel, or of another start of it.
    package func forget() {
        paths.symbols = Paths.none.symbols
        table = nil
    }

    /// The symbol that covers `address`, or `nil`.
    public func symbol(at address: UInt64) -> Symbol? { loaded().symbol(at: address) }

    /// The text that a kernel `char *` of a print format leads to, from tracefs `printk_formats`.
    public func text(at address: UInt64) -> Bytes? {
        if texts == nil { texts = KernelTexts(paths.texts) }
        return texts?[address]
    }

    /// What stands in the way of symbols, said in one sentence, once a look-up has met it.
    public var note: String? { table?.note }

    /// The values of the enumerators of those names, as the kernel's type information (BTF) gives them;
    /// names that it does not know are left out.
    public func constants(named names: [String]) -> [String: Int64] {
        let unknown = Set(names.filter { enumerators[$0] == nil })
        if !unknown.isEmpty {
            let found = TypeInformation.enumerators(named: unknown, in: paths.types)
            for name in unknown { enumerators.updateValue(found[name], forKey: name) }
        }
        return names.reduce(into: [:]) { values, name in
            if let value = enumerators[name] ?? nil { values[name] = value }
        }
    }

    /// The kernel's tick counter (`jiffies`), as the event clock tells it.
    public func jiffies() -> UInt64 { clock.jiffies() }

    /// How often the kernel's clock ticks in a second (`HZ`).
    public var ticksPerSecond: UInt64 { clock.ticksPerSecond }

    private func loaded() -> SymbolTable {
        if let table { return table }
        let table = SymbolTable(path: paths.symbols)
        self.table = table
        return table
    }
}

/// The kernel's tick, reckoned from the event clock.
private struct KernelClock {
    let ticksPerSecond: UInt64

    init() {
        // The coarse clock moves by one tick.
        var resolution = timespec()
        let failed = unsafe clock_getres(CLOCK_MONOTONIC_COARSE, &resolution) != 0
        let nanoseconds = UInt64(max(1, resolution.tv_nsec))
        ticksPerSecond = failed ? 250 : max(1, 1_000_000_000 / nanoseconds)
    }

    func jiffies() -> UInt64 {
        // The counter starts five minutes before its 32-bit wrap, so that wraps are met early.
        let start = UInt64(UInt32(truncatingIfNeeded: 0 &- 300 &* ticksPerSecond))
        return start &+ System.monotonicTime() / (1_000_000_000 / ticksPerSecond)
    }
}
