import Foundation
import Template
import Testing
import Tracepoints

/// What is written for events in a form: header and records.
func records(
    _ form: RecordForm, _ template: String? = nil, _ events: [MadeEvent], _ moment: Moment = Moment(),
    strings: Bool = false, numbers: Bool = false
) throws -> String {
    let options = RenderOptions(
        form: form, quotesWideIntegers: strings, addsNumbers: numbers, startTime: 6_850_000_000_000)
    var renderer = try Renderer(
        events.map { ($0.layout, template.map { _ in 0 }) },
        templates: template.map { [try Template.parse($0)] } ?? [], symbols: KernelSymbols(),
        options: options)
    var line = LineBuffer(capacity: 64)
    unsafe renderer.header.withUnsafeBytes { header in unsafe line.append(header) }
    render(&renderer, events.enumerated().map { ($0, $1.bytes, moment) }, into: &line)
    return line.string
}

/// The record of one event, without its newline.
func record(
    _ form: RecordForm, _ template: String? = nil, _ event: MadeEvent = MadeEvent(),
    _ moment: Moment = Moment(),
    strings: Bool = false, numbers: Bool = false
) throws -> String {
    let text = try records(form, template, [event], moment, strings: strings, numbers: numbers)
    return String(try #require(text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().last))
}

extension MadeEvent {
    /// An event whose print format shows its fields by more than numbers.
    static let symbolic = MadeEvent("state").integer("state", UInt8(2)).integer("flags", UInt16(0x83))
        .array("words", [UInt32(1), 255]).array("address", [UInt8(127), 0, 0, 1])
        .printed(
            as:
                #""%s %s %s %pI4", __print_symbolic(REC->state, { 1, "RUN" }, { 2, "STOP" }), "#
                + #"__print_flags(REC->flags, "|", { 1, "A" }, { 2, "B" }), "#
                + #"__print_array(REC->words, 2, 4), REC->address"#)
}

@Suite struct JSONRecordTests {
    let exec = MadeEvent("exec").string("filename", "/bin/true").integer("pid", Int32(731))

    @Test func headAndFieldsStandApart() throws {
        #expect(
            try record(.json, nil, exec)
                == #"{"time":6851.528272123,"event":"test:exec","cpu":3,"pid":731,"tid":732,"comm":"bash","#
                + #""args":{"filename":"/bin/true","pid":731}}"#)
        #expect(try record(.json, nil, MadeEvent()).hasSuffix(#","args":{}}"#))
    }

    @Test func anArrayOfAnOddWidthIsNoList() throws {
        let event = MadeEvent().dynamic("pairs", .dynamicArray, Array(0..<12), elementSize: 12)
        #expect(try record(.json, "<pairs>", event) == #"{"pairs":"000102030405060708090a0b"}"#)
        #expect(try render("<pairs> <pairs:xx>", event).hasPrefix("000102030405060708090a0b "))
    }

    @Test func aTemplateNamesTheMembers() throws {
        #expect(
            try record(
                .json, "at <time:.3> <@comm:-16>: <pid> <nope|pid><!red><args[1]><!>\\c",
                exec.array("args", [1, 2]))
                == #"{"time":6851.528,"@comm":"bash","pid":731,"nope|pid":731,"args[1]":2}"#)
        #expect(
            try record(.json, "<pid> <pid:x> <pid> <pid:x> <.pid>", exec)
                == #"{"pid":731,"pid:x":"2db","pid_2":731,"pid:x_2":"2db",".pid":731}"#)
        #expect(
            try record(.json, "<n> <fields> <fields:s>", exec)
                == #"{"n":1,"fields":{"filename":"/bin/true","pid":731},"fields:s":"filename=/bin/true pid=731"}"#
        )
    }

    @Test func aTemplateWithoutPlaceholdersIsRefused() throws {
        let error = try #require(throws: BindError.self) { try records(.json, "text", [exec]) }
        #expect(error.error.message == "a template of a typed record needs a placeholder")
    }

    @Test func numbersAreNumbers() throws {
        let event = MadeEvent().integer("a", Int8(-128)).integer("b", UInt64.max).integer("c", Int64.min)
            .integer("yes", UInt8(1), type: "bool").integer("no", UInt8(0), type: "bool")
        #expect(
            try record(.json, nil, event).hasSuffix(
                #"{"a":-128,"b":18446744073709551615,"c":-9223372036854775808,"yes":true,"no":false}}"#))
        #expect(
            try record(
                .json, "<a:+08> <a:d> <a:u> <a:#06x> <a:t> <yes:d> <elapsed> <elapsed:d> <delta:.1>", event)
                == #"{"a":-128,"a:d":-128,"a:u":128,"a:#06x":"0x0080","a:t":"-128ns","yes":1,"#
                + #""elapsed":1.528272123,"elapsed:d":1528272123,"delta":0.0}"#)
        #expect(
            try record(.json, "<late> <cpu:-5> <late?no>", event) == #"{"late":false,"cpu":3,"late_2":false}"#
        )
    }

    @Test func wideIntegersCanBeStrings() throws {
        let event = MadeEvent().integer("a", UInt64(1) << 53).integer("b", UInt64(1) << 53 + 1)
            .integer("c", -Int64(1) << 53).integer("d", -Int64(1) << 53 - 1).integer("e", UInt32.max)
            .array("f", [UInt64(5), .max])
        let names = "<a> <b> <c> <d> <e> <f> <d:u> <d:d>"
        #expect(
            try record(.json, names, event, strings: true)
                == #"{"a":9007199254740992,"b":"9007199254740993","c":-9007199254740992,"#
                + #""d":"-9007199254740993","e":4294967295,"f":[5,"18446744073709551615"],"#
                + #""d:u":"18437736874454810623","d:d":"-9007199254740993"}"#)
        var late = Moment()
        late.time = 9_007_199_254_740_993
        #expect(
            try record(.json, "<time> <time:n>", event, late, strings: true)
                == #"{"time":"9007199.254740993","time:n":"9007199254740993"}"#)
        #expect(try record(.json, "<time>", event, strings: true) == #"{"time":6851.528272123}"#)
    }

    @Test func whatIsAbsentIsNull() throws {
        let other = MadeEvent("other").integer("x", UInt8(7))
        var moment = Moment()
        moment.comm = .unknown
        #expect(
            try records(.json, "<x> <pid?none> <x?0> <x?-> <comm> <exe>", [exec, other], moment)
                == """
                {"x":null,"pid":731,"x_2":0,"x_3":"-","comm":null,"exe":null}
                {"x":7,"pid":731,"x_2":7,"x_3":7,"comm":null,"exe":null}

                """)
    }

    @Test func shapesKeepTheirTypes() throws {
        let event = MadeEvent().array("ints", [Int16(-1), 2]).pointer("pointer", 0xffff_8881_0000_0000)
            .opaque("opaque", [0xde, 0xad, 0xbe]).integer("dev", UInt32(254 << 20), type: "dev_t")
            .dynamic("mask", .dynamicBitmask, [0x0d, 0, 0, 0, 0, 0, 0, 0], elementSize: 8)
            .dynamic("none", .dynamicArray, [], elementSize: 4)
        #expect(
            try record(.json, nil, event).hasSuffix(
                #"{"ints":[-1,2],"pointer":"0xffff888100000000","opaque":"deadbe","dev":"254:0","#
                    + #""mask":"0,2-3","none":[]}}"#))
        #expect(
            try record(.json, "<ints:x> <ints:.3> <dev:n> <ints:e>", event)
                == #"{"ints":["ffff","2"],"ints:.3":[-1,2],"dev":266338304,"ints:e":["EPERM","2"]}"#)
    }

    @Test func symbolsAreStrings() throws {
        #expect(
            try record(.json, nil, .symbolic).hasSuffix(
                #"{"state":"STOP","flags":"A|B|0x80","words":[1,255],"address":"127.0.0.1"}}"#))
        #expect(
            try record(.json, nil, .symbolic, numbers: true).hasSuffix(
                #"{"state":"STOP","state:n":2,"flags":"A|B|0x80","flags:n":131,"words":[1,255],"address":"127.0.0.1"}}"#
            ))
        #expect(
            try record(.json, "<state> <state:n> <words:s>", .symbolic)
                == #"{"state":"STOP","state:n":2,"words":"{0x1,0xff}"}"#)
    }

    @Test func textIsQuoted() throws {
        let event = MadeEvent().string("a", "a\n\"b\"\\\u{1b}\u{202e}日").text("b", "0123456789abcdef")
            .dynamic("c", .dynamicText, [0x61, 0xff, 0xc3, 0]).string("d", "")
        #expect(
            try record(.json, nil, event).hasSuffix(
                #"{"a":"a\n\"b\"\\\u001b\u202e日","b":"0123456789abcdef…","c":"a\udbff\udeff\udbff\udec3","d":""}}"#
            ))
        #expect(
            try record(.json, "<b:.4> <a:.3> <a:q> <@comm:q> <a:20>", event)
                == #"{"b":"012…","a":"a\n\"…","a:q":"$'a\\n\"b\"\\\\\\e\\xe2\\x80\\xae日'","@comm":"bash","#
                + #""a:20":"a\n\"b\"\\\u001b\u202e日"}"#)
    }

    @Test func namesAreQuoted() throws {
        #expect(try record(.json, nil, MadeEvent().integer("a\"\n", UInt8(1))).hasSuffix(#"{"a\"\n":1}}"#))
        #expect(try record(.json, "<wall> <wall:%H\">").contains(#","wall:%H\"":""#))
    }
}

@Suite struct TableRecordTests {
    let one = MadeEvent("one").string("text", "a,b\"c\n\\d\te").integer("x", UInt8(1), type: "bool")
    let two = MadeEvent("two").array("list", [UInt8(1), 2]).string("text", "")

    @Test func oneSetOfColumnsServesAllEvents() throws {
        #expect(
            try records(.csv, nil, [one, two])
                == #"""
                time,event,cpu,pid,tid,comm,args.text,args.x,args.list
                6851.528272123,test:one,3,731,732,bash,"a,b""c\n\\d\te",true,
                6851.528272123,test:two,3,731,732,bash,"",,"[1,2]"

                """#)
        #expect(
            try records(.tsv, nil, [one, two]).replacing("\t", with: "→")
                == #"""
                time→event→cpu→pid→tid→comm→args.text→args.x→args.list
                6851.528272123→test:one→3→731→732→bash→"a,b""c\n\\d\te"→true→
                6851.528272123→test:two→3→731→732→bash→""→→[1,2]

                """#)
    }

    @Test func aTemplateNamesTheColumns() throws {
        #expect(
            try records(.csv, "<x|cpu:-5>, <text:.3> <text:j> <fields>", [one, two])
                == #"""
                x|cpu,text,text:j,fields.text,fields.x,fields.list
                true,"a,…","""a,b\""c\n\\d\te""","a,b""c\n\\d\te",true,
                3,"",\#("\"\"\"\"\"\""),"",,"[1,2]"

                """#)
        // A name that holds what parts columns is quoted as a value is.
        #expect(
            try records(.csv, "<cpu> <wall:%H,%M> <wall:%H,\">", [two]).hasPrefix(
                #"cpu,wall,"wall:%H,""""# + "\n"))
    }

    @Test func eachEventFillsTheColumnsOfItsTemplate() throws {
        var renderer = try Renderer(
            [(one.layout, 0), (two.layout, 1), (two.layout, nil)],
            templates: [Template.parse("<x> <cpu>"), Template.parse("<list> <cpu>")],
            symbols: KernelSymbols(), options: RenderOptions(form: .csv))
        #expect(
            String(decoding: renderer.header, as: UTF8.self)
                == "x,cpu,list,time,event,pid,tid,comm,args.list,args.text\n")
        var line = LineBuffer(capacity: 64)
        render(&renderer, [(1, two.bytes, Moment()), (0, one.bytes, Moment())], into: &line)
        #expect(line.string == ",3,\"[1,2]\",,,,,,,\ntrue,3,,,,,,,,\n")
    }

    @Test func otherFormsHaveNoHeader() throws {
        for form in [RecordForm.lines, .json, .logfmt] {
            let renderer = try Renderer(
                [(one.layout, nil)], templates: [], symbols: KernelSymbols(),
                options: RenderOptions(form: form))
            #expect(renderer.header.isEmpty)
        }
    }

    @Test func logfmtQuotesWhatItMust() throws {
        #expect(
            try record(.logfmt, nil, one)
                == #"time=6851.528272123 event=test:one cpu=3 pid=731 tid=732 comm=bash "#
                + #"args.text="a,b\"c\n\\d\te" args.x=true"#)
        #expect(try record(.logfmt, nil, two).hasSuffix(#" args.list=[1,2] args.text="""#))
        let event = MadeEvent().string("a", "x=1").string("b", "x y").string("c", "日").string("d", "…\\")
        #expect(
            try record(.logfmt, "<a> <b> <c> <d> <nope|exe> <cpu:-4>", event)
                == #"a="x=1" b="x y" c="日" d="…\\" nope|exe= cpu=3"#)
        #expect(try record(.logfmt, "<wall:%H> <wall:%H = \">", event).contains(" wall:%H____="))
    }

    @Test func absenceIsTold() throws {
        for (form, words) in [(RecordForm.json, "it is null there"), (.csv, "it is empty there")] {
            let renderer = try Renderer(
                [(one.layout, 0), (two.layout, 0)], templates: [Template.parse("<x>")],
                symbols: KernelSymbols(), options: RenderOptions(form: form))
            #expect(renderer.notes == ["test:two has no field 'x'; \(words)"])
        }
    }
}
