internal import CLinux

/// Which mappings of processes are told of.
enum MappingRecords {
    case none
    /// Those that code is executed from.
    case code
    /// Those of data too, where others look for call frame information.
    case all
}

/// A perf event that is to be opened: a tracepoint, or the one without samples that leads a ring.
struct PerfEventRequest {
    /// What the event is of.
    enum Source {
        /// Nothing: it carries the ring and the records about tasks, and about what they map.
        case dummy(tasks: Bool, mappings: MappingRecords)
        /// The tracepoint of that number.
        case tracepoint(UInt16)
        /// What a program in the kernel writes.
        case output
        /// The tracepoint of that number, which is counted without samples; from its task's exec on where
        /// that is asked for.
        case counter(UInt16, fromExec: Bool)
        /// The tracepoint of that number, of which each event wakes the reader and tells nothing else.
        case sentinel(UInt16)
    }

    /// What the event is of.
    let source: Source
    /// The words of its samples.
    let words: SampleWords
    /// After how many bytes in the ring the reader is woken.
    let watermark: Int
    /// What is traced.
    let target: Attachment.TargetKind
    /// What of the call chain each sample has, where its words have one.
    var stacks = StackRequest()

    /// Opens the event for a target on a CPU (`perf_event_open`).
    ///
    /// - Parameter countsLoss: whether to ask for the number of lost samples, which Linux before 6.0
    ///   refuses; it is cleared when that happens.
    /// - Throws: `EACCES`, `EPERM`, `EMFILE`, `ENODEV` (CPU offline), `ESRCH` (no such task).
    func open(_ target: Int32, cpu: Int32, countsLoss: inout Bool) throws(SystemError) -> Descriptor {
        while true {
            var attributes = perf_event_attr()
            fill(&attributes, countsLoss: countsLoss)
            do throws(SystemError) {
                return try System.perfEventOpen(
                    &attributes, target, cpu: cpu, isCgroup: self.target == .cgroups)
            } catch {
                if error.code == E2BIG, attributes.size >= 64,
                    attributes.size < UInt32(MemoryLayout<perf_event_attr>.size)
                {
                    // The kernel is older than our header; it has told us the size that it knows.
                    let size = attributes.size
                    fill(&attributes, countsLoss: countsLoss)
                    attributes.size = size
                    return try System.perfEventOpen(
                        &attributes, target, cpu: cpu, isCgroup: self.target == .cgroups)
                }
                guard error.code == EINVAL, countsLoss else { throw error }
                countsLoss = false
            }
        }
    }

    /// The attributes that it is opened with.
    func attributes(countsLoss: Bool) -> perf_event_attr {
        var attributes = perf_event_attr()
        fill(&attributes, countsLoss: countsLoss)
        return attributes
    }

    private func fill(_ attributes: inout perf_event_attr, countsLoss: Bool) {
        attributes.size = UInt32(MemoryLayout<perf_event_attr>.size)
        attributes.sample_type = words.rawValue
        attributes.disabled = 1
        attributes.sample_id_all = 1
        // The tasks that a traced task makes are traced too.
        attributes.inherit = target == .tasks ? 1 : 0
        attributes.watermark = 1
        attributes.wakeup_watermark = UInt32(watermark)
        attributes.use_clockid = 1
        attributes.clockid = CLOCK_MONOTONIC
        attributes.read_format = countsLoss ? UInt64(CLINUX_PERF_FORMAT_LOST) : 0
        switch source {
        case .dummy(let tasks, let mappings):
            let tellsMappings: UInt64 = mappings == .none ? 0 : 1
            attributes.type = PERF_TYPE_SOFTWARE.rawValue
            attributes.config = UInt64(PERF_COUNT_SW_DUMMY.rawValue)
            attributes.task = tasks ? 1 : 0
            attributes.comm = tasks ? 1 : 0
            attributes.comm_exec = tasks ? 1 : 0
            attributes.mmap = tellsMappings
            attributes.mmap2 = tellsMappings
            attributes.mmap_data = mappings == .all ? 1 : 0
        case .tracepoint(let id):
            attributes.type = PERF_TYPE_TRACEPOINT.rawValue
            attributes.config = UInt64(id)
            attributes.sample_period = 1
            // Where both are left out the chain is empty, and costs a word.
            attributes.exclude_callchain_kernel = stacks.kernel ? 0 : 1
            attributes.exclude_callchain_user = stacks.user && !stacks.copiesStack ? 0 : 1
            if stacks.copiesStack {
                // These words come last, so that samples with and without them are laid out alike.
                attributes.sample_type |= SampleWords.userState.rawValue
                attributes.sample_regs_user = UserState.registers
                attributes.sample_stack_user = UInt32(clamping: stacks.copiedBytes)
            }
            // The kernel's part comes first and would use up the depth of both.
            if stacks.depth > 0, stacks.kernel != stacks.user {
                attributes.sample_max_stack = UInt16(clamping: min(stacks.depth, System.greatestStack))
            }
        case .output:
            attributes.type = PERF_TYPE_SOFTWARE.rawValue
            attributes.config = UInt64(PERF_COUNT_SW_BPF_OUTPUT.rawValue)
            attributes.sample_period = 1
        case .counter(let id, let fromExec):
            attributes.type = PERF_TYPE_TRACEPOINT.rawValue
            attributes.config = UInt64(id)
            attributes.sample_type = 0
            attributes.enable_on_exec = fromExec ? 1 : 0
        case .sentinel(let id):
            attributes.type = PERF_TYPE_TRACEPOINT.rawValue
            attributes.config = UInt64(id)
            attributes.sample_period = 1
            attributes.watermark = 0
            attributes.wakeup_events = 1
            // One sample an event, also where the kernel weighs it.
            attributes.sample_type = SampleWords.period.rawValue
        }
    }
}
