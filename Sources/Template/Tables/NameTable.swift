/// Names of numbers that come in runs.
struct NameTable: Sendable {
    /// Names of numbers that follow each other.
    struct Run: Sendable {
        let first: Int
        let names: [StaticString]
    }

    private let runs: [Run]

    init(_ runs: [Run]) { self.runs = runs }

    /// The name of a number, or `nil`.
    func name(of number: Int64) -> StaticString? {
        guard number >= 0, number <= 0xffff else { return nil }
        for index in 0..<runs.count {
            let place = Int(number) - runs[index].first
            if place >= 0, place < runs[index].names.count { return runs[index].names[place] }
        }
        return nil
    }

    /// The number of a name, or `nil`.
    func number(of name: String) -> Int64? {
        for run in runs {
            if let place = run.names.firstIndex(where: { "\($0)" == name }) {
                return Int64(run.first + place)
            }
        }
        return nil
    }

    /// All names, in the order of their numbers.
    var names: [String] { runs.flatMap { $0.names.map { "\($0)" } } }
}
