import Foundation
import Testing

/// What a program wrote and how it ended.
struct Output {
    let out: String
    let err: String
    let status: Int32
}

/// Runs a program from PATH with a text on its stdin and waits for it.
func run(_ words: [String], input: String = "", environment: [String: String] = [:]) throws -> Output {
    let folder = URL.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let paths = ["in", "out", "err"].map { folder.appending(path: $0) }
    try Data(input.utf8).write(to: paths[0])
    for path in paths[1...] { try Data().write(to: path) }
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = words
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = try FileHandle(forReadingFrom: paths[0])
    process.standardOutput = try FileHandle(forWritingTo: paths[1])
    process.standardError = try FileHandle(forWritingTo: paths[2])
    try process.run()
    process.waitUntilExit()
    let texts = try paths[1...].map { String(decoding: try Data(contentsOf: $0), as: UTF8.self) }
    return Output(out: texts[0], err: texts[1], status: process.terminationStatus)
}

/// The package's folder.
let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
