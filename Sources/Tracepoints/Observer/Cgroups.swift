/// The cgroups of this machine that tasks can be traced by.
public struct Cgroups {
    /// A container that a cgroup belongs to.
    public struct Container: Sendable, Hashable {
        /// The id's first twelve digits, or the name where the cgroup has that.
        public let name: String
        /// The folder of its cgroup.
        public let folder: String
    }

    /// The deepest that folders are looked for.
    private static let depth = 12

    /// The folder that the hierarchy is mounted on.
    public let root: String

    /// Finds the hierarchy: that of version 2, or the one of version 1 with the perf_event controller.
    ///
    /// `nil` where neither is mounted.
    public init?() {
        let mounts = (try? System.contents(of: "/proc/self/mounts")) ?? []
        guard let root = Cgroups.root(inMounts: String(decoding: mounts, as: UTF8.self)) else { return nil }
        self.root = root
    }

    /// The folder that a table of mounts has for tracing by cgroup.
    static func root(inMounts table: String) -> String? {
        var unified: String?
        for line in table.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count >= 4 else { continue }
            if fields[2] == "cgroup2", unified == nil { unified = String(fields[1]) }
            // Where the controller is in a hierarchy of its own, version 2 has it not.
            if fields[2] == "cgroup", fields[3].split(separator: ",").contains("perf_event") {
                return String(fields[1])
            }
        }
        return unified
    }

    /// The folders of a cgroup, or of those that a glob matches: a path in the file system, or one as
    /// `/proc/PID/cgroup` has it.
    ///
    /// Empty where there is none.
    public func folders(matching path: String) -> [String] {
        let relative =
            path.hasPrefix(root + "/") || path == root ? String(path.dropFirst(root.utf8.count)) : path
        let name = "/" + relative.split(separator: "/").joined(separator: "/")
        let glob = Glob(name)
        if !glob.isPattern {
            let folder = name == "/" ? root : root + name
            return System.mayAccess(folder + "/cgroup.procs", 0) ? [folder] : []
        }
        return all().filter { glob.matches(String($0.dropFirst(root.utf8.count))) }
    }

    /// A folder's path as `/proc/PID/cgroup` has it.
    public func path(of folder: String) -> String {
        folder == root ? "/" : String(folder.dropFirst(root.utf8.count))
    }

    /// The containers whose id or name starts with `prefix`: of docker, podman, containerd, kubernetes, and
    /// those that systemd and LXC name.
    public func containers(withPrefix prefix: String) -> [Container] {
        var found: [String: Container] = [:]
        for folder in all() {
            guard let name = Cgroups.containerName(of: String(folder.split(separator: "/").last ?? "")),
                name.hasPrefix(prefix)
            else { continue }
            let container = Container(
                name: name.utf8.count == 64 ? String(name.prefix(12)) : name, folder: folder)
            // A container's own cgroup comes before those below it that repeat its id.
            if found[name] == nil { found[name] = container }
        }
        return found.values.sorted { $0.name < $1.name }
    }

    /// The id or the name that a cgroup's own name has for a container; `nil` where it is none.
    static func containerName(of part: String) -> String? {
        var name = Substring(part)
        if name.hasSuffix(".scope") { name = name.dropLast(6) }
        for prefix in ["docker-", "libpod-", "cri-containerd-", "crio-", "machine-", "lxc.payload."]
        where name.hasPrefix(prefix) && !name.hasPrefix("libpod-conmon-") {
            return String(name.dropFirst(prefix.utf8.count))
        }
        let digits = name.utf8.count == 64 && name.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) }
        return digits ? String(name) : nil
    }

    /// Every folder of the hierarchy, parents before children.
    private func all() -> [String] {
        var folders = [root]
        var level = [root]
        for _ in 0..<Cgroups.depth where !level.isEmpty {
            level = level.flatMap { parent in
                System.entries(of: parent).map { parent + "/" + $0 }
                    .filter { System.mayAccess($0 + "/cgroup.procs", 0) }
            }
            folders += level
        }
        return folders
    }
}
