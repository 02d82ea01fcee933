/// The kernel's symbols, read from `/proc/kallsyms` when the first address is asked for.
///
/// Not thread-safe; one reader owns it.
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

    /// Makes a table that is still empty; nothing is read yet.
    public init() {}

    /// The symbol that covers `address`, or `nil`.
    public func symbol(at address: UInt64) -> Symbol? { nil }

    /// The text that a kernel `char *` of a print format leads to, from tracefs `printk_formats`.
    public func text(at address: UInt64) -> Bytes? { nil }

    /// What stands in the way of symbols, said in one sentence, once a look-up has met it.
    public var note: String? { nil }
}
