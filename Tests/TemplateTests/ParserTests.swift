import Template
import Testing

/// What is wrong with a template; fails the test where nothing is.
func mistake(in template: String) throws -> TemplateError {
    try #require(throws: TemplateError.self) { try Template.parse(template) }
}

/// The part of a template that an error points at.
func marked(_ template: String, _ error: TemplateError) -> String {
    String(decoding: Array(template.utf8)[error.range], as: UTF8.self)
}

@Suite struct ParserTests {
    @Test(arguments: [
        "", "plain", "<pid>", "<pid> <filename>", "exec\\t<pid>\\t<filename>\\c", "<.pid> <@comm>",
        "<a|.b|@pid>", "<args[2]>", "<ret:d?none>", "<ret??>", "<a?x y: z>", "<a:#+0-12.3x>", "<a:^9s>",
        "<wall:%H:%M:%S.%6f>", "<wall:%H\\?>", "<<not a placeholder>", "<!red>x<!>", "<!bold,red>x<!>",
        "<x:t/us>", "<x:xx>", "\\\\\\e\\0\\x9b\\u{202E}→", "100% {", "<late?>", "<a?\\>\\?\\:\\|<<>",
    ])
    func printsAgain(template: String) throws {
        let parsed = try Template.parse(template)
        #expect(try Template.parse(parsed.description) == parsed)
    }

    @Test func printsInItsPlainestForm() throws {
        #expect(try Template.parse("<a:00012x>\\x41\\n").description == "<a:012x>A\\n")
        #expect(try Template.parse("%%d\\x24x").description == "\\x25\\x25d\\x24x")
        #expect(try Template.parse("<a?1\\:2>").description == "<a?1\\:2>")
    }

    @Test func tellsTemplatesApart() throws {
        let templates = ["<a>", "<.a>", "<@a>", "<a[0]>", "<a|b>", "<a:x>", "<a?>", "<a>\\c", "<a:1>", "a"]
        for left in templates {
            for right in templates {
                #expect((try Template.parse(left) == Template.parse(right)) == (left == right))
            }
        }
    }

    @Test(arguments: [
        ("<pid", "<"), ("a <b", "<"), ("<a:x", "<"), ("<a?x", "<"), ("<a?<b>", "<"), ("<pid <comm>", " "),
        ("<>", ">"), ("< a>", " "), ("<a|>", ">"), ("<.>", ">"), ("<1a>", "1"), ("<a-b>", "-"),
        ("<a é>", " "), ("<é>", "é"), ("x\\q", "\\q"), ("\\", "\\"), ("\\é", "\\é"), ("\\xg0", "\\x"),
        ("\\x4", "\\x"), ("\\u{}", "\\u{"), ("\\u{110000}", "\\u{110000}"), ("\\u{d800}", "\\u{d800}"),
        ("\\u41", "\\u"), ("a\\cb", "\\c"), ("<a?\\c>", "\\c"), ("\\>", "\\>"), ("\\<", "\\<"),
        ("<a:z>", "z"), ("<a:5z>", "z"), ("<a:.x>", "."), ("<a:5.x>", "."), ("<a:9999>", "9999"),
        ("<a:.99999>", "99999"), ("<a:0#x>", "#x"), ("<wall:%Q>", "%Q"), ("<wall:%>", "%"),
        ("<wall:a%\\0>", "a%\\0"), ("<args[x]>", "["), ("<args[]>", "["), ("<args[1>", "[1"),
        ("<args[99999]>", "[99999"), ("<!pink>", "pink"), ("<!red,>", ">"), ("<!red", "<"),
        ("<a:d|b>", "d|b"),
    ])
    func marksTheMistake(template: String, mark: String) throws {
        let error = try mistake(in: template)
        #expect(marked(template, error) == mark, "\(error.message)")
        #expect(!error.message.isEmpty)
    }

    @Test func showsTheWayOut() throws {
        #expect(try mistake(in: "<pid").hint == "a plain < is written <<")
        #expect(try mistake(in: "a < b").hint == "a plain < is written <<")
        #expect(try mistake(in: "<!grean>").hint == "did you mean <!green>?")
        #expect(try mistake(in: "<a:sigg>").hint == "did you mean 'sig'?")
        #expect(try mistake(in: "<a:sigg>").notes.first?.hasPrefix("types: d u x X") == true)
        #expect(
            try mistake(in: "\\q").notes == ["escapes: \\n \\t \\e \\0 \\\\ \\xNN \\u{...}, and << for <"])
    }

    @Test func warnsOfADefaultThatLooksLikeAType() throws {
        let template = "<pid> <a?x:d>"
        let warnings = try Template.parse(template).warnings
        #expect(warnings.count == 1)
        #expect(warnings.map { marked(template, $0) } == [":d"])
        for plain in ["<a?x>", "<a?12:30>", "<a?x:>", "<a?x\\:d>", "<a:d?x>", "<a?x:hello>"] {
            #expect(try Template.parse(plain).warnings.isEmpty, "\(plain)")
        }
    }

    @Test(arguments: [
        ("pid %d", "%d", "pid <field>"), ("pid=%-6d file=%s\\n", "%-6d", "pid=<pid:-6> file=<file>\\n"),
        ("addr: %#018llx", "%#018llx", "addr: <addr:#018x>"), ("%pid %comm", "%pid", "<pid> <comm>"),
        ("{pid} {filename:>20}", "{pid}", "<pid> <filename:20>"), ("{comm:<16}", "{comm:<16}", "<comm:-16>"),
        (
            "{comm:^16} {pid:#010x} {time:.3f} {pid!r}", "{comm:^16}",
            "<comm:^16> <pid:#010x> <time:.3> {pid!r}"
        ), ("$pid ${comm}", "$pid", "<pid> <comm>"),
        ("args->pid args.comm", "args->pid", "<pid> <comm>"), ("it's {pid}", "{pid}", "it'\\''s <pid>"),
        ("<!red>{pid}<!>", "{pid}", "<!red><pid><!>"),
    ])
    func convertsOtherTemplates(template: String, mark: String, converted: String) throws {
        let error = try mistake(in: template)
        #expect(marked(template, error) == mark)
        #expect(error.notes == ["try: -f '\(converted)'"])
    }

    @Test func showsAnUnknownEscapeAsItWasTyped() throws {
        let error = try #require(throws: TemplateError.self) { try Template.parse("<pid> \\q\t") }
        #expect(error.message == "there is no escape '\\q'")
    }

    @Test(arguments: ["100%", "%%d", "{ }", "{1}", "$5", "$ x", "a->b", "myargs->pid", "<pid> %s {x} $y", ""])
    func leavesPlainTextAlone(template: String) throws {
        #expect(throws: Never.self) { try Template.parse(template) }
    }
}
