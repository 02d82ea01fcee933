import CommandLine
import Template
import Tracepoints

extension SyscallSelection {
    /// Finds the calls that were typed: by name, glob or class, those with `!` left out.
    ///
    /// - Throws: the first one that there is not.
    init(_ patterns: [Argument]) throws(Failure) {
        var names: Set<String>?
        var excluded: Set<String> = []
        for pattern in patterns {
            let isExclusion = pattern.text.hasPrefix("!")
            let found = try Self.names(pattern, isExclusion ? 1 : 0)
            if isExclusion {
                excluded.formUnion(found)
            } else {
                names = (names ?? []).union(found)
            }
        }
        if let names, names.subtracting(excluded).isEmpty, let last = patterns.last {
            throw Failure(UsageError("no system call is left to show", at: last))
        }
        self.init(names: names, excluded: excluded)
    }

    private static func names(_ pattern: Argument, _ start: Int) throws(Failure) -> Set<String> {
        let text = String(pattern.text.dropFirst(start))
        let range = start..<pattern.text.utf8.count
        if text.hasPrefix("%") {
            let name = String(text.dropFirst())
            if let names = names(ofClass: name) { return names }
            let all = classes.map(\.name)
            throw Failure(
                UsageError(
                    "there is no class '\(text)' of system calls", at: pattern, range: range,
                    hint: Similar.names(to: name, among: all).first.map { "did you mean %\($0)?" },
                    notes: ["classes: " + all.map { "%" + $0 }.joined(separator: " ")]))
        }
        let glob = Glob(text)
        if glob.isPattern {
            let names = allNames.filter(glob.matches)
            if !names.isEmpty { return names }
            throw Failure(UsageError("no system call matches '\(text)'", at: pattern, range: range))
        }
        if allNames.contains(text) { return [text] }
        let similar = Similar.names(to: text, among: allNames.sorted())
        let isClass = classes.contains { $0.name == text }
        throw Failure(
            UsageError(
                "there is no system call '\(text)'", at: pattern, range: range,
                hint: isClass
                    ? "did you mean %\(text)?"
                    : similar.isEmpty ? nil : "did you mean \(similar.joined(separator: " or "))?",
                notes: ["a command comes after --: obstrace syscalls -- \(text)"]))
    }

    /// What can be tested of the events already, as filters: of those where calls begin (0), and end (1).
    func conditions(failedOnly: Bool) -> [(text: String, event: Int)] {
        var conditions: [(text: String, event: Int)] = []
        let numbers = numbers.sorted()
        // The kernel takes no filter longer than a page; what is more is left out here.
        if !isAll, numbers.count <= 120 {
            let text = numbers.map { "id == \($0)" }.joined(separator: " || ")
            conditions += [(text, 0), (text, 1)]
        }
        if failedOnly { conditions.append(("ret < 0 && ret >= -4095", 1)) }
        return conditions
    }
}
