import Foundation

@testable import Tracepoints

/// The kernel's symbols, texts and types, from a file of any content.
func fuzzSymbols(_ input: inout Input) {
    let choice = input.number(0...2)
    let address = input.integer(UInt64.self)
    file.write(input.rest)
    var paths = KernelSymbols.Paths()
    paths.symbols = file.path
    paths.texts = [file.path]
    paths.types = file.folder
    let symbols = KernelSymbols(paths)
    let addresses = [address, 0, .max] + addresses(in: input.rest.array)
    switch choice {
    case 0:
        for symbol in addresses.compactMap({ symbols.symbol(at: $0) }) {
            symbol.name.touch()
            symbol.module.touch()
            check(symbol.size == 0 || symbol.offset < symbol.size, "an address behind its symbol")
        }
    case 1: for address in addresses { symbols.text(at: address)?.touch() }
    default: _ = symbols.constants(named: ["A", "TCP_ESTABLISHED", String(address)])
    }
}

/// The numbers in hexadecimal that lines begin with.
private func addresses(in text: [UInt8]) -> [UInt64] {
    text.split(separator: 0x0a).compactMap { line in
        UInt64(String(Array(line.drop { "0x".utf8.contains($0) }.prefix { $0 != 0x20 })), radix: 16)
    }
}

/// The file that is read, as the only one in a folder of this process.
let file = ScratchFile()

struct ScratchFile {
    let folder = NSTemporaryDirectory() + "obstrace-fuzz-\(getpid())"
    var path: String { folder + "/vmlinux" }
    private let descriptor: Int32

    init() {
        guard unsafe mkdir(folder, 0o700) == 0 else { fatalError("cannot make \(folder)") }
        descriptor = unsafe open(folder + "/vmlinux", O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        atexit { try? FileManager.default.removeItem(atPath: file.folder) }
    }

    func write(_ content: Bytes) {
        guard ftruncate(descriptor, 0) == 0,
            unsafe pwrite(descriptor, content.base, content.count, 0) == content.count
        else { fatalError("cannot write \(path)") }
    }
}
