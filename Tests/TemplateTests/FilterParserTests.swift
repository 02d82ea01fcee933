import Testing

@testable import Template

/// A filter that is wrong, with a mark under the mistake, and a part of the message and of the hint.
struct WrongFilter: CustomTestStringConvertible {
    let text: String
    let marks: String
    let message: String
    var hint: String?

    init(_ text: String, _ marks: String, _ message: String, _ hint: String? = nil) {
        self.text = text
        self.marks = marks
        self.message = message
        self.hint = hint
    }

    var testDescription: String { text }

    /// Checks that the error is the expected one, and stands where it should.
    func check(_ error: TemplateError) {
        let width = max(error.range.count, 1)
        let found =
            String(repeating: " ", count: error.range.lowerBound) + String(repeating: "^", count: width)
        #expect(found == marks, "\(error.message)")
        #expect(error.message == message)
        #expect(error.hint == hint)
    }
}

@Suite struct FilterParserTests {
    @Test(arguments: [
        ("pid == 1", "pid == 1"),
        ("pid==1&&uid!=0", "pid == 1 && uid != 0"),
        ("a == 1 || b == 2 && c == 3", "a == 1 || b == 2 && c == 3"),
        ("(a == 1 || b == 2) && c == 3", "(a == 1 || b == 2) && c == 3"),
        ("((a == 1))", "a == 1"),
        ("a == 1 && (b == 2 && c == 3)", "a == 1 && b == 2 && c == 3"),
        ("!(a == 1)", "!(a == 1)"),
        ("!!(a < 1)", "!!(a < 1)"),
        ("!late", "!late"),
        ("!(late && a <= 2)", "!(late && a <= 2)"),
        ("flags & 4", "flags & 4"),
        ("flags&4", "flags & 4"),
        ("!(flags & 4)", "!(flags & 4)"),
        ("flags & (A|B)", "flags & (A|B)"),
        ("flags & A|B", "flags & (A|B)"),
        ("(flags & 4) == 4", "(flags & 4) == 4"),
        ("(flags & 6) in (2, 4)", "(flags & 6) in (2, 4)"),
        ("flags & 4 && b & 2", "flags & 4 && b & 2"),
        ("a in (1,2 , 5..9)", "a in (1, 2, 5..9)"),
        ("comm ~ b*", "comm ~ b*"),
        ("comm~b*&&a==1", "comm ~ b* && a == 1"),
        ("comm !~ [!a-z]*", "comm !~ [!a-z]*"),
        ("comm ~ [a&|(]x", "comm ~ [a&|(]x"),
        ("comm ~ \\*x", "comm ~ \\*x"),
        ("comm == 'a b'", "comm == \"a b\""),
        ("comm == \"a\\\"b\\\\c\\n\"", "comm == \"a\\\"b\\\\c\\x0a\""),
        ("comm ~ \"\\*a*\"", "comm ~ \"\\*a*\""),
        ("comm == '\\x41'", "comm == \"A\""),
        ("filename == /etc/passwd", "filename == /etc/passwd"),
        ("ret == -ENOENT", "ret == -ENOENT"),
        (".pid == 1 || @pid == 1", ".pid == 1 || @pid == 1"),
        ("args[2] >= 0x10", "args[2] >= 0x10"),
        ("delta > 1.5ms", "delta > 1.5ms"),
        ("true", "true"),
        ("false || a == 1", "false || a == 1"),
        ("a == true", "a == true"),
        ("a\n==\t1", "a == 1"),
        ("name == 日本", "name == 日本"),
        ("in == 1", "in == 1"),
    ])
    func printsTo(text: String, canonical: String) throws {
        let filter = try Filter.parse(text)
        #expect(filter.description == canonical)
        #expect(try Filter.parse(canonical) == filter)
    }

    @Test(arguments: [
        WrongFilter("", "^", "the filter is empty", "such as pid == 1"),
        WrongFilter("  ", "  ^", "the filter is empty", "such as pid == 1"),
        WrongFilter("a = 1", "  ^", "'=' does not compare", "write =="),
        WrongFilter("a =~ x", "  ^^", "there is no '=~'", "write ~ for a glob"),
        WrongFilter("a === 1", "  ^^^", "there is no '==='", "write =="),
        WrongFilter("a !== 1", "  ^^^", "there is no '!=='", "write !="),
        WrongFilter("a <> 1", "  ^^", "there is no '<>'", "write !="),
        WrongFilter("a == 1 and b == 2", "       ^^^", "there is no 'and'", "write &&"),
        WrongFilter("a == 1 or b == 2", "       ^^", "there is no 'or'", "write ||"),
        WrongFilter("not a == 1", "    ^", "an operator is missing before 'a'", "such as == or &&"),
        WrongFilter("a like b", "  ^^^^", "there is no 'like'", "write ~ for a glob"),
        WrongFilter("a contains b", "  ^^^^^^^^", "there is no 'contains'", "write ~ \"*text*\""),
        WrongFilter("a is b", "  ^^", "there is no 'is'", "write =="),
        WrongFilter("a == 1 & b == 2", "       ^", "comparisons do not chain", "join them with &&"),
        WrongFilter("a | b", "  ^", "there is no '|' between conditions", "write ||"),
        WrongFilter("(a == 1", "^", "this '(' is not closed", "a ) is missing"),
        WrongFilter("a == 1)", "      ^", "this ')' closes nothing"),
        WrongFilter("a == 1, b == 2", "      ^", "a ',' stands in lists only", "in (1, 2)"),
        WrongFilter("a in 1", "     ^", "a list in parentheses must follow 'in'", "such as in (1, 2, 5..9)"),
        WrongFilter("a in ()", "      ^", "the list is empty"),
        WrongFilter("a in (1,)", "        ^", "a value is missing"),
        WrongFilter(
            "a in (1 2)", "        ^", "the values of a list have commas between them", "in (1, 2, 5..9)"),
        WrongFilter("a in (1", "     ^", "this '(' is not closed", "a ) is missing"),
        WrongFilter("a ==", "    ^", "a value is missing at the end"),
        WrongFilter("a &&", "    ^", "a field's name is missing at the end"),
        WrongFilter("&& a", "^^", "a field's name is expected here, not '&&'"),
        WrongFilter(
            "<a> == 1", "^", "a field's name is expected here, not '<'", "a filter writes names without < >"),
        WrongFilter("1 == a", "^", "'1' is no name of a field", "the field stands on the left: pid == 1"),
        WrongFilter(
            "\"x\" == a", "^^^", "a field's name is expected here, not quoted text",
            "the field stands on the left: comm == \"sh\""),
        WrongFilter("$pid == 1", "^^^^", "'$pid' is no name of a field", "write pid"),
        WrongFilter("args->a == 1", "^^^^^", "'args-' is no name of a field", "write the field's name alone"),
        WrongFilter("a[x] == 1", "^^^^", "'a[x]' is no name of a field"),
        WrongFilter("a[99999] == 1", "^^^^^^^^", "'a[99999]' is no name of a field"),
        WrongFilter("a & 4 == 4", "^^^^^", "in C this compares before it masks", "write (a & 4) ..."),
        WrongFilter("!a & 4", "^", "it is not clear how far '!' reaches", "write !(a & 4)"),
        WrongFilter("!a == 1", "^", "it is not clear how far '!' reaches", "write !(a == 1)"),
        WrongFilter("a == 1 == 2", "       ^^", "comparisons do not chain", "join them with &&"),
        WrongFilter("1 < a < 3", "^", "'1' is no name of a field", "the field stands on the left: pid == 1"),
        WrongFilter("a == 'x", "     ^^", "the quoted text is not closed", "a ' is missing"),
        WrongFilter("a == \"x", "     ^^", "the quoted text is not closed", "a \" is missing"),
        WrongFilter("a == \"\\q\"", "      ^^", "there is no escape '\\q'", "write \\\\ for a backslash"),
        WrongFilter("a == \"\\x1\"", "      ^^", "two hexadecimal digits must follow '\\x'"),
        WrongFilter("a \"x\"", "  ^^^", "an operator is missing before the text", "== or ~"),
        WrongFilter("a + 1", "  ^", "a filter does not calculate"),
        WrongFilter("comm ~ a|b", "       ^^^", "a glob stands alone", "comm ~ ... || comm ~ ..."),
        WrongFilter(
            "a == 1 \u{1}", "       ^", "a filter cannot hold the control character \\x01",
            "within quotes, write \\xNN"),
    ])
    func refuses(wrong: WrongFilter) {
        let error = #expect(throws: TemplateError.self) { try Filter.parse(wrong.text) }
        if let error { wrong.check(error) }
    }

    @Test func nestingIsBounded() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "(", count: depth) + "a == 1" + String(repeating: ")", count: depth)
        }
        #expect(try Filter.parse(nested(100)).description == "a == 1")
        #expect(throws: TemplateError.self) { try Filter.parse(nested(101)) }
        #expect(throws: TemplateError.self) { try Filter.parse(String(repeating: "!", count: 100_000) + "a") }
        #expect(throws: TemplateError.self) { try Filter.parse(String(repeating: "(", count: 100_000)) }
    }

    @Test func whatParsesPrintsAgainToItself() throws {
        let pieces = [
            "a", "b[1]", ".c", "@pid", " ", " == ", "!=", "<", ">=", "~", "!~", "&", "&&", "||", "!", "(",
            ")",
            ",", " in ", "1", "-2", "0x1f", "64K", "1..9", "X", "A|B", "*", "b*", "[x-z]", "\"", "'", "\\",
            "\\x41",
            "true", "é", "日", "=", "|", "\u{7f}", "\"a b\"", "'x'", "a == 1", "flags & 4", "c in (1, 2)",
        ]
        var dice = Dice(seed: 3)
        var parsed = 0
        for _ in 0..<40_000 {
            let text = (0..<Int.random(in: 1...9, using: &dice)).map { _ in dice.pick(pieces) }.joined()
            do throws(TemplateError) {
                let filter = try Filter.parse(text)
                parsed += 1
                let again = try Filter.parse(filter.description)
                #expect(again == filter, "\(text) became \(filter)")
                #expect(again.description == filter.description)
            } catch {
                #expect(error.range.lowerBound >= 0 && error.range.upperBound <= text.utf8.count, "\(text)")
                #expect(!error.message.utf8.contains { $0 < 0x20 }, "\(text)")
            }
        }
        #expect(parsed > 1000)
    }
}
