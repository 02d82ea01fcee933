/// A set of CPUs as the kernel and the user write it: `0-3,5`, or `0-6:2` for every second.
public struct CPUSet: Sendable, Hashable {
    /// The numbers, ascending, each once.
    public let cpus: [Int32]

    /// A set of those CPUs.
    public init(_ cpus: some Sequence<Int32>) { self.cpus = Set(cpus).sorted() }

    /// Reads a list such as `0-3,5`; `nil` where it is none.
    public init?(list: some StringProtocol) {
        var cpus: [Int32] = []
        for part in list.split(separator: ",", omittingEmptySubsequences: false) {
            let halves = part.split(separator: ":", omittingEmptySubsequences: false)
            let ends = halves[0].split(separator: "-", omittingEmptySubsequences: false)
            guard halves.count <= 2, ends.count <= 2,
                let first = Int32(ends[0]), let last = Int32(ends[ends.count - 1]),
                let step = halves.count == 2 ? Int32(halves[1]) : 1,
                first >= 0, first <= last, last < 1 << 16, step > 0
            else { return nil }
            cpus += stride(from: first, through: last, by: Int(step))
        }
        self.init(cpus)
    }

    /// The CPUs that are online now (`/sys/devices/system/cpu/online`).
    static func online() throws(SystemError) -> CPUSet {
        let path = "/sys/devices/system/cpu/online"
        let text = String(decoding: try System.contents(of: path), as: UTF8.self)
        guard let set = CPUSet(list: text.prefix { $0 != "\n" }) else {
            throw SystemError(call: "read", subject: path, code: 22)
        }
        return set
    }
}

extension CPUSet: CustomStringConvertible {
    /// The set in the kernel's list form.
    public var description: String {
        var parts: [String] = []
        var index = 0
        while index < cpus.count {
            var last = index
            while last + 1 < cpus.count, cpus[last + 1] == cpus[last] + 1 { last += 1 }
            parts.append(index == last ? "\(cpus[index])" : "\(cpus[index])-\(cpus[last])")
            index = last + 1
        }
        return parts.joined(separator: ",")
    }
}
