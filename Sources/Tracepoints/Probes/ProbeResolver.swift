extension ProbeDescription {
    /// The most probes that one pattern may mean: the kernel takes some 80 ms to let go of each.
    public static let mostProbes = 200

    /// The probes that are meant: finds the file, the functions or marks in it, and where their values are.
    ///
    /// - Throws: `ProbeError` with the place in the text. Nothing is made.
    public func probes() throws(ProbeError) -> [Probe] {
        if kind.isKernel {
            try KernelFunctions.check(self)
            return try kernelProbes(among: KernelFunctions.names)
        }
        let file = try openFile()
        let probes = kind == .usdt ? try probes(atMarksOf: file) : try probes(atFunctionsOf: file)
        guard probes.count <= Self.mostProbes else {
            throw ProbeError(
                "\(probes.count) \(kind == .usdt ? "marks" : "functions") match, more than \(Self.mostProbes)",
                place.range, hint: "a narrower pattern",
                notes: [
                    "to see them: obstrace list '\(kind.rawValue):\(self.file?.text ?? ""):\(place.text)'"
                ])
        }
        return probes
    }

    /// Finds and opens the file.
    public func openFile() throws(ProbeError) -> ProgramFile {
        let file = file ?? place
        guard let path = ProgramPath.find(file.text) else {
            let similar = ProgramPath.similar(to: file.text)
            if (try? System.status(of: file.text)) != nil, file.text.contains("/") {
                throw ProbeError("'\(file.text)' is no program and no library", file.range)
            }
            throw ProbeError(
                file.text.contains("/")
                    ? "there is no file '\(file.text)'"
                    : "there is no command and no shared library '\(file.text)'", file.range,
                hint: similar.isEmpty ? nil : "did you mean \(similar.joined(separator: " or "))?")
        }
        if path.utf8.contains(where: { $0 <= 0x20 || $0 == UInt8(ascii: "#") }) {
            throw ProbeError(
                "the kernel takes no path with a blank or a '#' in it", file.range,
                hint: "make a link to the file")
        }
        do throws(ProgramFile.Unreadable) {
            return try ProgramFile(path)
        } catch {
            throw ProbeError("'\(path)' cannot be probed: \(error.reason)", file.range)
        }
    }

    // MARK: Functions of a file

    private func probes(atFunctionsOf file: ProgramFile) throws(ProbeError) -> [Probe] {
        let values = try values(in: file)
        if let address {
            return [try probe(named: place.text, at: [address], in: file, values)]
        }
        let matching = try functions(of: file)
        var names: [String] = []
        var addresses: [String: [UInt64]] = [:]
        var seen: Set<UInt64> = []
        // Several names of one function are one event.
        for function in matching where seen.insert(function.address).inserted {
            if addresses[function.name] == nil { names.append(function.name) }
            addresses[function.name, default: []].append(function.address)
        }
        let suffix = offset == 0 ? "" : "+0x" + String(offset, radix: 16)
        var probes: [Probe] = []
        for name in names {
            if let function = matching.first(where: { $0.name == name }), function.size > 0,
                offset >= function.size
            {
                throw ProbeError(
                    "\(name) has \(function.size) bytes only", place.range.lowerBound..<placeEnd)
            }
            let places = (addresses[name] ?? []).map { $0.addingReportingOverflow(offset) }
            guard !places.contains(where: \.overflow) else {
                throw ProbeError(
                    "there is no code that far behind \(name)", place.range.lowerBound..<placeEnd)
            }
            probes.append(
                try probe(named: name + suffix, at: places.map(\.partialValue), in: file, values))
        }
        return probes
    }

    /// Where the place ends, with its offset.
    private var placeEnd: Int {
        let end = text.utf8.firstIndex(of: UInt8(ascii: "(")) ?? text.utf8.endIndex
        return text.utf8.distance(from: text.utf8.startIndex, to: end)
    }

    /// The functions that the place means.
    public func functions(of file: ProgramFile) throws(ProbeError) -> [ProgramFile.Function] {
        let all = file.functions
        let glob = Glob(place.text)
        let named = all.filter { glob.isPattern ? glob.matches($0.name) : $0.name == place.text }
        let matching = named.filter { !$0.isIndirect }
        if !matching.isEmpty { return matching }
        let see = "to see what there is: obstrace list 'uprobe:\(self.file?.text ?? "")"
        if let indirect = named.first {
            let variants = all.filter { !$0.isIndirect && $0.name.contains("\(indirect.name)_") }
            throw ProbeError(
                "\(indirect.name) stands for one of several functions, chosen when the program is loaded",
                place.range, hint: variants.first.map { "\($0.name), for example" },
                notes: ["\(see):*\(indirect.name)*'"])
        }
        if all.isEmpty {
            throw ProbeError(
                "\(file.path) has no table of functions (it is stripped)", place.range,
                hint: "an address does: 0x1a2b", notes: ["its debug package, if installed, has the table"])
        }
        let similar = Similar.names(to: place.text, among: all.map(\.name))
        let close =
            similar.isEmpty ? all.map(\.name).filter { $0.contains(place.text) }.prefix(3) : similar[...]
        throw ProbeError(
            glob.isPattern
                ? "no function of \(file.path) matches '\(place.text)'"
                : "\(file.path) has no function '\(place.text)'", place.range,
            hint: close.isEmpty ? nil : "did you mean \(close.joined(separator: " or "))?",
            notes: ["\(see)'"])
    }

    private func probe(
        named name: String, at addresses: [UInt64], in file: ProgramFile,
        _ values: (fields: [Probe.Value], fetches: [String])
    ) throws(ProbeError) -> Probe {
        var sites: [Probe.Site] = []
        for address in addresses {
            guard let offset = file.offset(ofAddress: address) else {
                throw ProbeError(
                    "there is no code at 0x\(String(address, radix: 16)) of \(file.path)", place.range,
                    hint: "an address is as nm and objdump show it")
            }
            sites.append(
                Probe.Site(
                    place: "\(file.path):0x\(String(offset, radix: 16))", address: address,
                    fetches: values.fetches))
        }
        return Probe(self, path: file.path, name: name, sites: sites, values: values.fields)
    }

    /// The fields and where their values are at a function's start or return.
    private func values(in file: ProgramFile?) throws(ProbeError) -> (
        fields: [Probe.Value], fetches: [String]
    ) {
        var fields: [Probe.Value] = []
        var fetches: [String] = []
        for argument in arguments ?? [] {
            let type = argument.type ?? .number(64)
            switch argument.source {
            case .expression(let text): fetches.append(text)
            case .returnValue: fetches.append(type.isIndirect ? "+0($retval)" : "$retval")
            case .position(let index):
                guard file?.is64Bit ?? true else {
                    throw ProbeError(
                        "in a 32-bit program arguments are not taken by position", argument.range,
                        hint: "name a place, as in \(argument.name)=+4(%sp):s32")
                }
                let place = Registers.machine.argument(index)
                fetches.append(type.isIndirect ? "+0(\(place))" : place)
            }
            fields.append(Probe.Value(name: argument.name, type: type, range: argument.range))
        }
        return (fields, fetches)
    }

    // MARK: Marks of a file

    /// The marks that are meant.
    public func marks(of file: ProgramFile) throws(ProbeError) -> [ProgramMark] {
        let all = file.marks()
        let see = "to see what there is: obstrace list usdt:\(self.file?.text ?? "")"
        if all.isEmpty {
            throw ProbeError("\(file.path) has no marks (USDT)", self.file?.range ?? place.range)
        }
        let providers = all.filter { mark in provider.map { Glob($0.text).matches(mark.provider) } ?? true }
        if providers.isEmpty, let provider {
            let known = Set(all.map(\.provider)).sorted()
            throw ProbeError(
                "\(file.path) has no provider '\(provider.text)'", provider.range,
                hint: "\(known.count == 1 ? "it has" : "it has one of") \(known.joined(separator: ", "))",
                notes: [see])
        }
        // Without a provider the pattern may also be that of one.
        let glob = Glob(place.text)
        let matching = providers.filter {
            glob.matches($0.name)
                || provider == nil && glob.isPattern && glob.matches("\($0.provider):\($0.name)")
        }
        if matching.isEmpty {
            let names = Set(providers.map(\.name)).sorted()
            let similar = Similar.names(to: place.text, among: names)
            throw ProbeError(
                Glob(place.text).isPattern
                    ? "no mark of \(file.path) matches '\(place.text)'"
                    : "\(file.path) has no mark '\(place.text)'", place.range,
                hint: similar.isEmpty ? nil : "did you mean \(similar.joined(separator: " or "))?",
                notes: [see])
        }
        return matching
    }

    private func probes(atMarksOf file: ProgramFile) throws(ProbeError) -> [Probe] {
        var probes: [Probe] = []
        for mark in try marks(of: file) {
            // Places whose values have different types are events of their own.
            var groups: [(fields: [Probe.Value], sites: [Probe.Site])] = []
            for site in mark.sites {
                let (fields, fetches) = try values(of: mark, at: site)
                guard let place = place(of: site, in: file) else { continue }
                let own = Probe.Site(place: place, address: site.address, fetches: fetches)
                if let index = groups.firstIndex(where: { $0.fields == fields }) {
                    groups[index].sites.append(own)
                } else {
                    groups.append((fields, [own]))
                }
            }
            for group in groups {
                probes.append(
                    Probe(
                        self, path: file.path, name: "\(mark.provider):\(mark.name)", sites: group.sites,
                        values: group.fields))
            }
        }
        return probes
    }

    private func place(of site: ProgramMark.Site, in file: ProgramFile) -> String? {
        guard let offset = file.offset(ofAddress: site.address) else { return nil }
        let place = "\(file.path):0x\(String(offset, radix: 16))"
        guard let semaphore = site.semaphore else { return place }
        // The counter lies among the data; the kernel counts us in as long as we trace.
        guard let counter = file.offset(ofAddress: semaphore, isCode: false) else { return nil }
        return "\(place)(0x\(String(counter, radix: 16)))"
    }

    private func values(of mark: ProgramMark, at site: ProgramMark.Site)
        throws(ProbeError) -> (fields: [Probe.Value], fetches: [String])
    {
        var fields: [Probe.Value] = []
        var fetches: [String] = []
        guard let arguments else {
            for (index, argument) in site.arguments.enumerated() {
                guard let fetch = argument.fetch else { continue }
                fields.append(Probe.Value(name: "arg\(index + 1)", type: argument.type, range: nil))
                fetches.append(fetch)
            }
            return (fields, fetches)
        }
        for argument in arguments {
            var type = argument.type ?? .number(64)
            switch argument.source {
            case .expression(let text): fetches.append(text)
            case .returnValue: break
            case .position(let index):
                guard index < site.arguments.count else {
                    let count = site.arguments.count
                    throw ProbeError(
                        "\(mark.provider):\(mark.name) has \(count == 0 ? "no" : "\(count)") "
                            + "argument\(count == 1 ? "" : "s")", argument.range)
                }
                let own = site.arguments[index]
                guard let fetch = own.fetch else {
                    throw ProbeError(
                        "the kernel cannot read this argument, which is at \(own.text)", argument.range)
                }
                type = argument.type ?? own.type
                fetches.append(type.isIndirect ? "+0(\(fetch))" : fetch)
            }
            fields.append(Probe.Value(name: argument.name, type: type, range: argument.range))
        }
        return (fields, fetches)
    }

    // MARK: Functions of the kernel

    /// The probes at functions of the kernel that the place means.
    func kernelProbes(among names: () -> [String]) throws(ProbeError) -> [Probe] {
        let values = try values(in: nil)
        let suffix = offset == 0 ? "" : "+\(offset)"
        func probe(_ name: String) -> Probe {
            Probe(
                self, path: nil, name: name + (offset == 0 ? "" : "+0x" + String(offset, radix: 16)),
                sites: [Probe.Site(place: name + suffix, address: address ?? 0, fetches: values.fetches)],
                values: values.fields)
        }
        if address != nil { return [probe(place.text)] }
        let all = names()
        // Where the kernel's list cannot be read, it will say by itself what it does not know.
        if all.isEmpty, !Glob(place.text).isPattern { return [probe(place.text)] }
        let matching = try kernelFunctions(among: all)
        guard matching.count <= Self.mostProbes else {
            throw ProbeError(
                "\(matching.count) functions match, more than \(Self.mostProbes)", place.range,
                hint: "a narrower pattern")
        }
        return matching.map(probe)
    }

    /// The functions of the kernel that the place means.
    public func kernelFunctions() throws(ProbeError) -> [String] {
        try kernelFunctions(among: KernelFunctions.names())
    }

    private func kernelFunctions(among all: [String]) throws(ProbeError) -> [String] {
        let glob = Glob(place.text)
        let matching = all.filter { glob.isPattern ? glob.matches($0) : $0 == place.text }
        if !matching.isEmpty { return matching }
        let similar = Similar.names(to: place.text, among: all)
        throw ProbeError(
            glob.isPattern
                ? "no function of the kernel matches '\(place.text)'"
                : "the kernel has no function '\(place.text)' that can be probed", place.range,
            hint: similar.isEmpty ? nil : "did you mean \(similar.joined(separator: " or "))?",
            notes: ["to see what there is: obstrace list 'kprobe:*\(place.text.prefix(6))*'"])
    }
}
