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
        for run in runs {
            let (index, overflow) = number.subtractingReportingOverflow(Int64(run.first))
            if !overflow, index >= 0, index < run.names.count { return run.names[Int(index)] }
        }
        return nil
    }
}
