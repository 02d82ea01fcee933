import Template
import Testing

@Suite struct HistogramTests {
    @Test("percentiles are within 1.6 % of those of the sorted values")
    func percentiles() {
        var generator = SystemRandomNumberGenerator()
        var values: [UInt64] = []
        var histogram = Histogram()
        for _ in 0..<20_000 {
            let value = UInt64.random(in: 0...UInt64.max, using: &generator) >> UInt64.random(in: 0...63)
            values.append(value)
            histogram.add(value)
        }
        values.sort()
        for part in [0.01, 0.5, 0.9, 0.99, 0.999] {
            let exact = Double(values[Int((part * 20_000).rounded(.up)) - 1])
            #expect(abs(Double(histogram.percentile(part)) - exact) <= exact * 0.016, "\(part)")
        }
        #expect(histogram.percentile(1) == Int128(values[19_999]))
        #expect(histogram.least == Int128(values[0]))
        #expect(histogram.sum == values.reduce(Int128(0)) { $0 + Int128($1) })
    }

    @Test(
        "each value is in the group that holds it",
        arguments: [Buckets.powersOfTwo, .powersOfTen, .linear(1), .linear(7), .linear(1000)])
    func groups(_ grouping: Buckets) {
        for value: Int64 in [
            0, 1, -1, 2, -2, 6, 7, 8, -7, -8, 9, 10, 99, 100, -10, 1023, 1024, .max, .min, 999_999, 1_000_000,
        ] {
            var histogram = Histogram(grouping)
            histogram.add(signed: value)
            let groups = histogram.groups
            #expect(groups.count == 1, "\(value)")
            guard let group = groups.first else { continue }
            #expect(group.count == 1)
            #expect(group.from.map { $0 <= Int128(value) } ?? true, "\(value) \(group)")
            #expect(group.to.map { $0 > Int128(value) } ?? true, "\(value) \(group)")
            #expect(histogram.percentile(0.5) == Int128(value))
        }
    }

    @Test("groups adjoin and lose nothing")
    func adjoining() {
        for grouping in [Buckets.powersOfTwo, .powersOfTen, .linear(7)] {
            var histogram = Histogram(grouping)
            for value in Int64(-300)...300 { histogram.add(signed: value) }
            let groups = histogram.groups
            #expect(groups.reduce(0) { $0 + $1.count } == 601)
            for (group, next) in zip(groups, groups.dropFirst()) { #expect(group.to == next.from) }
            #expect(histogram.mean == 0)
            #expect(abs(histogram.percentile(0.25) + 150) <= 3)
        }
    }
}
