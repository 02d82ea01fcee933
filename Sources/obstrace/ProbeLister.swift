import CommandLine
import Tracepoints

/// What `obstrace list` shows for EVENTs that are probes: the functions and marks that a file offers, or the
/// functions of the kernel.
struct ProbeLister {
    private let arguments: ListArguments
    private let format = ListFormat()

    init(_ arguments: ListArguments) { self.arguments = arguments }

    /// Whether a pattern is of a probe.
    static func concerns(_ selection: Selection) -> Bool { ProbeDescription.kind(of: selection.glob) != nil }

    /// The text for all patterns that are of probes.
    func text() throws(Failure) -> String {
        let patterns = arguments.patterns.filter(Self.concerns)
        if let search = arguments.fieldGlob ?? arguments.typeGlob {
            throw Failure(UsageError("\(search.prefix) searches tracepoints, not programs", at: search))
        }
        var excluded: Set<String> = []
        for pattern in patterns where pattern.isExclusion {
            excluded.formUnion(try entries(of: pattern).map(\.name))
        }
        var seen = excluded
        var texts: [String] = []
        for pattern in patterns where !pattern.isExclusion {
            for entry in try entries(of: pattern) where seen.insert(entry.name).inserted {
                texts.append(
                    arguments.isJSON
                        ? entry.json : entry.name + "\n" + (arguments.isVerbose ? entry.details : ""))
            }
        }
        return texts.joined(separator: arguments.isVerbose && !arguments.isJSON ? "\n" : "")
    }

    /// Something that can be traced.
    private struct Entry {
        /// The EVENT that traces it.
        let name: String
        /// Lines about it, each indented and ended by a newline.
        var details = ""
        /// An object, ended by a newline.
        let json: String
    }

    private func entries(of selection: Selection) throws(Failure) -> [Entry] {
        do throws(ProbeError) {
            let description = try ProbeDescription.parse(selection.glob, isForListing: true)
            if description.kind.isKernel { return try kernelEntries(description) }
            let file = try description.openFile()
            if description.kind == .usdt {
                return try description.marks(of: file).map { entry($0, of: file, description) }
            }
            return functionEntries(try description.functions(of: file), of: file, description)
        } catch {
            throw Failure(text: UsageError(error, in: selection).text, status: Status.failed)
        }
    }

    private func functionEntries(
        _ functions: [ProgramFile.Function], of file: ProgramFile, _ description: ProbeDescription
    ) -> [Entry] {
        let start = "\(description.kind.rawValue):\(description.file?.text ?? file.path):"
        let names = arguments.isVerbose ? Dictionary(grouping: functions, by: \.address) : [:]
        return functions.map { function in
            var details = "  at \(hex(function.address)) of \(file.path)"
            if function.size > 0 { details += ", \(function.size) bytes" }
            let others = (names[function.address] ?? []).map(\.name).filter { $0 != function.name }
            if !others.isEmpty { details += ", also called \(others.joined(separator: ", "))" }
            return Entry(
                name: start + function.name, details: details + "\n",
                json: object([
                    ("event", format.quoted(start + function.name)), ("file", format.quoted(file.path)),
                    ("function", format.quoted(function.name)), ("address", "\(function.address)"),
                    ("size", "\(function.size)"),
                ]) + "\n")
        }
    }

    private func entry(_ mark: ProgramMark, of file: ProgramFile, _ description: ProbeDescription) -> Entry {
        let name = "usdt:\(description.file?.text ?? file.path):\(mark.provider):\(mark.name)"
        var details = ""
        for site in mark.sites {
            details += "  at \(hex(site.address)) of \(file.path)"
            if site.semaphore != nil { details += ", with a counter of those who trace it" }
            details += "\n"
            for (index, argument) in site.arguments.enumerated() {
                details += "    arg\(index + 1)  \(argument.type.name)  \(argument.text)"
                details += argument.isReadable ? "\n" : "  (the kernel cannot read it)\n"
            }
        }
        let fields = (mark.sites.first?.arguments ?? []).enumerated().filter(\.element.isReadable)
            .map { " arg\($0.offset + 1)=<arg\($0.offset + 1)>" }
        details += "  try: obstrace \(name) -f '<time> <@comm>\(fields.joined())'\n"
        let sites = mark.sites.map { site in
            let arguments = site.arguments.enumerated().map { index, argument in
                object([
                    ("name", format.quoted("arg\(index + 1)")), ("type", format.quoted(argument.type.name)),
                    ("place", format.quoted(argument.text)), ("readable", "\(argument.isReadable)"),
                ])
            }
            return object([
                ("address", "\(site.address)"), ("semaphore", site.semaphore.map { "\($0)" } ?? "null"),
                ("arguments", "[\(arguments.joined(separator: ","))]"),
            ])
        }
        return Entry(
            name: name, details: details,
            json: object([
                ("event", format.quoted(name)), ("file", format.quoted(file.path)),
                ("provider", format.quoted(mark.provider)), ("name", format.quoted(mark.name)),
                ("sites", "[\(sites.joined(separator: ","))]"),
            ]) + "\n")
    }

    private func kernelEntries(_ description: ProbeDescription) throws(ProbeError) -> [Entry] {
        let functions = try description.kernelFunctions()
        if let missing = KernelFunctions.missingOption {
            System.print("obstrace: these cannot be traced: \(missing)\n", to: 2)
        }
        return functions.map { function in
            let name = "\(description.kind.rawValue):\(function)"
            return Entry(
                name: name,
                json: object([("event", format.quoted(name)), ("function", format.quoted(function))]) + "\n")
        }
    }

    private func object(_ members: [(String, String)]) -> String {
        "{" + members.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}"
    }

    private func hex(_ address: UInt64) -> String { "0x" + String(address, radix: 16) }
}
