import Foundation
import Testing

extension EndToEnd {
    /// The library as its users meet it.
    @Suite struct Library {
        @Test("The README's example compiles, and prints what is executed")
        func readme() throws {
            let readme = try String(contentsOfFile: packageDirectory + "/README.md", encoding: .utf8)
            let example = try #require(readme.firstMatch(of: /```swift\n((?s).*?)```/)?.1)
            let build = packageDirectory + "/.build/debug"
            try withDirectory { directory in
                let source = directory + "/main.swift"
                try String(example).write(toFile: source, atomically: true, encoding: .utf8)
                let objects = try FileManager.default.contentsOfDirectory(
                    atPath: build + "/Tracepoints.build"
                )
                .filter { $0.hasSuffix(".o") }.map { "\(build)/Tracepoints.build/\($0)" }
                let headers = try run(["pkg-config", "--cflags", "libtraceevent", "libtracefs"]).text
                    .split { $0 == " " || $0 == "\n" }.flatMap { ["-Xcc", String($0)] }
                let modules = ["CDw", "CElf", "CLinux", "CTraceEvent", "CTracefs", "CZstd"].flatMap {
                    ["-I", "\(packageDirectory)/Sources/\($0)"]
                }
                let compiler = try run(
                    ["swiftc", "-swift-version", "6", "-I", build + "/Modules"] + modules + headers
                        + [source] + objects + [
                            "-ltracefs", "-ltraceevent", "-ldw", "-lelf", "-lzstd", "-o",
                            directory + "/example",
                        ])
                #expect(compiler.status == 0, "\(compiler.summary)")

                let child = try Child(["stdbuf", "-oL", directory + "/example"])
                try waitUntil("an exec") {
                    try Workload.spawn.run("/bin/true")
                    return String(decoding: child.output, as: UTF8.self).contains("\t/bin/true\n")
                }
                let line = String(decoding: child.output, as: UTF8.self).split(separator: "\n")[0]
                #expect(try line.wholeMatch(of: Regex(#"exec\t\d+\t/.*"#)) != nil, "\(line)")
            }
        }

        @Test("Every test that the README names is in that file")
        func promises() throws {
            let readme = try String(contentsOfFile: packageDirectory + "/README.md", encoding: .utf8)
            let folder = packageDirectory + "/Tests"
            let files = try FileManager.default.subpathsOfDirectory(atPath: folder)
            let named = readme.matches(of: /`(\w+Tests)`: (.*?)(?=<br>| \|\n)/)
            #expect(named.count > 20)
            for test in named {
                let sources = try files.filter { $0.hasSuffix("/\(test.1).swift") }.map {
                    try String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8)
                }
                let isThere = sources.contains { $0.contains("\"\(test.2)\"") }
                #expect(isThere, "\(test.1): \(test.2)")
            }
        }
    }
}
