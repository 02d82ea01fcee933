import Testing
import Tracepoints

@testable import Template

/// An event with a value of each kind, as a filter's reference sees it.
private struct Model {
    enum Known {
        case number(Int128)
        case text([UInt8])
    }

    var values: [String: Known] = [:]
    var event = MadeEvent("model")
    var moment = Moment()

    init(_ dice: inout Dice) {
        number("u8", dice.pick([UInt8(0), 1, 2, 127, 128, 255, UInt8.random(in: 0...255, using: &dice)]))
        number("i16", dice.pick([Int16(0), -1, 5, .min, .max, Int16.random(in: -9...9, using: &dice)]))
        number("u32", dice.pick([UInt32(0), 6, 0x8000_0000, .max, UInt32.random(in: 0...9, using: &dice)]))
        number("i32", dice.pick([Int32(0), -1, 6, .min, .max, Int32.random(in: -9...9, using: &dice)]))
        number("u64", dice.pick([UInt64(0), 6, 1 << 63, .max, UInt64.random(in: 0...9, using: &dice)]))
        number("i64", dice.pick([Int64(0), -1, 6, .min, .max, Int64.random(in: -9...9, using: &dice)]))
        let fixed = Self.word(&dice)
        event = event.text("fixed", fixed)
        values["fixed"] = .text(Array(fixed.utf8))
        let path = Self.word(&dice)
        event = event.string("path", path)
        values["path"] = .text(Array(path.utf8))
        moment.cpu = Int32.random(in: 0...3, using: &dice)
        values["cpu"] = .number(Int128(moment.cpu))
        moment.pid = dice.pick([-1, 1, 731])
        if moment.pid >= 0 { values["pid"] = .number(Int128(moment.pid)) }
        let comm = Self.word(&dice)
        moment.comm = Comm(comm.utf8)
        // A name without letters is one that is not known.
        values["comm"] = .text(Array(comm.utf8))
    }

    private mutating func number(_ name: String, _ value: some FixedWidthInteger) {
        event = event.integer(name, value)
        values[name] = .number(Int128(value))
    }

    static func word(_ dice: inout Dice) -> String {
        String(
            (0..<Int.random(in: 0...4, using: &dice)).map { _ in dice.pick([Character("a"), "b", "/", "*"]) })
    }

    /// What a filter comes to, word by word.
    func holds(_ expression: Expression) -> Bool {
        switch expression {
        case .constant(let value): return value
        case .not(let part): return !holds(part)
        case .or(let parts): return parts.contains(where: holds)
        case .and(let parts): return parts.allSatisfy(holds)
        case .truth(let subject):
            guard let number = number(subject) else { return false }
            return number != 0
        case .membership(let subject, let items):
            return items.contains { item in
                let word = String(decoding: item.atoms[0].text, as: UTF8.self)
                if case .text(let text)? = values[subject.name.name] { return text == item.atoms[0].text }
                guard let number = number(subject) else { return false }
                let ends = word.components(separatedBy: "..")
                return ends.count == 2
                    ? number >= Int128(ends[0])! && number <= Int128(ends[1])!
                    : number == equal(subject.name.name, Int128(word)!)
            }
        case .comparison(let subject, let comparison, let literal):
            let atom = literal.atoms[0]
            let word = String(decoding: atom.text, as: UTF8.self)
            switch values[subject.name.name] {
            case .text(let text)?:
                if comparison.isGlob {
                    let matches = TextGlobTests.plainMatch(
                        Array(word)[...], Array(String(decoding: text, as: UTF8.self))[...])
                    return matches == (comparison == .like)
                }
                if !atom.isQuoted, case .text(let other)? = values[word] {
                    return (text == other) == (comparison == .equal)
                }
                return (text == atom.text) == (comparison == .equal)
            case .number?:
                guard let left = number(subject) else { return false }
                let right: Int128
                if let value = Int128(word) {
                    right = comparison.isOrder ? value : equal(subject.name.name, value)
                } else {
                    guard case .number(let other)? = values[word] else { return false }
                    right = other
                }
                return switch comparison {
                case .equal: left == right
                case .unequal: left != right
                case .less: left < right
                case .lessOrEqual: left <= right
                case .greater: left > right
                case .greaterOrEqual: left >= right
                case .like, .unlike: false
                }
            case nil: return false
            }
        }
    }

    /// What a number is compared with for equality: as in C, -1 is all bits of an unsigned field.
    private func equal(_ name: String, _ value: Int128) -> Int128 {
        let widths = ["u8": 8, "u32": 32, "u64": 64]
        guard value < 0, let width = widths[name] else { return value }
        return value + Int128(1) << width
    }

    /// A number, or its bits under the mask.
    private func number(_ subject: Subject) -> Int128? {
        guard case .number(let number)? = values[subject.name.name] else { return nil }
        guard let mask = subject.mask else { return number }
        let bits =
            UInt64(truncatingIfNeeded: number) & UInt64(String(decoding: mask.atoms[0].text, as: UTF8.self))!
        return Int128(bits)
    }
}

extension String {
    fileprivate func components(separatedBy separator: String) -> [String] {
        guard let range = firstRange(of: separator) else { return [self] }
        return [String(self[..<range.lowerBound]), String(self[range.upperBound...])]
    }
}

@Suite struct FilterPropertyTests {
    /// A filter that fits the model, but perhaps for the width of its numbers.
    static func filter(_ dice: inout Dice, depth: Int) -> String {
        if depth > 0, !dice.chance(3) {
            let parts = (0..<Int.random(in: 1...3, using: &dice)).map { _ in
                "(\(filter(&dice, depth: depth - 1)))"
            }
            return (dice.chance(3) ? "!" : "") + "(\(parts.joined(separator: dice.pick([" && ", " || "]))))"
        }
        let numbers = ["u8", "i16", "u32", "i32", "u64", "i64", "cpu", "pid"]
        let name = dice.pick(numbers)
        func number() -> String {
            dice.pick([
                "0", "1", "2", "5", "6", "-1", "-5", "127", "128", "255", "32767", "2147483647",
                "-2147483648",
            ])
        }
        switch Int.random(in: 0...7, using: &dice) {
        case 0, 1: return "\(name) \(dice.pick(["==", "!=", "<", "<=", ">", ">="])) \(number())"
        case 2: return "\(name) in (\(number()), 0..\(dice.pick(["3", "6", "100"])))"
        case 3: return "\(name) & \(dice.pick(["1", "2", "4", "6"]))"
        case 4: return "(\(name) & 6) \(dice.pick(["==", "!=", "<", ">="])) \(dice.pick(["0", "2", "6"]))"
        case 5: return "\(name) \(dice.pick(["==", "<", ">="])) \(dice.pick(numbers))"
        case 6:
            let text = dice.pick(["fixed", "path", "comm"])
            return "\(text) \(dice.pick(["~", "!~"])) \"\(Model.word(&dice))\(dice.pick(["", "*", "?"]))\""
        default:
            let text = dice.pick(["fixed", "path", "comm"])
            return "\(text) \(dice.pick(["==", "!="])) "
                + (dice.chance(4) ? dice.pick(["fixed", "path"]) : "\"\(Model.word(&dice))\"")
        }
    }

    @Test func evaluatesLikeTheReference() throws {
        var dice = Dice(seed: 11)
        var outcomes = [0, 0]
        for _ in 0..<3000 {
            let text = Self.filter(&dice, depth: 3)
            let filter = try Filter.parse(text)
            let model = Model(&dice)
            guard
                let plan = try? FilterPlan(
                    [model.event.layout], [.init(filter, .keep)], symbols: KernelSymbols(),
                    kernel: .init(filters: false))
            else { continue }
            for _ in 0..<5 {
                let model = Model(&dice)
                let passed = try passing(plan, [model.event], [(0, model.moment)]) == [0]
                #expect(passed == model.holds(filter.expression), "\(text)")
                outcomes[passed ? 1 : 0] += 1
            }
        }
        #expect(outcomes[0] > 2000 && outcomes[1] > 2000)
    }

    /// What is left for us must pass whatever the whole filter lets pass.
    @Test func theRestLetsPassWhatTheWholeDoes() throws {
        var dice = Dice(seed: 12)
        var split = 0
        for _ in 0..<3000 {
            let text = Self.filter(&dice, depth: 3)
            let model = Model(&dice)
            guard let plan = try? filterPlan(text, events: [model.event]) else { continue }
            if plan.kernelFilters[0] != nil, plan.restFilters[0] != nil { split += 1 }
            for _ in 0..<5 {
                let model = Model(&dice)
                guard model.holds(try Filter.parse(text).expression) else { continue }
                #expect(try passing(plan, [model.event], [(0, model.moment)]) == [0], "\(text)")
            }
        }
        #expect(split > 100)
    }
}
