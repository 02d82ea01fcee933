@testable import Tracepoints

/// Probes of any text, marks' notes and ELF files of any content.
func fuzzProbe(_ input: inout Input) {
    switch input.number(0...2) {
    case 0:
        fuzzText(
            "\(ProbeDescription.Kind.allCases[input.number(0...4)].rawValue):" + String(input.rest.array))
    case 1:
        let base = input.flag() ? input.integer(UInt64.self) : nil
        _ = ProgramMark.read(input.rest.array, is64Bit: input.flag(), base: base)
    default:
        file.write(input.rest)
        guard let program = try? ProgramFile(file.path) else { return }
        for function in program.functions {
            check(program.offset(ofAddress: function.address) != nil, "a function outside of the code")
        }
        for site in program.marks().flatMap(\.sites) { _ = program.offset(ofAddress: site.address) }
    }
}

private func fuzzText(_ text: String) {
    do throws(ProbeError) {
        let description = try ProbeDescription.parse(text)
        for probe in try description.kernelProbes(among: { [] }) {
            let layout = try? probe.layout
            check(layout != nil, "no layout of \(text)")
            for command in probe.commands(as: "g/e") {
                for place in 0...command.utf8.count {
                    check(
                        probe.range(inCommand: command, at: place).upperBound <= text.utf8.count,
                        "a place behind the text")
                }
            }
        }
    } catch {
        check(error.range.upperBound <= text.utf8.count, "an error behind its text: \(error)")
    }
}
