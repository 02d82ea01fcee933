import CommandLine
import Tracepoints

@testable import Template

/// A filter of any text; what comes after a zero byte is a record of an event with all kinds of fields.
func fuzzFilter(_ input: inout Input) {
    let text = String(input.text())
    do throws(TemplateError) {
        let filter = try Filter.parse(text)
        let again = try? Filter.parse(filter.description)
        check(again == filter, "\(text) became \(filter.description)")
        evaluate(filter, &input)
    } catch {
        check(error.isSafe(in: text), error.message)
    }
}

/// Checks that the parts a filter is split into, and what it is turned into, let pass what they must.
private func evaluate(_ filter: Filter, _ input: inout Input) {
    let moment = Moment(&input)
    let layout = EveryKind.layout(printing: EveryKind.symbols)
    func plan(_ filter: Filter, pushes: Bool) -> FilterPlan? {
        try? FilterPlan(
            [layout], [.init(filter, .keep), .init(filter, .expect)], symbols: noSymbols,
            kernel: .init(filters: pushes))
    }
    func passes(_ plan: FilterPlan) -> Bool? {
        guard let template = try? Template.parse("x"),
            var renderer = try? Renderer(
                [(layout, 0)], templates: [template], filters: plan, symbols: noSymbols,
                options: RenderOptions())
        else { return nil }
        var line = LineBuffer(capacity: 64)
        return moment.render(input.rest, by: &renderer, into: &line) == 1
    }
    guard let whole = plan(filter, pushes: false), let passed = passes(whole) else { return }
    if let inverse = plan(Filter(.not(filter.expression)), pushes: false) {
        check(passes(inverse) == !passed, "\(filter) and its inverse come to the same")
    }
    if let rest = whole.restFilters[0] {
        let again = (try? Filter.parse(rest)).flatMap { plan($0, pushes: false) }
        check(again.flatMap(passes) == passed, "\(filter) is not \(rest)")
    }
    guard let split = plan(filter, pushes: true) else { return }
    check(!passed || passes(split) == true, "\(filter) lets pass more than its rest")
    let kernelFilter = split.kernelFilters[0] ?? ""
    check(kernelFilter.utf8.count < 4096 && !kernelFilter.utf8.contains(0), "no filter of the kernel's")
}
