/// A set of CPU numbers, kept as ranges.
public struct CPUList: Sendable, Equatable {
    /// The greatest CPU number that can be typed.
    static let greatest = 65_535

    /// Ascending, without overlaps, and with a gap between each two.
    public let ranges: [ClosedRange<Int>]

    init(_ unsorted: [ClosedRange<Int>]) {
        var merged: [ClosedRange<Int>] = []
        for range in unsorted.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = merged.last, range.lowerBound <= last.upperBound + 1 {
                merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        ranges = merged
    }

    /// All of its CPUs, ascending.
    public var cpus: [Int32] { ranges.flatMap { $0.map(Int32.init) } }

    /// Tells whether the list holds a CPU.
    public func contains(_ cpu: Int) -> Bool { ranges.contains { $0.contains(cpu) } }
}
