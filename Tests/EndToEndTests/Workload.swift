import Foundation
import Testing

/// The small C programs that the tests trace, compiled once a run.
enum Workload: String, CaseIterable {
    case calls, family, forks, getppid, headless, migrate, mix, probes, reader, refuse, rename, reuse, spawn,
        terminal

    /// The path of the compiled program.
    var path: String {
        get throws { try Self.directory() + "/" + rawValue }
    }

    /// Runs the program to its end, which must be a good one.
    @discardableResult
    func run(_ arguments: String...) throws -> Finished {
        let finished = try EndToEndTests.run([path] + arguments)
        guard finished.status == 0 else { throw Failure("\(rawValue): \(finished.summary)") }
        return finished
    }

    /// The folder of the compiled programs.
    static func directory() throws -> String {
        try compiled.get()
    }

    private static let compiled = Result {
        let directory = temporaryPath()
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        atexit { try? FileManager.default.removeItem(atPath: Workload.directory()) }
        for workload in allCases {
            let source = "\(packageDirectory)/Tests/Workloads/\(workload).c"
            let compiler = try EndToEndTests.run(
                [
                    "cc", "-O2", "-Wall", "-Wextra", "-Werror", "-pthread", "-o", "\(directory)/\(workload)",
                    source,
                ])
            guard compiler.status == 0 else { throw Failure("\(source): \(compiler.errors)") }
        }
        return directory
    }
}
