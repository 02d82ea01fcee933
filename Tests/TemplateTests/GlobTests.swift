import Testing
import Tracepoints

@testable import Template

@Suite struct TextGlobTests {
    static func matches(_ pattern: String, _ text: String) -> Bool {
        let glob = TextGlob(Atom(text: Array(pattern.utf8), isQuoted: true)).program
        return unsafe glob.withUnsafeBytes { glob in
            unsafe Array(text.utf8).withUnsafeBytes { text in
                unsafe TextGlob.matches(Bytes(glob), Bytes(text))
            }
        }
    }

    @Test(arguments: [
        ("", "", true), ("", "a", false), ("abc", "abc", true), ("abc", "abcd", false), ("*", "", true),
        ("*", "abc", true), ("a*", "a", true), ("a*", "ba", false), ("*a", "ba", true), ("*a", "ab", false),
        ("*a*", "xay", true), ("a*b*c", "a1b2b3c", true), ("a*b*c", "acb", false), ("a?c", "abc", true),
        ("a?c", "ac", false), ("?", "", false), ("[a-c]x", "bx", true), ("[a-c]x", "dx", false),
        ("[!a-c]x", "dx", true), ("[^a-c]x", "bx", false), ("[]]", "]", true), ("[a-]", "-", true),
        ("[z-a]", "m", false), ("[abc", "[abc", true), ("[abc", "a", false), ("[!]x]", "y", true),
        ("[]", "[]", true),
        ("\\*", "*", true), ("\\*", "a", false), ("a\\", "a\\", true), ("**a**", "ba", true),
        ("*.so.[0-9]", "libc.so.6", true), ("??", "é", true), ("*\u{e9}", "caf\u{e9}", true),
        ("*ab", "aab", true), ("*aab", "aaab", true), ("a*a*a*b", "aaaaaaaaaaaa", false),
    ])
    func matching(pattern: String, text: String, matches: Bool) {
        #expect(Self.matches(pattern, text) == matches)
    }

    @Test(arguments: [
        ("abc", "\\abc"), ("abc*", "abc*"), ("*abc", "*\\abc"), ("*abc*", "*\\abc*"), ("a?", "a?"),
        ("1*", "\\1*"), ("1", "\\1"), ("!x", "\\!x"), ("!*", "\\!*"), ("[1]*", "[1]*"), ("[^a]x", "[!a]x"),
        ("[abc", "\\[abc"), ("\\*a", "\\*a"), ("*", "*"), ("a*b", "\\a*b"), ("a\\\\b*", "a\\\\b*"),
        ("?1", "?1"),
        ("1?", "\\1?"), ("**x", "*\\x"),
    ])
    func kernelPattern(pattern: String, kernel: String) {
        let glob = TextGlob(Atom(text: Array(pattern.utf8), isQuoted: true))
        #expect(String(decoding: glob.forKernel, as: UTF8.self) == kernel)
    }

    @Test func escapedBytesOfQuotedTextAreNotSpecial() throws {
        let filter = try Filter.parse("a ~ \"\\**\"")
        guard case .comparison(_, .like, let literal) = filter.expression else {
            Issue.record("no comparison")
            return
        }
        #expect(String(decoding: TextGlob(literal.atoms[0]).forKernel, as: UTF8.self) == "\\**")
    }

    /// A recursive matcher of the same patterns, without classes.
    static func plainMatch(_ pattern: ArraySlice<Character>, _ text: ArraySlice<Character>) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        if first == "*" {
            return plainMatch(pattern.dropFirst(), text)
                || (!text.isEmpty && plainMatch(pattern, text.dropFirst()))
        }
        guard let letter = text.first, first == "?" || first == letter else { return false }
        return plainMatch(pattern.dropFirst(), text.dropFirst())
    }

    @Test func matchesLikeAPlainMatcher() {
        var dice = Dice(seed: 5)
        var matched = 0
        for _ in 0..<20_000 {
            let pattern = String(
                (0..<Int.random(in: 0...7, using: &dice)).map { _ in
                    dice.pick([Character("a"), "b", "*", "?"])
                })
            let text = String(
                (0..<Int.random(in: 0...7, using: &dice)).map { _ in dice.pick([Character("a"), "b"]) })
            let expected = Self.plainMatch(Array(pattern)[...], Array(text)[...])
            matched += expected ? 1 : 0
            #expect(Self.matches(pattern, text) == expected, "\(pattern) \(text)")
        }
        #expect(matched > 1000)
    }
}
