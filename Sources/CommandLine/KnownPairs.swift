/// A pair of tracepoints that belongs together by what the kernel does, with the name to type for it.
public struct KnownPair: Sendable, Equatable {
    /// The word that stands for the two EVENTs.
    public let name: String
    /// What the time between the two is.
    public let summary: String
    /// The EVENTs as they would be typed.
    public let start: String
    public let end: String
    /// The value of `--on`.
    public let key: String
    /// The value of `--cancel`; nil for none.
    public let cancel: String?
    /// A filter that always applies; nil for none.
    public let filter: String?

    private init(
        _ name: String, _ start: String, _ end: String, on key: String, cancel: String? = nil,
        where filter: String? = nil, _ summary: String
    ) {
        self.name = name
        self.summary = summary
        self.start = start
        self.end = end
        self.key = key
        self.cancel = cancel
        self.filter = filter
    }

    /// The words that mean the same without the name.
    public var words: [String] {
        [start, end, "--on", key] + (cancel.map { ["--cancel", $0] } ?? [])
            + (filter.map { ["--where", "'\($0)'"] } ?? [])
    }

    /// Every pair that is known by name.
    public static let all: [KnownPair] = [
        KnownPair(
            "block", "block:block_rq_issue", "block:block_rq_complete", on: "dev,sector",
            "a device serves a request"),
        KnownPair(
            "block-queue", "block:block_rq_insert", "block:block_rq_issue", on: "dev,sector",
            "a request waits to be sent to its device"),
        KnownPair(
            "block-io", "block:block_io_start", "block:block_io_done", on: "dev,sector",
            "a request from its making to its end"),
        KnownPair("syscall", "raw_syscalls:sys_enter", "raw_syscalls:sys_exit", on: "tid", "a system call"),
        KnownPair(
            "runqueue", "sched:sched_wakeup,sched:sched_wakeup_new", "sched:sched_switch",
            on: "pid=next_pid", cancel: "prev_pid", "a task that was woken waits for a CPU"),
        KnownPair(
            "offcpu", "sched:sched_switch", "sched:sched_switch", on: "prev_pid=next_pid",
            where: "next_pid != 0", "a task is off its CPU"),
        KnownPair(
            "oncpu", "sched:sched_switch", "sched:sched_switch", on: "next_pid=prev_pid,cpu",
            where: "end.prev_pid != 0", "a task runs until it gives up its CPU"),
        KnownPair(
            "irq", "irq:irq_handler_entry", "irq:irq_handler_exit", on: "irq,cpu",
            "an interrupt's handler runs"),
        KnownPair(
            "softirq", "irq:softirq_entry", "irq:softirq_exit", on: "vec,cpu", "a soft interrupt is served"),
        KnownPair(
            "softirq-wait", "irq:softirq_raise", "irq:softirq_entry", on: "vec,cpu",
            "a soft interrupt waits to be served"),
        KnownPair(
            "tasklet", "irq:tasklet_entry", "irq:tasklet_exit", on: "tasklet,cpu", "a tasklet runs"),
        KnownPair(
            "workqueue", "workqueue:workqueue_execute_start", "workqueue:workqueue_execute_end",
            on: "work,tid",
            "a work item runs"),
        KnownPair(
            "workqueue-wait", "workqueue:workqueue_queue_work", "workqueue:workqueue_execute_start",
            on: "work",
            "a work item waits for its worker"),
        KnownPair(
            "kthread-work", "sched:sched_kthread_work_execute_start", "sched:sched_kthread_work_execute_end",
            on: "work,tid", "a kernel thread's work item runs"),
        KnownPair(
            "timer", "timer:timer_expire_entry", "timer:timer_expire_exit", on: "timer,cpu",
            "a timer's function runs"),
        KnownPair(
            "hrtimer", "timer:hrtimer_expire_entry", "timer:hrtimer_expire_exit", on: "hrtimer,cpu",
            "a high resolution timer's function runs"),
        KnownPair(
            "tick", "irq_vectors:local_timer_entry", "irq_vectors:local_timer_exit", on: "cpu",
            "the local timer's interrupt is served"),
        KnownPair(
            "call-function", "csd:csd_function_entry", "csd:csd_function_exit", on: "csd,cpu",
            "a function runs that another CPU asked for"),
        KnownPair(
            "lock", "lock:contention_begin", "lock:contention_end", on: "lock_addr,tid",
            "a task waits for a kernel lock"),
        KnownPair(
            "mmap-lock", "mmap_lock:mmap_lock_start_locking", "mmap_lock:mmap_lock_acquire_returned",
            on: "mm,tid",
            "a task waits for the lock of its memory map"),
        KnownPair(
            "reclaim", "vmscan:mm_vmscan_direct_reclaim_begin", "vmscan:mm_vmscan_direct_reclaim_end",
            on: "tid",
            "a task frees memory before it gets some"),
        KnownPair(
            "compaction", "compaction:mm_compaction_begin", "compaction:mm_compaction_end", on: "tid",
            "memory is compacted"),
        KnownPair(
            "ext4-sync", "ext4:ext4_sync_file_enter", "ext4:ext4_sync_file_exit", on: "ino,tid",
            "a file of ext4 is written to its device"),
        KnownPair(
            "ext4-unlink", "ext4:ext4_unlink_enter", "ext4:ext4_unlink_exit", on: "ino,tid",
            "a file of ext4 is removed"),
        KnownPair(
            "journal-commit", "jbd2:jbd2_start_commit", "jbd2:jbd2_end_commit", on: "dev,transaction",
            "a journal's transaction is written"),
        KnownPair(
            "net-xmit", "net:net_dev_queue", "net:net_dev_xmit", on: "skbaddr",
            "a packet waits for its network device"),
        KnownPair(
            "io-uring", "io_uring:io_uring_submit_req", "io_uring:io_uring_complete", on: "req",
            "a request of io_uring, from its sending to its result"),
        KnownPair(
            "fuse", "fuse:fuse_request_send", "fuse:fuse_request_end", on: "connection,unique",
            "a request to a file system in user space"),
        KnownPair(
            "dma-fence", "dma_fence:dma_fence_wait_start", "dma_fence:dma_fence_wait_end",
            on: "context,seqno,tid", "a task waits for a device's fence"),
        KnownPair("guest", "kvm:kvm_entry", "kvm:kvm_exit", on: "vcpu_id,tid", "a virtual machine runs"),
        KnownPair(
            "scsi", "scsi:scsi_dispatch_cmd_start", "scsi:scsi_dispatch_cmd_done",
            on: "host_no,channel,id,lun,driver_tag", "a command to a SCSI device"),
        KnownPair(
            "nvme", "nvme:nvme_setup_cmd", "nvme:nvme_complete_rq", on: "ctrl_id,qid,cid",
            "a command to an NVMe device"),
    ]
}
