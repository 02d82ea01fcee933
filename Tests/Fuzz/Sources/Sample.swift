@testable import Tracepoints

/// Records of any layout: fields that overlap, or lie far out of the record.
func fuzzSample(_ input: inout Input) {
    let format = SampleFormat(SampleWords(&input))
    let layout = EventLayout(
        id: input.integer(), subsystem: "made", name: "up", fields: fields(&input), commonFields: [],
        printFormat: String(input.text()))
    let record = RingRecord(bytes: input.rest, type: input.flag() ? RecordType.sample : RecordType.lost)
    _ = format.time(of: record)
    for record in [format.raw(of: input.rest), input.rest].compactMap(\.self) {
        for field in layout.fields { read(field, in: record) }
    }
    render(layout, input.flag() ? nil : "<f0> <f1:x> <f2:10.3> <f0[1]|f1[0]> <fields>", &input)
}

private func fields(_ input: inout Input) -> [Field] {
    (0..<input.number(0...6)).map { index in
        let isWild = input.number(0...15) == 0
        func number(_ usual: ClosedRange<Int>) -> Int {
            isWild ? Int(input.integer(Int32.self)) : input.number(usual)
        }
        let elementSize = number(1...16)
        let kinds: [Field.Kind] = [
            .integer, .pointer, .text, .dynamicText, .array, .dynamicArray, .dynamicBitmask, .opaque,
        ]
        let flags = input.integer(UInt8.self)
        return Field(
            name: "f\(index)", type: "made", offset: number(0...120), size: number(0...24),
            kind: kinds[Int(flags >> 2) % kinds.count], isSigned: flags & 1 == 1, elementSize: elementSize,
            elementCount: number(0...8), isRelative: flags & 2 == 2)
    }
}
