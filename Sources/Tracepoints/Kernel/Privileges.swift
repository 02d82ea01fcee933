/// The rights that a run goes on to need once its tracepoints, or its recording, are open.
package enum Privileges {
    /// Capabilities by their numbers (`linux/capability.h`).
    private enum Capability: UInt64 {
        /// Begins another file in a folder that belongs to another user.
        case writeAnyFile = 1
        /// Looks into the folders of other users' processes.
        case readAnyFile = 2
        /// Ends the traced command where it runs as another user.
        case signalAnyone = 5
        /// Locks the ring of a CPU that has come back.
        case lockMemory = 14
        /// Asks for the program and the files of other users' processes.
        case inspectProcesses = 19
        /// Opens perf events before Linux 5.8.
        case administer = 21
        /// Shows the addresses of the kernel's symbols, which are read when one is printed.
        case readSymbols = 34
        /// Opens the events of a CPU that has come back, and those that wake us.
        case tracePerformance = 38
        /// Opens what a process has mapped though it was replaced or removed since, from Linux 5.9 on.
        case openMappings = 40

        var bit: UInt64 { 1 << rawValue }
    }

    /// Gives up for good whatever a run does not need to go on, before the first byte of an event is looked at.
    ///
    /// Those who are root stay root, with the files of root; gone are all other ways to change the machine, and
    /// no program that we could be made to execute gets them back. What was forked before is left as it is.
    ///
    /// - Parameters:
    ///   - opensFiles: whether files are begun later on.
    ///   - opensMappings: whether the programs and libraries of processes are read.
    package static func reduce(opensFiles: Bool, opensMappings: Bool) {
        var kept: [Capability] = [
            .readAnyFile, .signalAnyone, .lockMemory, .inspectProcesses, .readSymbols, .tracePerformance,
        ]
        if opensFiles { kept.append(.writeAnyFile) }
        if opensMappings { kept.append(.openMappings) }
        if Permissions.effectiveCapabilities() & Capability.tracePerformance.bit == 0 {
            kept.append(.administer)
        }
        keep(kept)
    }

    /// Gives up for good whatever the reading of a recording does not need, before the first byte of it is read.
    package static func reduceToReading() { keep([.readAnyFile, .writeAnyFile, .readSymbols]) }

    private static func keep(_ capabilities: [Capability]) {
        System.keepCapabilities(capabilities.reduce(0) { $0 | $1.bit })
        System.forbidNewPrivileges()
    }
}
