import Testing

@testable import Tracepoints

@Suite("Reading fields")
struct LayoutTests {
    private func field(
        _ kind: Field.Kind, offset: Int, size: Int, signed: Bool = false, relative: Bool = false
    ) -> FieldToken {
        FieldToken(
            Field(
                name: "f", type: "t", offset: offset, size: size, kind: kind, isSigned: signed,
                elementSize: size, elementCount: 1, isRelative: relative))
    }

    private func integer(_ field: FieldToken, _ bytes: [UInt8]) -> Int64? {
        unsafe bytes.withUnsafeBytes { unsafe field.integer(in: Bytes($0)) }
    }

    private func content(_ field: FieldToken, _ bytes: [UInt8]) -> [UInt8]? {
        unsafe bytes.withUnsafeBytes { unsafe field.content(in: Bytes($0))?.array }
    }

    @Test("Integers of every width and sign", arguments: [1, 2, 4, 8])
    func integers(size: Int) {
        let bytes = [0x55] + Array(repeating: UInt8(0xff), count: size)
        #expect(integer(field(.integer, offset: 1, size: size, signed: true), bytes) == -1)
        let unsigned = integer(field(.integer, offset: 1, size: size), bytes)
        #expect(unsigned == (size == 8 ? -1 : Int64(1) << (size * 8) - 1))
        // One byte short.
        #expect(integer(field(.integer, offset: 2, size: size), bytes) == nil)
        #expect(integer(field(.integer, offset: -1, size: size), bytes) == nil)
    }

    @Test("Text ends at its first zero or at its size")
    func text() {
        #expect(content(field(.text, offset: 0, size: 4), Array("ab\0c".utf8)) == Array("ab".utf8))
        #expect(content(field(.text, offset: 0, size: 4), Array("abcd".utf8)) == Array("abcd".utf8))
        #expect(content(field(.text, offset: 1, size: 4), Array("abcd".utf8)) == nil)
    }

    @Test("Dynamic text is found through its location word")
    func dynamicText() {
        // Length 3 at offset 8.
        let bytes: [UInt8] = [0, 0, 0, 0, 8, 0, 3, 0] + Array("hi\0rest".utf8)
        #expect(content(field(.dynamicText, offset: 4, size: 4), bytes) == Array("hi".utf8))
        // The same relative to the end of the word.
        let relative: [UInt8] = [0, 0, 0, 0, 0, 0, 3, 0] + Array("hi\0rest".utf8)
        #expect(
            content(field(.dynamicText, offset: 4, size: 4, relative: true), relative) == Array("hi".utf8))
    }

    @Test("A location word that leads outside gives nothing")
    func hostileLocation() {
        for word in [UInt32(0xffff_ffff), 0x0001_ffff, 0xffff_0000, 0x0004_0009, 0x0000_000d] {
            let bytes = littleEndian(word) + Array("12345678".utf8)
            #expect(content(field(.dynamicText, offset: 0, size: 4), bytes) == nil)
            #expect(content(field(.dynamicArray, offset: 0, size: 4, relative: true), bytes) == nil)
        }
    }

    @Test("CPU lists", arguments: ["0", "0-3", "0-3,5", "1,3,5-7"])
    func cpuLists(list: String) { #expect(CPUSet(list: list)?.description == list) }

    @Test("CPU lists with strides, overlaps and mistakes")
    func cpuListMistakes() {
        #expect(CPUSet(list: "0-6:2")?.cpus == [0, 2, 4, 6])
        #expect(CPUSet(list: "3,1-2,2")?.description == "1-3")
        for wrong in ["", "a", "1-", "-1", "3-1", "1,,2", "0-3:0", "1-2-3", "99999999999"] {
            #expect(CPUSet(list: wrong) == nil)
        }
    }

    @Test("Similar names are found, others are not")
    func similar() {
        let names = ["sched:sched_switch", "sched:sched_wakeup", "timer:hrtimer_start"]
        #expect(Similar.names(to: "sched:sched_swich", among: names).first == "sched:sched_switch")
        #expect(Similar.names(to: "sched:shced_wakeup", among: names).first == "sched:sched_wakeup")
        #expect(Similar.names(to: "x", among: names).isEmpty)
        #expect(Similar.distance(Array("ab".utf8), Array("ba".utf8)) == 1)
        #expect(Similar.distance(Array("kitten".utf8), Array("sitting".utf8)) == 3)
    }
}
