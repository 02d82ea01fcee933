/// The messages that a trace of Perfetto has for tracepoints that it knows, by the numbers of its public schema.
struct FtraceMessage: Sendable {
    /// What a field of a message is.
    enum Kind: Character, Sendable {
        case int32 = "i"
        case int64 = "l"
        case uint32 = "u"
        case uint64 = "w"
        case text = "s"
        /// Numbers of 64 bits, one field for each.
        case words = "r"
    }

    /// The number that the message has as a field of the event.
    let number: Int
    /// Whether the viewer draws it in a way of its own, so that the message is the better form although it has no
    /// place for all that the kernel tells.
    let isDrawn: Bool
    private let fields: [Substring: (number: Int, kind: Kind)]

    /// The number of the message that stands for any event.
    static let generic = 327

    /// The message's field that a field of the kernel's goes into; `nil` where there is none.
    func field(_ name: String) -> (number: Int, kind: Kind)? { fields[name[...]] }

    /// The message for a tracepoint, by its full name; `nil` where there is none.
    static func named(_ name: String) -> FtraceMessage? { messages[name[...]] }

    private static let messages: [Substring: FtraceMessage] = {
        let pairs = rows.compactMap { row in FtraceMessage(row).map { (row[0], $0) } }
        return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }()

    /// Takes a row of the table; `nil` where its words are not of the right form.
    private init?(_ row: [Substring]) {
        guard row.count > 1 else { return nil }
        let isDrawn = row[1].hasSuffix("+")
        guard let number = Int(isDrawn ? row[1].dropLast() : row[1]) else { return nil }
        var fields: [Substring: (number: Int, kind: Kind)] = [:]
        for word in row[2...] {
            let parts = word.split(separator: "=")
            guard parts.count == 2, let letter = parts[1].last, let kind = Kind(rawValue: letter),
                let number = Int(parts[1].dropLast())
            else { return nil }
            fields[parts[0]] = (number, kind)
        }
        self.number = number
        self.isDrawn = isDrawn
        self.fields = fields
    }

    /// The rows of the table, each in its words; a word with a colon begins a row.
    static var rows: [[Substring]] {
        var rows: [[Substring]] = []
        for word in table.split(whereSeparator: \.isWhitespace) {
            if word.contains(":") { rows.append([word]) } else { rows[rows.count - 1].append(word) }
        }
        return rows
    }

    /// The tracepoint, the number of its message (`+` where it `isDrawn`), and the kernel's names of the fields with
    /// their numbers and kinds.
    private static let table = """
        sched:sched_switch 4 prev_comm=1s prev_pid=2i prev_prio=3i prev_state=4l next_comm=5s
            next_pid=6i next_prio=7i
        sched:sched_wakeup 17 comm=1s pid=2i prio=3i success=4i target_cpu=5i
        sched:sched_wakeup_new 114 comm=1s pid=2i prio=3i success=4i target_cpu=5i
        sched:sched_waking 20 comm=1s pid=2i prio=3i success=4i target_cpu=5i
        sched:sched_blocked_reason 18 pid=1i caller=2w io_wait=3u
        sched:sched_cpu_hotplug 19 affected_cpu=1i error=2i status=3i
        sched:sched_process_exec 237 filename=1s pid=2i old_pid=3i
        sched:sched_process_exit 238+ comm=1s pid=2i tgid=3i prio=4i
        sched:sched_process_fork 239 parent_comm=1s parent_pid=2i child_comm=3s child_pid=4i
        sched:sched_process_free 240 comm=1s pid=2i prio=3i
        sched:sched_process_hang 241 comm=1s pid=2i
        sched:sched_process_wait 242 comm=1s pid=2i prio=3i
        sched:sched_pi_setprio 353 comm=1s newprio=2i oldprio=3i pid=4i
        sched:sched_migrate_task 491 comm=1s pid=2i prio=3i orig_cpu=4i dest_cpu=5i running=6i
            load=7u
        task:task_newtask 235 pid=1i comm=2s clone_flags=3w oom_score_adj=4i
        task:task_rename 236 pid=1i oldcomm=2s newcomm=3s oom_score_adj=4i
        raw_syscalls:sys_enter 329 id=1l args=2r
        raw_syscalls:sys_exit 330 id=1l ret=2l
        irq:irq_handler_entry 36 irq=1i name=2s handler=3u
        irq:irq_handler_exit 37 irq=1i ret=2i
        irq:softirq_entry 24 vec=1u
        irq:softirq_exit 25 vec=1u
        irq:softirq_raise 26 vec=1u
        irq_vectors:local_timer_entry 559 vector=1i
        irq_vectors:local_timer_exit 560 vector=1i
        ipi:ipi_entry 21 reason=1s
        ipi:ipi_exit 22 reason=1s
        ipi:ipi_raise 23 target_cpus=1u reason=2s
        power:cpu_frequency 11 state=1u cpu_id=2u
        power:cpu_frequency_limits 12 min_freq=1u max_freq=2u cpu_id=3u
        power:cpu_idle 13 state=1u cpu_id=2u
        power:clock_enable 14 name=1s state=2w cpu_id=3w
        power:clock_disable 15 name=1s state=2w cpu_id=3w
        power:clock_set_rate 16 name=1s state=2w cpu_id=3w
        power:suspend_resume 113 action=1s val=2i start=3u
        power:wakeup_source_activate 404 name=1s state=2w
        power:wakeup_source_deactivate 405 name=1s state=2w
        power:device_pm_callback_start 504 device=1s driver=2s parent=3s pm_ops=4s event=5i
        power:device_pm_callback_end 505 device=1s driver=2s error=3i
        cpuhp:cpuhp_enter 345 cpu=1u fun=2w idx=3i target=4i
        cpuhp:cpuhp_multi_enter 344 cpu=1u fun=2w idx=3i target=4i
        cpuhp:cpuhp_exit 343 cpu=1u idx=2i ret=3i state=4i
        workqueue:workqueue_queue_work 59 work=1w function=2w req_cpu=4i cpu=5i workqueue=6s
        workqueue:workqueue_activate_work 56 work=1w function=2w
        workqueue:workqueue_execute_start 58 work=1w function=2w
        workqueue:workqueue_execute_end 57 work=1w function=2w
        signal:signal_deliver 324+ code=1i sa_flags=2w sig=3i
        signal:signal_generate 325+ code=1i comm=2s group=3i pid=4i result=5i sig=6i
        oom:oom_score_adj_update 326 comm=1s oom_score_adj=2i pid=3i
        oom:mark_victim 334+ pid=1i
        printk:console 408 msg=1s
        block:block_rq_insert 126+ dev=1w sector=2w nr_sector=3u bytes=4u rwbs=5s comm=6s cmd=7s
        block:block_rq_issue 45+ dev=1w sector=2w nr_sector=3u bytes=4u rwbs=5s comm=6s cmd=7s
        block:block_rq_complete 125+ dev=1w sector=2w nr_sector=3u errors=4i rwbs=5s cmd=6s error=7i
        block:block_rq_requeue 129+ dev=1w sector=2w nr_sector=3u errors=4i rwbs=5s cmd=6s
        block:block_io_start 546 dev=1w sector=2w nr_sector=3u bytes=4u ioprio=5u rwbs=6s comm=7s
            cmd=8s
        block:block_io_done 547 dev=1w sector=2w nr_sector=3u bytes=4u ioprio=5u rwbs=6s comm=7s
            cmd=8s
        block:block_bio_queue 119 dev=1w sector=2w nr_sector=3u rwbs=4s comm=5s
        block:block_bio_complete 117 dev=1w sector=2w nr_sector=3u error=4i rwbs=5s
        kmem:rss_stat 313 member=1i size=2l curr=3u mm_id=4u
        vmscan:mm_vmscan_direct_reclaim_begin 46 order=1i may_writepage=2i gfp_flags=3u
        vmscan:mm_vmscan_direct_reclaim_end 47 nr_reclaimed=1w
        vmscan:mm_vmscan_kswapd_wake 48 nid=1i order=2i zid=3i
        vmscan:mm_vmscan_kswapd_sleep 49 nid=1i
        vmscan:mm_shrink_slab_start 443+ cache_items=1w delta=2w gfp_flags=3u lru_pgs=4w
            nr_objects_to_shrink=5l pgs_scanned=6w shr=7w shrink=8w total_scan=9w nid=10i
            priority=11i
        vmscan:mm_shrink_slab_end 444+ new_scan=1l retval=2i shr=3w shrink=4w total_scan=5l
            unused_scan=6l nid=7i
        net:netif_receive_skb 360 len=1u name=2s skbaddr=3w
        net:net_dev_xmit 361 len=1u name=2s rc=3i skbaddr=4w
        net:napi_gro_receive_entry 365 data_len=1u gso_size=2u gso_type=3u hash=4u ip_summed=5u
            l4_hash=6u len=7u mac_header=8i mac_header_valid=9u name=10s napi_id=11u nr_frags=12u
            protocol=13u queue_mapping=14u skbaddr=15w truesize=16u vlan_proto=17u vlan_tagged=18u
            vlan_tci=19u
        net:napi_gro_receive_exit 366 ret=1i
        sock:inet_sock_set_state 362+ daddr=1u dport=2u family=3u newstate=4i oldstate=5i protocol=6u
            saddr=7u skaddr=8w sport=9u
        tcp:tcp_retransmit_skb 363+ daddr=1u dport=2u saddr=3u skaddr=4w skbaddr=5w sport=6u state=7i
        skb:kfree_skb 367+ location=1w protocol=2u skbaddr=3w
        clk:clk_enable 320 name=1s
        clk:clk_disable 321 name=1s
        clk:clk_set_rate 322 name=1s rate=2w
        thermal:thermal_temperature 341 id=1i temp=2i temp_prev=3i thermal_zone=4s
        thermal:cdev_update 342 target=1w type=2s
        rpm:rpm_status 489 name=1s status=2i
        i2c:i2c_read 27 adapter_nr=1i msg_nr=2u addr=3u flags=4u len=5u
        i2c:i2c_result 29 adapter_nr=1i nr_msgs=2u ret=3i
        dma_fence:dma_fence_init 414 context=1u driver=2s seqno=3u timeline=4s
        dma_fence:dma_fence_emit 415 context=1u driver=2s seqno=3u timeline=4s
        dma_fence:dma_fence_signaled 416 context=1u driver=2s seqno=3u timeline=4s
        dma_fence:dma_fence_wait_start 417 context=1u driver=2s seqno=3u timeline=4s
        dma_fence:dma_fence_wait_end 418 context=1u driver=2s seqno=3u timeline=4s
        drm:drm_vblank_event 409 crtc=1i high_prec=2u seq=3u time=4l
        drm:drm_vblank_event_delivered 410 crtc=1i file=2w seq=3u
        gpu_scheduler:drm_sched_job 411 entity=1w fence=2w hw_job_count=3i id=4w job_count=5u
            name=6s
        gpu_scheduler:drm_run_job 412 entity=1w fence=2w hw_job_count=3i id=4w job_count=5u name=6s
        gpu_scheduler:drm_sched_process_job 413 fence=1w
        """
}
