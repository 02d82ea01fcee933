import Foundation
import Testing

@testable import Template

@Suite("What the man page and the README say of the language")
struct ReferenceTests {
    private func words(of path: String) throws -> Set<Substring> {
        var root = URL(filePath: #filePath)
        for _ in 0..<3 { root.deleteLastPathComponent() }
        let text = try String(contentsOf: root.appending(path: path), encoding: .utf8)
        return Set(text.split { !$0.isLetter && !$0.isNumber && $0 != "/" && $0 != "_" })
    }

    @Test("Every type and every context value", arguments: ["man/obstrace.1", "README.md"])
    func isComplete(_ path: String) throws {
        let words = try words(of: path)
        for name in TypeName.allCases.map(\.rawValue) + ContextValue.allCases.map(\.rawValue) {
            #expect(words.contains(Substring(name)), "\(name)")
        }
    }
}
