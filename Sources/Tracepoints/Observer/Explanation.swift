/// What an observer would ask of the kernel.
package struct Explanation {
    /// The kernel's filter of each tracepoint; `nil` for none.
    package let filters: [String?]
    /// The words of each sample.
    package let words: SampleWords
    /// Whether the kernel tells of tasks that start, rename themselves and end.
    package let tracksTasks: Bool
    /// The number of perf events, each of which is a descriptor.
    package let descriptorCount: Int
    /// The number of bytes that all rings take up together.
    package let ringBytes: Int
    /// The number of ring buffers, one for each CPU where something is read.
    package let ringCount: Int
    /// Whether the processes that read our output are left out, which is done when their events are read:
    /// the kernel's filter knows threads only, and a reader may make more of them.
    package let excludesReaders: Bool
}

extension Observer {
    /// Tells what `open` would ask of the kernel, and asks nothing.
    ///
    /// - Throws: `TraceError.noSuchProcess`.
    package func explain() throws(TraceError) -> Explanation {
        let plan = makePlan()
        let lanes = ringCPUs(plan).count
        let pages = RingMapping.pages(holding: ringBytes)
        let targetCount =
            switch scope {
            case .system: 1
            case .processes, .threads: try threads().count
            case .cgroups(let paths): paths.count
            }
        return Explanation(
            filters: kernelFilters(plan),
            words: plan.allWords,
            tracksTasks: plan.tracksTasks,
            descriptorCount: (tracepoints.count * cpus.cpus.count + lanes) * targetCount,
            // A page of cursors goes before each ring.
            ringBytes: lanes * (pages + 1) * System.pageSize, ringCount: lanes,
            excludesReaders: scope == .system && options.excludesSelf && options.excludedPipe != nil)
    }
}
