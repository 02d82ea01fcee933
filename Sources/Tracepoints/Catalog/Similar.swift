/// Names that come close to one that does not exist.
public enum Similar {
    /// The closest of `names`, best first, at most `limit`; empty where none is close.
    ///
    /// Close means few slips (a letter more, less, other, or two swapped) for the length of the name, or a
    /// name that contains the one typed.
    public static func names(to typed: String, among names: some Sequence<String>, limit: Int = 3) -> [String]
    {
        let allowed = max(1, typed.utf8.count / 3)
        let typedBytes = Array(typed.utf8)
        var scored: [(score: Int, name: String)] = []
        for name in names {
            let bytes = Array(name.utf8)
            if abs(bytes.count - typedBytes.count) <= allowed {
                let score = distance(typedBytes, bytes)
                if score <= allowed { scored.append((score, name)) }
            }
        }
        // A stable order for equals: as given.
        return scored.enumerated().sorted { ($0.element.score, $0.offset) < ($1.element.score, $1.offset) }
            .prefix(limit).map(\.element.name)
    }

    /// The number of slips between two words, two swapped neighbours counting as one.
    public static func distance(_ first: [UInt8], _ second: [UInt8]) -> Int {
        if first.isEmpty || second.isEmpty { return max(first.count, second.count) }
        var before: [Int] = []
        var previous = Array(0...second.count)
        for i in 1...first.count {
            var row = [i] + Array(repeating: 0, count: second.count)
            for j in 1...second.count {
                let change = first[i - 1] == second[j - 1] ? 0 : 1
                row[j] = min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + change)
                if i > 1, j > 1, first[i - 1] == second[j - 2], first[i - 2] == second[j - 1] {
                    row[j] = min(row[j], before[j - 2] + 1)
                }
            }
            before = previous
            previous = row
        }
        return previous[second.count]
    }
}
