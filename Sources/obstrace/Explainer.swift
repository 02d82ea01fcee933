import Template
import Tracepoints

/// `--explain`: what would be traced, and how.
enum Explainer {
    /// The plan in words, ended by a newline.
    static func text(_ plan: borrowing Plan, _ explanation: Explanation) -> String {
        var lines: [String] = []
        for (index, layout) in plan.layouts.enumerated() {
            lines.append(layout.fullName)
            for command in plan.probes[index]?.commands(as: "GROUP/EVENT") ?? [] {
                lines.append("  probe:    \(command)")
            }
            lines.append("  kernel:   \(explanation.filters[index] ?? "all events")")
            lines.append("  obstrace: \(plan.filters.restFilters[index] ?? "all that come")")
        }
        if plan.summary?.countsOnly == true {
            lines.append("sample: none, the kernel counts")
        } else {
            lines.append("sample: \(words(explanation.words))")
        }
        if explanation.tracksTasks { lines.append("beside samples: records of renamings, forks and exits") }
        if explanation.excludesReaders { lines.append("left out by obstrace: the readers of its output") }
        lines.append("descriptors: \(explanation.descriptorCount)")
        lines.append(
            "buffers: \(explanation.ringBytes) bytes on \(explanation.ringCount) CPU\(explanation.ringCount == 1 ? "" : "s")"
        )
        return lines.joined(separator: "\n") + "\n"
    }

    private static func words(_ words: SampleWords) -> String {
        let names: [(SampleWords, String)] = [
            (.ids, "process and thread id"), (.time, "time"), (.cpu, "CPU"), (.callChain, "call chain"),
            (.raw, "record"), (.userRegisters, "registers"), (.userStack, "copy of the stack"),
        ]
        return names.filter { words.contains($0.0) }.map(\.1).joined(separator: ", ")
    }
}
