import CommandLine
import Tracepoints

@testable import Template

/// A template of any text; what comes after a zero byte is a record of an event with all kinds of fields.
func fuzzTemplate(_ input: inout Input) {
    let text = String(input.text())
    do throws(TemplateError) {
        let template = try Template.parse(text)
        let again = try? Template.parse(template.description)
        check(again == template, "\(text) became \(template.description)")
        check(again?.description == template.description, "\(text) became two")
    } catch {
        check(error.isSafe(in: text), error.message)
        return
    }
    render(EveryKind.layout(printing: EveryKind.symbols), text, &input)
}

extension TemplateError {
    /// Whether it is about a place within the text, and can be shown on a terminal.
    func isSafe(in text: String) -> Bool {
        let usage = UsageError(
            message, at: Argument(text: text, index: 0, prefix: "-f"), range: range, hint: hint, notes: notes)
        return range.lowerBound >= 0 && range.upperBound <= text.utf8.count && usage.isSafe
    }
}
