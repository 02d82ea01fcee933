@testable import Tracepoints

/// The files of `/proc` about a process, and the other short texts of the kernel.
func fuzzProc(_ input: inout Input) {
    let choice = input.number(0...5)
    let text = input.rest.array
    switch choice {
    case 0: _ = StatFile(text)
    case 1:
        if let path = ProcessDirectory.cgroupPath(text) {
            let id = ContainerName.id(in: path)
            check(id.map { $0.count == 12 } ?? true, "a container's id of another length")
        }
    case 2: check(text.starts(with: TaskDirectory.withoutWork(text)), "another name")
    case 3:
        let log = String(text)
        guard let found = Catalog.parseErrorLog(log) else { return }
        check(log.contains(found.reason), "another reason")
        let filter = Array(log.utf8)
        let start = Catalog.startOfName(endingBefore: found.position ?? filter.count, in: filter)
        check(start >= 0 && start <= filter.count, "a place outside of the filter")
    case 4:
        let pattern = String(input.text())
        let name = String(Array(input.rest.array.prefix(64)))
        _ = Glob(pattern).matches(name)
        _ = Similar.names(to: String(Array(pattern.utf8.prefix(64))), among: [name])
    default: _ = Cgroups.root(inMounts: String(text))
    }
}
