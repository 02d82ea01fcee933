internal import CLinux
internal import Glibc

/// What tracing needs that the caller may not have.
enum Permissions {
    /// The number of the capability that perf events need.
    private static let perfmon = 38
    /// The capability that covers it on older kernels and more besides.
    private static let sysAdmin = 21

    /// What is in the way, a line each, with the commands that mend it.
    static func missing(tracefs directory: String?) -> [String] {
        var lines: [String] = []
        let user = System.effectiveUser
        if hasCapability, directory == nil {
            lines.append(
                "we have the capability, but the call is refused: by a sandbox (seccomp), as containers")
            lines.append("have one, or by a security module; in docker: --security-opt seccomp=unconfined")
            return lines
        }
        if user == 0 { lines.append("we are root, but without the rights of the real root (a container?)") }
        if user != 0 { lines.append("we are not root: run it with sudo, or grant what is missing:") }
        if let directory, !mayRead(tracefs: directory) {
            let mode = (try? System.status(of: directory)).map { String($0.st_mode & 0o7777, radix: 8) }
            lines.append("tracefs \(directory) is closed to us (mode \(mode ?? "unknown")):")
            // Its files are closed to others whatever its mode; they follow the group of the mount.
            lines.append("  sudo mount -o remount,mode=750,gid=\(System.effectiveGroup) \(directory)")
        }
        let paranoid = (try? System.contents(of: "/proc/sys/kernel/perf_event_paranoid"))
            .map { String(decoding: $0.prefix { $0 != 0x0a }, as: UTF8.self) }
        if !hasCapability, paranoid != "-1" {
            lines.append(
                "CAP_PERFMON is missing and perf_event_paranoid is \(paranoid ?? "unknown"); one of:")
            lines.append("  sudo setcap cap_perfmon+ep \"$(command -v obstrace)\"")
            lines.append("  sudo sysctl kernel.perf_event_paranoid=-1")
        }
        return lines
    }

    /// Whether we may read the list of events and their formats.
    static func mayRead(tracefs directory: String) -> Bool {
        System.mayAccess(directory + "/events", R_OK | X_OK)
            && System.mayAccess(directory + "/available_events", R_OK)
    }

    /// Whether we have what perf events of other processes need.
    static var hasCapability: Bool { effectiveCapabilities() & (1 << perfmon | 1 << sysAdmin) != 0 }

    /// Our effective capabilities, a bit each (`/proc/self/status`).
    static func effectiveCapabilities() -> UInt64 {
        guard let status = try? System.contents(of: "/proc/self/status") else { return 0 }
        for line in String(decoding: status, as: UTF8.self).split(separator: "\n")
        where line.hasPrefix("CapEff:") {
            return UInt64(line.dropFirst(7).drop { $0 == "\t" || $0 == " " }, radix: 16) ?? 0
        }
        return 0
    }
}
