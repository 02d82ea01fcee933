import Template
import Testing

@Suite struct KeyTableTests {
    /// Enters a key of bytes.
    private func enter(_ key: [UInt8], _ table: inout KeyTable) -> Int {
        unsafe key.withUnsafeBytes { unsafe table.index(of: $0) }
    }

    @Test("each key has one index, however many there are")
    func indices() {
        var generator = SystemRandomNumberGenerator()
        var table = KeyTable()
        var expected: [[UInt8]: Int] = [:]
        for _ in 0..<50_000 {
            let length = Int.random(in: 0...20, using: &generator)
            // Few values, so that keys come again and differ in their length alone.
            let key = (0..<length).map { _ in UInt8.random(in: 0...1, using: &generator) }
            let index = enter(key, &table)
            #expect(index == expected[key] ?? expected.count)
            expected[key] = index
        }
        #expect(table.count == expected.count)
        for (key, index) in expected { unsafe #expect(Array(table.key(index)) == key) }
    }

    @Test("a full table keeps its keys and refuses further ones")
    func limit() {
        var table = KeyTable(limit: 100)
        for key in UInt8(0)..<200 { #expect(enter([key], &table) == (key < 100 ? Int(key) : -1)) }
        for key in UInt8(0)..<200 { #expect(enter([key], &table) == (key < 100 ? Int(key) : -1)) }
        #expect(table.count == 100)
    }

    @Test("keys of any length do not outgrow the memory that they may have")
    func longKeys() {
        var table = KeyTable()
        let key = [UInt8](repeating: 7, count: 1 << 20)
        var entered = 0
        for index in 0..<80 where enter(key + [UInt8(index)], &table) >= 0 { entered += 1 }
        #expect(entered == 63)
    }
}

@Suite struct SummaryTextTests {
    @Test("a histogram has a bar for each group, and one line for those without values")
    func text() {
        var histogram = Histogram()
        for _ in 0..<8 { histogram.add(1000) }
        for _ in 0..<4 { histogram.add(9_000_000) }
        var line = LineBuffer()
        line.append(histogram, in: .time(1), width: 60)
        #expect(
            line.text == """
                  [   512ns,   1.02us) 8 |█████████████████████████████████
                  [  1.02us,   2.04us) 0 |
                  ...
                  [  8.38ms,  16.77ms) 4 |████████████████▌
                  count 12  min 1us  p50 1us  p90 9ms  p99 9ms  max 9ms  mean 3.00ms  total 36.00ms

                """)
    }

    @Test("a histogram in JSON has its figures and the groups with values")
    func json() {
        var histogram = Histogram(.linear(10))
        for value: Int64 in [-5, 3, 25, 25] { histogram.add(signed: value) }
        #expect(
            histogram.jsonMembers == """
                "count":4,"min":-5,"p50":3,"p90":25,"p99":25,"max":25,"mean":12,"total":48,"buckets":[\
                {"from":-10,"to":0,"count":1},{"from":0,"to":10,"count":1},{"from":20,"to":30,"count":2}]
                """)
    }

    @Test(
        "a mean has decimals where it is no whole number",
        arguments: [
            ([0, 1], "0.5"), ([1, 1, 0], "0.667"), ([-3, -4], "-3.5"), ([-1, 1], "0"),
            ([1999, 2001], "2000"),
            ([0, 0, 0, 0, 0, 0, 0, 0, 0, 1], "0.1"),
        ] as [([Int64], String)])
    func mean(values: [Int64], mean: String) {
        var histogram = Histogram(.linear(10))
        for value in values { histogram.add(signed: value) }
        #expect(histogram.jsonMembers.contains("\"mean\":\(mean),"), "\(histogram.jsonMembers)")
    }
}
