import Foundation

/// What makes the kernel's subsystems emit events: a phase of each kind, all of it undone at its end.
enum KernelWorkload {
    /// The phases' names and what each does.
    static let phases: [(name: String, run: @Sendable () -> Void)] = [
        ("tasks", { shell(tasks) }), ("files", { shell(files) }), ("xfs", { shell(otherFiles("xfs")) }),
        ("btrfs", { shell(otherFiles("btrfs")) }), ("links", { shell(links) }),
        ("sockets", sockets), ("memory", memory), ("system", { shell(system) }),
    ]

    private static func shell(_ script: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        // What a machine lacks is left out: the phases only have to bring enough events together.
        process.arguments = ["-c", "PATH=$PATH:/usr/sbin:/sbin; exec 2>/dev/null >&2\n" + script]
        guard (try? process.run()) != nil else { return }
        process.waitUntilExit()
    }

    private static let tasks = """
        for i in 1 2 3 4 5; do /bin/true; (exit 3) & done; wait
        sleep 0.01 & nice -n 5 sleep 0.02; wait
        sleep 5 & kill -STOP $!; kill -CONT $!; kill -TERM $!; wait
        bash -c 'trap : USR1; kill -USR1 $$; taskset -pc 0 $$; chrt -r -p 5 $$'
        echo 100 > /proc/self/oom_score_adj; echo renamed > /proc/self/comm
        for ((i = 0; i < 30000; i++)); do :; done
        """

    private static let files = """
        d=$(mktemp -d); truncate -s 64M $d/image; mkfs.ext4 -q -E lazy_itable_init=0 $d/image
        mkdir $d/root; mount -o loop $d/image $d/root; cd $d/root
        dd if=/dev/zero of=a bs=64k count=32 conv=fsync; dd if=a of=b bs=4k count=8 oflag=direct
        dd if=b of=/dev/null bs=4k iflag=direct; fallocate -l 1M c; fallocate -p -o 4096 -l 8192 c
        truncate -s 100 c; mv a e; ln e f; ln -s f g; mkdir h; rmdir h; setfattr -n user.x -v y e; rm b
        flock e true; cat e > /dev/null; touch e; chmod 600 e; sync -f .; sync e; fstrim .; stat -f .
        cd /; umount $d/root; rm -r $d
        """

    private static func otherFiles(_ type: String) -> String {
        """
        d=$(mktemp -d); truncate -s 400M $d/image; mkfs.\(type) -q $d/image || { rm -r $d; exit; }
        mkdir $d/root; mount -o loop $d/image $d/root; cd $d/root
        dd if=/dev/zero of=a bs=64k count=8 conv=fsync; dd if=a of=b bs=4k count=8 oflag=direct
        truncate -s 100 b; mv a e; ln e f; mkdir h; rmdir h; rm f; setfattr -n user.x -v y e; sync -f .
        cp --reflink=always e g; cat e g > /dev/null
        cd /; umount $d/root; rm -r $d
        """
    }

    private static let links = """
        n=obcheck$$; ip netns add $n; ip link add ${n:0:12}a type veth peer name b netns $n
        ip link set ${n:0:12}a up; ip -n $n link set b up; ip -n $n link set lo up
        ip -n $n addr add 10.99.1.1/24 dev b; ip -n $n -6 addr add fd00::1/64 dev b nodad
        ip -n $n neigh add 10.99.1.2 lladdr 02:00:00:00:00:02 dev b; ip -n $n route get 10.99.1.2
        ip -n $n link add br type bridge; ip -n $n link set b master br; ip -n $n link set br up
        bridge -n $n fdb add 02:00:00:00:00:03 dev b master; ip -n $n -6 route get fd00::2
        ip netns exec $n bash -c 'echo x > /dev/udp/10.99.1.2/9; echo x > /dev/udp/10.99.1.3/9
        echo x > /dev/udp/fd00::2/9; echo x > /dev/udp/127.0.0.1/9; echo x > /dev/tcp/127.0.0.1/9'
        ip -n $n link add type wrong; sleep 0.05; ip link del ${n:0:12}a; ip netns del $n
        """

    private static let system = """
        echo obstrace check > /dev/kmsg; echo 1 > /proc/sys/vm/compact_memory
        mkdir /sys/fs/cgroup/obcheck$$ && { echo 0 > /sys/fs/cgroup/obcheck$$/cgroup.procs
        true; echo 0 > /sys/fs/cgroup/cgroup.procs; rmdir /sys/fs/cgroup/obcheck$$; }
        modprobe no-such-module; setpriv --reuid 65534 cat /etc/shadow; cat /proc/interrupts; hostname
        sleep 0.02
        """

    /// TCP and UDP over IPv4 and IPv6, a refused connection, datagrams to nobody.
    @Sendable private static func sockets() {
        for family in [AF_INET, AF_INET6] {
            let listener = socket(family, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(listener) }
            guard let address = bound(listener, family), listen(listener, 1) == 0 else { continue }
            let client = socket(family, Int32(SOCK_STREAM.rawValue), 0)
            guard connect(client, address) else { continue }
            let server = accept(listener, nil, nil)
            var bytes = [UInt8](repeating: 7, count: 2000)
            _ = unsafe send(client, bytes, bytes.count, 0)
            _ = unsafe recv(server, &bytes, bytes.count, 0)
            close(client)
            close(server)
            let sender = socket(family, Int32(SOCK_DGRAM.rawValue), 0)
            if connect(sender, address) { _ = unsafe send(sender, bytes, 100, 0) }
            close(sender)
            let receiver = socket(family, Int32(SOCK_DGRAM.rawValue), 0)
            if let address = bound(receiver, family) {
                let sender = socket(family, Int32(SOCK_DGRAM.rawValue), 0)
                if connect(sender, address) { _ = unsafe send(sender, bytes, 10, 0) }
                _ = unsafe recv(receiver, &bytes, bytes.count, Int32(MSG_DONTWAIT))
                close(sender)
            }
            close(receiver)
        }
    }

    /// Binds to a free port of the loopback address and answers the address.
    private static func bound(_ socket: Int32, _ family: Int32) -> [UInt8]? {
        var address = [UInt8](repeating: 0, count: family == AF_INET ? 16 : 28)
        address[0] = UInt8(family)
        if family == AF_INET {
            address.replaceSubrange(4..<8, with: [127, 0, 0, 1])
        } else {
            address[23] = 1
        }
        var length = socklen_t(address.count)
        let status = unsafe address.withUnsafeMutableBytes { bytes -> Int32 in
            let pointer = unsafe bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self)
            guard unsafe bind(socket, pointer, length) == 0 else { return -1 }
            return unsafe getsockname(socket, pointer, &length)
        }
        return status == 0 ? address : nil
    }

    private static func connect(_ socket: Int32, _ address: [UInt8]) -> Bool {
        unsafe address.withUnsafeBytes { bytes in
            unsafe Foundation.connect(
                socket, bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
                == 0
        }
    }

    /// Mappings that are made, touched, advised on, protected and given back.
    @Sendable private static func memory() {
        let size = 8 << 20
        let memory = unsafe mmap(
            nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | Int32(MAP_ANONYMOUS), -1, 0)
        guard let memory = unsafe memory, unsafe memory != MAP_FAILED else { return }
        unsafe madvise(memory, size, 14)
        for offset in stride(from: 0, to: size, by: 4096) {
            unsafe memory.storeBytes(of: 1, toByteOffset: offset, as: UInt8.self)
        }
        unsafe mprotect(memory, 4096, PROT_READ)
        unsafe madvise(memory, 1 << 20, MADV_DONTNEED)
        unsafe munmap(memory, size)
        usleep(5000)
    }
}
