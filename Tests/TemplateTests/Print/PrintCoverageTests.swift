import Foundation
import Testing

@testable import Template
@testable import Tracepoints

/// The paths of the format files under a folder.
func formatFiles(under folder: String) -> [String] {
    guard let files = FileManager.default.enumerator(atPath: folder) else { return [] }
    return files.compactMap { $0 as? String }.filter { $0.hasSuffix("/format") }.sorted()
        .map { folder + "/" + $0 }
}

/// The format files under a folder, each with its layout; what cannot be parsed at all is left out.
func layouts(under folder: String) -> [EventLayout] {
    formatFiles(under: folder).compactMap { file in
        guard let bytes = try? System.contents(of: file) else { return nil }
        let parts = file.split(separator: "/")
        guard parts.count >= 3 else { return nil }
        return try? FormatParser.parse(bytes, subsystem: String(parts[parts.count - 3]))
    }
}

/// What could not be compiled, by event, with the reason.
func failures(of layouts: [EventLayout], symbols: KernelSymbols) -> [String: String] {
    var failures: [String: String] = [:]
    for layout in layouts {
        do throws(PrintFormat.Failure) {
            _ = try PrintFormat(of: layout, symbols: symbols)
        } catch {
            failures[layout.fullName] = error.message
        }
    }
    return failures
}

@Suite("Print formats of whole kernels")
struct PrintCoverageTests {
    @Test(
        "Nearly all print formats of this kernel compile, the others say why",
        .enabled(if: geteuid() == 0 || environment["CI"] != nil, "tracefs needs root"))
    func running() {
        let layouts = layouts(under: "/sys/kernel/tracing/events")
        #expect(layouts.count > 1000)
        let failures = failures(of: layouts, symbols: KernelSymbols())
        #expect(Double(failures.count) < Double(layouts.count) * 0.02, "\(failures)")
    }
}

private let environment = ProcessInfo.processInfo.environment
